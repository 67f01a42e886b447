// 并案: events of several citizens with one lead task, and orders that look like one.
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { usePages } from "@/api/hooks";
import { useCan } from "@/app/session";
import { DenseTable, type Column } from "@/ui/dense-table";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { Lamp } from "@/ui/lamp";
import { PageFoot } from "@/ui/order-table";
import { Empty, Failed, Loaded, Loading } from "@/ui/states";
import { shortTime } from "@/ui/time";
import { joint, type EventLine } from "./api";
import { EventPanel } from "./event";
import "./joint.css";
import { Suggested } from "./suggested";

const COLUMNS: Column<EventLine>[] = [
  { key: "due", title: "主单时限", width: 122, render: ({ lead: o }) => <Lamp light={o.light} due={o.due_at} remaining={o.remaining_cn} /> },
  { key: "title", title: "事件（主单）", render: ({ lead: o }) => <span title={`${o.case_no} ${o.title}`}>{o.title}</span> },
  { key: "n", title: "诉求", width: 62, render: (e) => <span className="num"><b>{e.total}</b> 件</span> },
  { key: "reply", title: "待回复", width: 62, render: (e) => (e.to_reply > 0 ? <span className="num bad">{e.to_reply}</span> : <span className="muted">0</span>) },
  { key: "over", title: "已办结", width: 62, render: (e) => <span className="num">{e.over}</span> },
  { key: "state", title: "主单状态", width: 92, render: ({ lead: o }) => o.state_cn },
  { key: "org", title: "主办单位", width: 112, render: ({ lead: o }) => o.lead_org?.name ?? <span className="muted">未派单</span> },
  { key: "at", title: "登记", width: 88, render: ({ lead: o }) => <span className="num">{shortTime(o.registered_at)}</span> },
];

export default function JointPage() {
  const can = useCan();
  const [params, setParams] = useSearchParams();
  const tab = params.get("tab") ?? "open";
  const proposing = tab === "suggested" && can("order.join");
  const query = { open: tab !== "all" };
  const pages = usePages([...joint.key, "list", query], joint.list, query, !proposing);
  const suggestions = useQuery({ queryKey: [...joint.key, "suggested"], queryFn: joint.suggest, enabled: can("order.join") });
  const chosen = params.get("event") ?? (proposing ? null : pages.rows[0]?.lead.id) ?? null;
  const show = (event: string | null, to = tab) => setParams({ ...(to !== "open" && { tab: to }), ...(event && { event }) });
  return (
    <DeskFrame
      wide
      bar={
        <>
          <h1>并案</h1>
          <TabStrip
            label="并案"
            current={tab}
            onPick={(code) => show(null, code)}
            tabs={[{ code: "open", name: "在办事件" }, { code: "all", name: "全部事件" }, ...(can("order.join") ? [{ code: "suggested", name: "建议并案", count: suggestions.data?.length }] : [])]}
          />
        </>
      }
      list={
        proposing ? (
          <Loaded query={suggestions}>{(all) => <Suggested all={all} onMade={(lead) => show(lead, "open")} />}</Loaded>
        ) : pages.isPending ? (
          <Loading />
        ) : pages.error && pages.rows.length === 0 ? (
          <Failed error={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <DenseTable
            label="并案事件"
            rows={pages.rows}
            columns={COLUMNS}
            rowKey={(e) => e.lead.id}
            selected={chosen}
            onSelect={(e) => show(e.lead.id)}
            globalKeys
            stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
            empty={<Empty title="没有并案事件" hint="在派单台“判重”中把相似工单并案，或从“建议并案”开始。" />}
            footer={<PageFoot pages={pages} />}
          />
        )
      }
      detail={chosen ? <EventPanel key={chosen} id={chosen} /> : <Empty title="请选择一个事件" hint="多人反映同一事件，一件主单办理；每位诉求人保留编号、答复和回访。" />}
    />
  );
}
