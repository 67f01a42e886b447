// 渠道来信: what came in by mail and other channels, read and registered by whoever takes it; and how the channels go.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { usePages } from "@/api/hooks";
import type { Id } from "@/api/types";
import { RowsFoot } from "@/admin/room";
import "@/admin/admin.css";
import { useCan, useSession } from "@/app/session";
import { DenseTable, type Column } from "@/ui/dense-table";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { Empty, Failed, Loading } from "@/ui/states";
import { shortTime } from "@/ui/time";
import { inbox, KEY, type ItemLine } from "./calls";
import { HealthPanel } from "./health";
import "./inbox.css";
import { Reader } from "./reader";
import { BLANKED, TABS, type Tab } from "./words";

const OFTEN = 10_000;

const WHAT: Column<ItemLine> = {
  key: "subject",
  title: "标题和摘要",
  render: (i) =>
    i.blanked_at !== null ? (
      <span className="muted">{BLANKED}</span>
    ) : (
      <span title={i.subject}>
        {i.is_answer && <span className="tag tag-blue ib-answer">答复</span>}
        {i.subject || "（无标题）"}
        <span className="muted">　{i.glance}</span>
      </span>
    ),
};
const AT: Column<ItemLine> = { key: "at", title: "收到", width: 96, render: (i) => <span className="num">{shortTime(i.at)}</span> };
const FROM: Column<ItemLine> = { key: "sender", title: "来信人", width: 206, render: (i) => (i.sender ? <span title={i.sender}>{i.sender}</span> : <span className="muted">—</span>) };
const FILES: Column<ItemLine> = { key: "files", title: "附件", width: 46, align: "right", render: (i) => <span className="num">{i.files || ""}</span> };
const WAITING: Column<ItemLine>[] = [
  AT,
  FROM,
  WHAT,
  FILES,
  { key: "claimed", title: "办理人", width: 76, render: (i) => (i.mine ? <b>本人</b> : (i.claimed_by_name ?? <span className="muted">—</span>)) },
];
const DONE: Column<ItemLine>[] = [
  AT,
  FROM,
  WHAT,
  { key: "reason", title: "结果", width: 128, render: (i) => <span title={i.note ?? ""}>{i.reason_cn ?? i.state_cn}</span> },
  { key: "by", title: "办理人", width: 76, render: (i) => i.done_by_name ?? <span className="muted">系统</span> },
];

const NOTHING: Record<Tab, [string, string]> = {
  waiting: ["没有待登记的来信", "邮箱等渠道收到的来信会自动出现在这里。"],
  mine: ["没有您领取的来信", "在“待登记”中领取后，请在规定时间内登记、补充或标记不予登记。"],
  registered: ["没有已登记的来信", "登记为工单的来信列在这里。"],
  added: ["没有已补充的来信", "补充到原工单的来信列在这里。"],
  discarded: ["没有不予登记的来信", "广告、自动回复等列在这里，可以恢复。"],
};

const isTab = (code: string | null): code is Tab => TABS.some((t) => t.code === code);

function Letters() {
  const [params, setParams] = useSearchParams();
  const asked = params.get("tab");
  const tab: Tab = isTab(asked) ? asked : "waiting";
  const [picked, setPicked] = useState<Id | null>(params.get("item"));
  const query = useMemo(() => (tab === "mine" ? { state: "waiting", mine: true } : { state: tab }), [tab]);
  const pages = usePages([...KEY, "list", query], inbox.list, query);
  const counts = useQuery({ queryKey: [...KEY, "counts"], queryFn: inbox.counts, refetchInterval: OFTEN }).data;
  const number = (code: Tab) => (code === "waiting" ? counts?.waiting : code === "mine" ? counts?.mine : undefined);
  const line = pages.rows.find((r) => r.id === picked);
  const next = () => {
    const index = pages.rows.findIndex((r) => r.id === picked);
    setPicked(pages.rows[index + 1]?.id ?? pages.rows[index - 1]?.id ?? null);
  };
  const client = useQueryClient();
  const waits = counts?.waiting;
  // A piece that came or went is seen sooner than the list would look again.
  useEffect(() => {
    if (waits !== undefined) void client.invalidateQueries({ queryKey: [...KEY, "list"] });
  }, [waits, client]);
  const [title, hint] = NOTHING[tab];
  const list = pages.isPending ? (
    <Loading />
  ) : pages.error && pages.rows.length === 0 ? (
    <Failed error={pages.error} retry={() => void pages.refetch()} />
  ) : (
    <DenseTable
      rows={pages.rows}
      columns={tab === "waiting" || tab === "mine" ? WAITING : DONE}
      rowKey={(i) => i.id}
      selected={picked}
      onSelect={(i) => setPicked(i.id)}
      globalKeys
      label="渠道来信"
      stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
      empty={<Empty title={title} hint={hint} />}
      footer={<RowsFoot pages={pages} unit="封" />}
    />
  );
  return (
    <DeskFrame
      bar={
        <TabStrip
          label="渠道来信"
          tabs={TABS.map((t) => ({ ...t, count: number(t.code) }))}
          current={tab}
          onPick={(code) => {
            setPicked(null);
            setParams(code === "waiting" ? {} : { tab: code }, { replace: true });
          }}
        />
      }
      list={list}
      detail={<Reader key={line?.id} line={line} changed={next} />}
    />
  );
}

export default function InboxPage() {
  const [params, setParams] = useSearchParams();
  const { appointment } = useSession();
  const can = useCan();
  const seesHealth = can("admin.param") || appointment.roles.some((r) => r.code === "team_leader");
  if (!seesHealth) return <Letters />;
  const health = params.get("room") === "health";
  return (
    <div className="ib-page">
      <TabStrip
        label="渠道"
        tabs={[
          { code: "letters", name: "来信" },
          { code: "health", name: "渠道健康" },
        ]}
        current={health ? "health" : "letters"}
        onPick={(code) => setParams(code === "health" ? { room: "health" } : {}, { replace: true })}
      />
      {health ? (
        <div className="ib-health">
          <HealthPanel />
        </div>
      ) : (
        <Letters />
      )}
    </div>
  );
}
