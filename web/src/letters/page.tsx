// 写给我的信: what citizens wrote to the boxes of the leader who is signed in, with what became of each; an instruction is given on the
// order itself.
import { useQueries } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { orders } from "@/api/calls";
import { keys, useOrders, useReference } from "@/api/hooks";
import type { Id, OrderLine } from "@/api/types";
import { OrderPanel } from "@/order/panel";
import { DenseTable, type Column } from "@/ui/dense-table";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { Lamp } from "@/ui/lamp";
import { PageFoot } from "@/ui/order-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { shortTime } from "@/ui/time";
import { TABS, type Tab } from "./tabs";

const MINUTE = 60_000;

const COLUMNS: Column<OrderLine>[] = [
  { key: "due", title: "时限", width: 90, render: (o) => (o.due_at ? <Lamp light={o.light} due={o.due_at} remaining={o.remaining_cn} compact /> : <span className="muted">—</span>) },
  { key: "title", title: "来信", render: (o) => <span title={`${o.case_no} ${o.title}`}>{o.title}</span> },
  { key: "state", title: "状态", width: 64, render: (o) => o.state_cn },
  { key: "mark", title: "批示", width: 60, render: (o) => (o.flags.leader_directed ? <span className="tag tag-red">已批</span> : "") },
  { key: "org", title: "主办单位", width: 84, render: (o) => o.lead_org?.name ?? <span className="muted">未派单</span> },
  { key: "at", title: "时间", width: 96, render: (o) => <span className="num">{shortTime(o.registered_at)}</span> },
];

const isTab = (code: string | null): code is Tab => TABS.some((t) => t.code === code);

function Letters({ boxes }: { boxes: readonly { id: Id; name: string }[] }) {
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const asked = params.get("tab");
  const tab: Tab = isTab(asked) ? asked : "all";
  const [picked, setPicked] = useState<Id | null>(params.get("order"));
  const mailbox = boxes.map((b) => b.id).join(",");
  const query = useMemo(() => ({ mailbox, ...TABS.find((t) => t.code === tab)?.query, sort: "registered_at", dir: "desc" }), [mailbox, tab]);
  const pages = useOrders(query);
  const counts = useQueries({
    queries: TABS.map((t) => {
      const of = { mailbox, ...t.query };
      return { queryKey: keys.orderCount(of), queryFn: () => orders.count(of), refetchInterval: MINUTE };
    }),
  });
  const chosen = pages.rows.some((o) => o.id === picked) ? picked : (pages.rows[0]?.id ?? null);
  const columns = boxes.length > 1 ? [...COLUMNS.slice(0, 2), { key: "box", title: "信箱", width: 96, render: (o: OrderLine) => o.channel_cn }, ...COLUMNS.slice(2)] : COLUMNS;
  const list = pages.isPending ? (
    <Loading />
  ) : pages.error && pages.rows.length === 0 ? (
    <Failed error={pages.error} retry={() => void pages.refetch()} />
  ) : (
    <DenseTable
      rows={pages.rows}
      columns={columns}
      rowKey={(o) => o.id}
      selected={chosen}
      onSelect={(o) => setPicked(o.id)}
      onOpen={(o) => void navigate(`/orders/${o.id}`)}
      globalKeys
      label="写给我的信"
      stale={pages.isPlaceholderData}
      empty={<Empty title={tab === "all" ? "还没有写给您的信" : "没有这样的信"} hint={tab === "all" ? `群众在网站“领导信箱”写给${boxes.map((b) => b.name).join("、")}的信列在这里。` : undefined} />}
      footer={<PageFoot pages={pages} />}
    />
  );
  return (
    <DeskFrame
      wide
      bar={
        <>
          <h1>写给我的信</h1>
          <TabStrip
            label="写给我的信"
            current={tab}
            onPick={(code) => {
              setPicked(null);
              setParams(code === "all" ? {} : { tab: code }, { replace: true });
            }}
            tabs={TABS.map((t, i) => ({ code: t.code, name: t.name, count: counts[i]?.data?.total }))}
          />
          <span className="muted">{boxes.map((b) => b.name).join("、")}</span>
        </>
      }
      list={list}
      detail={<OrderPanel id={chosen} idle="选择一封信查看办理情况" />}
    />
  );
}

export default function LettersPage() {
  const reference = useReference();
  if (reference.isPending) return <Loading />;
  if (reference.error && !reference.data) return <Failed error={reference.error} retry={() => void reference.refetch()} />;
  const boxes = (reference.data?.mailboxes ?? []).filter((m) => m.mine);
  if (boxes.length === 0) return <Empty title="还没有设给您的信箱" hint="由系统管理员在“系统管理 → 领导信箱”中设置。" />;
  return <Letters boxes={boxes} />;
}
