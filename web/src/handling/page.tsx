import { Input } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useTaskCounts, useTasks } from "@/api/hooks";
import type { TaskTab } from "@/api/types";
import { OrderPanel } from "@/order/panel";
import { DenseTable } from "@/ui/dense-table";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { PageFoot } from "@/ui/order-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { useSelection } from "@/ui/use-selection";
import { TASK_COLUMNS } from "./columns";

const TABS: { code: TaskTab; name: string; empty: string }[] = [
  { code: "unsigned", name: "待签收", empty: "没有待签收的工单。" },
  { code: "todo", name: "待办", empty: "没有待办的工单。" },
  { code: "co", name: "协办", empty: "没有需要协办的工单。" },
  { code: "supervised", name: "督办", empty: "没有需要反馈的督办。" },
  { code: "returned", name: "已退回", empty: "没有申请退回或已退回的工单。" },
  { code: "extending", name: "延期中", empty: "没有申请延期的工单。" },
  { code: "unit_audit", name: "待审核", empty: "没有等待单位审核的工单。" },
  { code: "done", name: "已办结", empty: "没有已办结的工单。" },
  { code: "all", name: "全部", empty: "本单位没有工单。" },
];

function isTab(code: string | null): code is TaskTab {
  return TABS.some((t) => t.code === code);
}

/** 承办台 (screens §1.4). */
export default function HandlingPage() {
  const [params, setParams] = useSearchParams();
  const [q, setQ] = useState("");
  const counted = useTaskCounts();
  const counts = counted.data;
  const asked = params.get("tab");
  // Without a wish in the address: what must be signed comes first, else the daily work.
  const tab: TaskTab = isTab(asked) ? asked : (counts?.unsigned ?? 0) > 0 ? "unsigned" : "todo";
  // Until the counts are known nothing is listed, or a row of the wrong tab would stay selected.
  const pages = useTasks({ tab, q }, isTab(asked) || !counted.isPending);
  const selection = useSelection(pages.rows, (l) => l.order.id, { auto: !pages.isPlaceholderData });
  const empty = TABS.find((t) => t.code === tab)?.empty ?? "";
  return (
    <DeskFrame
      bar={
        <>
          <TabStrip label="承办工单" current={tab} onPick={(code) => setParams({ tab: code })} tabs={TABS.map((t) => ({ ...t, count: counts?.[t.code] }))} />
          <Input.Search className="desk-search" placeholder="编号、标题" allowClear onSearch={setQ} aria-label="搜索" />
        </>
      }
      list={
        pages.isPending ? (
          <Loading />
        ) : pages.error && pages.rows.length === 0 ? (
          <Failed error={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <DenseTable
            label="承办工单"
            rows={pages.rows}
            columns={TASK_COLUMNS}
            rowKey={(l) => l.order.id}
            selected={selection.id}
            onSelect={(l) => selection.select(l.order.id)}
            onOpen={() => document.querySelector<HTMLElement>(".order-foot button:not(:disabled)")?.focus()}
            globalKeys
            stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
            empty={<Empty title={empty} />}
            footer={<PageFoot pages={pages} />}
          />
        )
      }
      detail={<OrderPanel id={selection.id} idle="请选择一件工单" />}
    />
  );
}
