import { Checkbox, Input, Select } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { options, SUPERVISE_LEVEL } from "@/api/codes";
import { useOrders, useSupervisionCounts, useSupervisions } from "@/api/hooks";
import { permitted, useSession } from "@/app/session";
import { OrderPanel, type PanelTab } from "@/order/panel";
import type { OrderView } from "@/api/types";
import { PendingRequests } from "@/order/pending";
import { SuperviseRounds } from "@/order/supervise-rounds";
import { DenseTable } from "@/ui/dense-table";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { OrderTable, PageFoot } from "@/ui/order-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { useSelection } from "@/ui/use-selection";
import { ROUND_COLUMNS } from "./columns";

const TABS = [
  { code: "replied", name: "待评价", empty: "没有等待评价的督办。" },
  { code: "waiting", name: "待反馈", empty: "没有等待反馈的督办。" },
  { code: "overdue", name: "逾期", empty: "没有逾期未反馈的督办。" },
  { code: "failed", name: "未落实", empty: "没有评价为未落实的督办。" },
  { code: "ended", name: "已结束", empty: "没有已结束的督办。" },
  { code: "all", name: "全部", empty: "没有督办记录。" },
] as const;

/** Orders that wait for a word rather than for a unit: consent to a sharper level, what is laid before a leader. */
const ASKED = [
  { code: "supervise", name: "待批", empty: "没有等待同意的督办。" },
  { code: "report_up", name: "呈阅", empty: "没有呈阅件。" },
] as const;

function useAsked(kind: (typeof ASKED)[number]["code"]) {
  return useOrders({ pending: kind, sort: "updated_at", dir: "desc" });
}

function detailTabs(order: OrderView): PanelTab[] {
  const rounds = { key: "rounds", label: `督办（${order.supervisions.length}）`, children: <SuperviseRounds order={order} /> };
  const asked = order.requests.some((r) => r.state === "pending" && (r.kind === "supervise" || r.kind === "report_up"));
  return asked ? [{ key: "pending", label: "待批申请", children: <PendingRequests order={order} /> }, rounds] : [rounds];
}

function Rounds({ tab, query, selected, onSelect }: { tab: (typeof TABS)[number]; query: { level: string; case_no: string; mine: boolean }; selected: string | null; onSelect: (id: string) => void }) {
  const pages = useSupervisions({ tab: tab.code, ...query });
  if (pages.isPending) return <Loading />;
  if (pages.error && pages.rows.length === 0) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  return (
    <DenseTable
      label="督办台账"
      rows={pages.rows}
      columns={ROUND_COLUMNS}
      rowKey={(l) => l.round.id}
      selected={pages.rows.find((l) => l.order.id === selected)?.round.id ?? null}
      onSelect={(l) => onSelect(l.order.id)}
      globalKeys
      stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
      empty={<Empty title={tab.empty} />}
      footer={<PageFoot pages={pages} />}
    />
  );
}

function Asked({ kind, selected, onSelect }: { kind: (typeof ASKED)[number]; selected: string | null; onSelect: (id: string) => void }) {
  const pages = useAsked(kind.code);
  const selection = useSelection(pages.rows, (o) => o.id);
  return <OrderTable pages={pages} preset="audit" label={kind.name} selected={selection.id ?? selected} onSelect={(o) => onSelect(o.id)} globalKeys empty={<Empty title={kind.empty} />} />;
}

/** 督办台 (screens §1.6). */
export default function SupervisePage() {
  const session = useSession();
  const [params, setParams] = useSearchParams();
  const [level, setLevel] = useState("");
  const [caseNo, setCaseNo] = useState("");
  const [mine, setMine] = useState(false);
  const query = { level, case_no: caseNo, mine };
  const counts = useSupervisionCounts(query).data;
  const decides = session.appointment.roles.some((r) => r.code === "leader" || r.code === "supervisor");
  const leader = session.appointment.roles.some((r) => r.code === "leader");
  const asked = params.get("tab") ?? (leader ? "report_up" : "replied");
  const kind = ASKED.find((t) => t.code === asked);
  const tab = TABS.find((t) => t.code === asked) ?? TABS[0];
  const id = params.get("id");
  const select = (next: string) =>
    setParams(
      (p) => {
        p.set("id", next);
        return p;
      },
      { replace: true },
    );
  return (
    <DeskFrame
      bar={
        <>
          <TabStrip
            label="督办"
            current={kind?.code ?? tab.code}
            onPick={(code) => setParams({ tab: code })}
            tabs={[...TABS.map((t) => ({ ...t, count: counts?.[t.code] })), ...(decides ? ASKED : [])]}
          />
          {!kind && (
            <>
              {permitted(session, "supervise.issue") && (
                <Checkbox className="sv-mine" checked={mine} onChange={(e) => setMine(e.target.checked)}>
                  我发起的
                </Checkbox>
              )}
              <Select aria-label="督办级别" value={level} onChange={setLevel} options={[{ value: "", label: "全部级别" }, ...options(SUPERVISE_LEVEL)]} style={{ width: 96, flex: "none" }} />
              <Input.Search placeholder="工单编号" allowClear onSearch={(t) => setCaseNo(t.trim())} aria-label="搜索" style={{ width: 120, flex: "none" }} />
            </>
          )}
        </>
      }
      list={kind ? <Asked key={kind.code} kind={kind} selected={id} onSelect={select} /> : <Rounds key={tab.code} tab={tab} query={query} selected={id} onSelect={select} />}
      detail={<OrderPanel id={id} idle="请选择一轮督办" tabs={detailTabs} />}
    />
  );
}
