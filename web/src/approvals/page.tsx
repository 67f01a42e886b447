import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { useApprovalCounts, useApprovals } from "@/api/hooks";
import type { ApprovalLine, Id, OrderView } from "@/api/types";
import { records } from "@/calls/calls";
import { Player } from "@/calls/player";
import { ActionBar } from "@/order/action-bar";
import { decide } from "@/order/commands/decide";
import { CommandForm } from "@/order/commands/form";
import { contextOf } from "@/order/commands/spec";
import { EvidenceCard } from "@/order/evidence";
import { OrderPanel, type PanelTab } from "@/order/panel";
import { PendingRequests } from "@/order/pending";
import { DenseTable, type Column } from "@/ui/dense-table";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { Lamp } from "@/ui/lamp";
import { PageFoot } from "@/ui/order-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { dateTime, shortTime } from "@/ui/time";
import { useSelection } from "@/ui/use-selection";

/** In the order of the approval matrix. */
const KINDS = [
  { code: "return", name: "退回" },
  { code: "extension", name: "延期" },
  { code: "redo", name: "二次办理" },
  { code: "reopen", name: "重开" },
  { code: "merge", name: "并单" },
  { code: "exempt", name: "剔除" },
  { code: "contest", name: "评价申诉" },
  { code: "correction", name: "更正" },
  { code: "terminate", name: "终止" },
  { code: "track", name: "阶段性办结" },
  { code: "reject", name: "不予受理" },
  { code: "unreasonable", name: "不合理认定" },
  { code: "supervise", name: "督办" },
  { code: "report_up", name: "呈阅" },
];

const COLUMNS: Column<ApprovalLine>[] = [
  { key: "due", title: "审批期限", width: 122, render: ({ request: r }) => (r.due_at === null ? <span className="muted">不限时</span> : <Lamp light={r.light} due={r.due_at} remaining={r.remaining_cn} />) },
  { key: "kind", title: "申请", width: 76, render: ({ request: r }) => <span className="tag tag-blue">{r.kind_cn}</span> },
  { key: "title", title: "事项", render: ({ order: o }) => <span title={`${o.case_no} ${o.title}`}>{o.title}</span> },
  { key: "why", title: "原因", width: 118, render: ({ request: r }) => <span title={r.reason}>{r.reason_cn}</span> },
  { key: "org", title: "申请单位", width: 104, render: ({ request: r }) => <span title={`${r.applied_org.name} ${r.applied_by_name}`}>{r.applied_org.name}</span> },
  { key: "at", title: "申请时间", width: 88, render: ({ request: r }) => <span className="num">{shortTime(r.applied_at)}</span> },
  { key: "up", title: "待谁审批", width: 88, render: ({ request: r }) => (
    <span>
      {r.awaiting_cn}
      {r.escalated_n > 0 && <span className="tag tag-red" title={`超时未审，已升级 ${r.escalated_n} 次`}>升级</span>}
    </span>
  ) },
];

/** The conversation that is to prove a correction. */
function Heard({ order, call }: { order: Id; call: Id }) {
  const query = useQuery({ queryKey: ["order", order, "calls"], queryFn: () => records.ofOrder(order) });
  const found = query.data?.find((c) => c.id === call);
  if (!found) return null;
  return (
    <section className="card" aria-label="证据录音">
      <header>
        <b>证据录音</b>
        <span className="muted">{dateTime(found.started_at)} {found.direction_cn} {found.agent?.name}</span>
      </header>
      {found.recordings.map((r) => <Player key={r.id} recording={r} />)}
    </section>
  );
}

/** The card the dispatch rests on stands beside a return that disputes it. */
function Decision({ order, request, onDone }: { order: OrderView; request: string; onDone: () => void }) {
  const asked = order.requests.find((r) => r.id === request);
  const task = order.tasks.find((t) => t.id === asked?.task_id);
  return (
    <>
      {asked?.call && <Heard order={order.id} call={asked.call} />}
      {asked?.kind === "return" && task?.evidence && <EvidenceCard task={task} evidence={task.evidence} />}
      <CommandForm key={`${order.id}-${request}`} spec={decide} ctx={contextOf(order, null, request)} onDone={onDone} />
    </>
  );
}

/** 待我审批: every kind of request that waits for this person's word, the most pressing first. */
export default function ApprovalsPage() {
  const [params, setParams] = useSearchParams();
  const applied = params.get("tab") === "applied";
  const kind = params.get("kind") ?? "";
  const query = { kind, applied };
  const pages = useApprovals(query);
  const counts = useApprovalCounts({ applied }).data ?? {};
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  const selection = useSelection(pages.rows, (l) => l.request.id, { auto: !pages.isPlaceholderData });
  const line = pages.rows.find((l) => l.request.id === selection.id);
  const present = KINDS.filter((k) => (counts[k.code] ?? 0) > 0 || k.code === kind);
  const tabs = (order: OrderView): PanelTab[] => {
    const mine = order.allowed.find((a) => a.action === "decide" && a.request === line?.request.id);
    if (mine?.enabled && mine.request) return [{ key: "decide", label: "审批", children: <Decision order={order} request={mine.request} onDone={selection.next} /> }];
    const why = mine?.reason ? [{ key: "pending", label: "待批申请", children: <><div className="note note-amber">{mine.reason}</div><PendingRequests order={order} /></> }] : [];
    return why.length > 0 ? why : [{ key: "pending", label: "待批申请", children: <PendingRequests order={order} /> }];
  };
  return (
    <DeskFrame
      bar={
        <>
          <h1>{applied ? "我的申请" : "待我审批"}</h1>
          <TabStrip
            label="申请类别"
            current={kind || "all"}
            onPick={(code) => setParams({ ...(applied && { tab: "applied" }), ...(code !== "all" && { kind: code }) })}
            tabs={[{ code: "all", name: "全部", count: total }, ...present.map((k) => ({ ...k, count: counts[k.code] }))]}
          />
          <button type="button" className="link" style={{ marginLeft: "auto", flex: "none" }} onClick={() => setParams(applied ? {} : { tab: "applied" })}>
            {applied ? "待我审批" : "我的申请"}
          </button>
        </>
      }
      list={
        pages.isPending ? (
          <Loading />
        ) : pages.error && pages.rows.length === 0 ? (
          <Failed error={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <DenseTable
            label={applied ? "我的申请" : "待我审批"}
            rows={pages.rows}
            columns={COLUMNS}
            rowKey={(l) => l.request.id}
            selected={selection.id}
            onSelect={(l) => selection.select(l.request.id)}
            globalKeys
            stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
            empty={<Empty title={applied ? "没有等待审批的申请" : "没有等待您审批的申请"} hint="退回、延期、并单、重开等申请会按审批期限排在这里；超时未审的自动升级。" />}
            footer={<PageFoot pages={pages} />}
          />
        )
      }
      detail={<OrderPanel key={line?.request.id ?? "none"} id={line?.order.id ?? null} idle="请选择一件申请" tabs={tabs} foot={(order) => <ActionBar key={order.id} order={order} hide={["decide"]} room={4} quiet />} />}
    />
  );
}
