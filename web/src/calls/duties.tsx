// 待回拨: missed callers, booked callbacks and messages. Somebody takes one, calls, and it is done — or given up with a reason.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Input, Modal } from "antd";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { messageOf } from "@/api/client";
import { usePages } from "@/api/hooks";
import { useCan, useSession } from "@/app/session";
import { RowsFoot } from "@/admin/room";
import { DialButton } from "@/phone/dial";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { DenseTable, type Column } from "@/ui/dense-table";
import { Lamp } from "@/ui/lamp";
import { Empty, Failed, Loading } from "@/ui/states";
import { dateTime, longTime, shortTime } from "@/ui/time";
import { useSelection } from "@/ui/use-selection";
import { duties } from "./calls";
import { CallDetail } from "./record-detail";
import { Player } from "./player";
import type { DutyLine } from "./types";

const COLUMNS: Column<DutyLine>[] = [
  { key: "lamp", title: "时限", width: 142, render: (d) => (d.done_at === null ? <Lamp light={d.light} due={d.due_at} remaining={d.remaining_cn} /> : <span className="muted">{d.state_cn}</span>) },
  { key: "kind", title: "类型", width: 72, render: (d) => d.kind_cn },
  { key: "number", title: "号码", width: 108, render: (d) => <span className="num">{d.number_masked}</span> },
  { key: "calls", title: "来电", width: 48, align: "right", render: (d) => (d.calls > 1 ? <b className="warn">{d.calls}</b> : d.calls) },
  { key: "at", title: "产生", width: 92, render: (d) => <span className="num">{shortTime(d.created_at)}</span> },
  { key: "tries", title: "已拨", width: 48, align: "right", render: (d) => d.attempts },
  { key: "who", title: "领取人", width: 80, render: (d) => d.claimed_by?.name ?? <span className="muted">未领取</span> },
  { key: "skill", title: "技能", render: (d) => <span className="muted">{d.skill_cn}</span> },
];

function GiveUp({ duty, close, done }: { duty: DutyLine; close: () => void; done: () => void }) {
  const { message } = App.useApp();
  const [reason, setReason] = useState("");
  const finish = useMutation({
    mutationFn: () => duties.finish(duty.id, "given_up", reason.trim()),
    onSuccess: () => {
      message.success("已结束该回拨任务");
      done();
    },
    onError: (e) => void message.error(messageOf(e)),
  });
  return (
    <Modal open title="不再回拨" onCancel={close} onOk={() => finish.mutate()} okText="确认不再回拨" cancelText="取消" confirmLoading={finish.isPending} okButtonProps={{ danger: true, disabled: reason.trim().length < 4 }} width={420}>
      <p className="note note-amber" style={{ marginBottom: 12 }}>漏接电话应当回拨。不再回拨的，理由计入漏接回拨率的说明。</p>
      <Input.TextArea value={reason} onChange={(e) => setReason(e.target.value)} rows={3} maxLength={200} showCount autoFocus placeholder="如：已三次回拨无人接听；号码为空号（不少于4个字）" />
    </Modal>
  );
}

/** What can be done with a duty, and its call. */
function DutyPanel({ duty, changed }: { duty: DutyLine; changed: () => void }) {
  const me = useSession().user.id;
  const can = useCan();
  const { message } = App.useApp();
  const [givingUp, setGivingUp] = useState(false);
  const act = useMutation({
    mutationFn: (what: "claim" | "release" | "done") => (what === "done" ? duties.finish(duty.id, "done", "已回拨") : duties[what](duty.id)),
    onSuccess: changed,
    onError: (e) => void message.error(messageOf(e)),
  });
  const mine = duty.claimed_by?.id === me;
  const open = duty.done_at === null;
  return (
    <div className="duty">
      <div className="duty-head">
        <div className="duty-what">
          <b>{duty.kind_cn}</b>
          <span>应于 {longTime(duty.due_at)} 前回拨</span>
          <span className="muted">
            已拨 {duty.attempts} 次{duty.last_try_at !== null && `，最近 ${shortTime(duty.last_try_at)}`}
          </span>
        </div>
        {open ? (
          <div className="duty-acts">
            {!duty.claimed_by && (
              <Button type="primary" size="small" loading={act.isPending} onClick={() => act.mutate("claim")}>
                领取
              </Button>
            )}
            {mine && <DialButton task={duty.id} label="回拨" type="primary" />}
            {mine && (
              <Button size="small" disabled={duty.attempts === 0} title={duty.attempts === 0 ? "尚未拨打" : undefined} onClick={() => act.mutate("done")}>
                已办妥
              </Button>
            )}
            {mine && (
              <Button size="small" onClick={() => act.mutate("release")}>
                退回
              </Button>
            )}
            {(mine || can("call.monitor")) && (
              <Button size="small" danger onClick={() => setGivingUp(true)}>
                不再回拨
              </Button>
            )}
            {duty.claimed_by && !mine && <span className="muted">{duty.claimed_by.name} 已领取</span>}
          </div>
        ) : (
          <span className="muted">
            {duty.state_cn}，{duty.done_by_name} {dateTime(duty.done_at)}
            {duty.reason && `：${duty.reason}`}
          </span>
        )}
        {duty.recording && <Player recording={duty.recording} label="群众留言" />}
      </div>
      <div className="duty-call">
        <CallDetail id={duty.call_id} />
      </div>
      {givingUp && (
        <GiveUp
          duty={duty}
          close={() => setGivingUp(false)}
          done={() => {
            setGivingUp(false);
            changed();
          }}
        />
      )}
    </div>
  );
}

export default function DutiesPage() {
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const state = params.get("state") ?? "open";
  const [mine, setMine] = useState(false);
  const counts = useQuery({ queryKey: ["duties", "counts"], queryFn: duties.counts });
  const query = { state, mine: mine || undefined };
  const pages = usePages(["duties", query], duties.list, query);
  const selection = useSelection(pages.rows, (d) => d.id);
  const waiting = counts.data?.open;
  // What others add or finish shows without a reload.
  useEffect(() => {
    if (waiting !== undefined) void client.invalidateQueries({ queryKey: ["duties", { state: "open" }] });
  }, [client, waiting]);
  const changed = () => void client.invalidateQueries({ queryKey: ["duties"] });
  const tabs = [
    { code: "open", name: "待回拨", count: counts.data?.open, red: counts.data?.red },
    { code: "done", name: "已回拨" },
    { code: "given_up", name: "不再回拨" },
  ];
  const list = pages.isPending ? (
    <Loading />
  ) : pages.error && pages.rows.length === 0 ? (
    <Failed error={pages.error} retry={() => void pages.refetch()} />
  ) : (
    <DenseTable
      rows={pages.rows}
      columns={COLUMNS}
      rowKey={(d) => d.id}
      selected={selection.id}
      onSelect={(d) => selection.select(d.id)}
      label="回拨任务"
      globalKeys
      stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
      empty={<Empty title={state === "open" ? "没有待回拨的来电" : "没有记录"} hint={state === "open" ? "漏接、预约回拨和留言会出现在这里。" : undefined} />}
      footer={<RowsFoot pages={pages} unit="件" />}
    />
  );
  return (
    <DeskFrame
      bar={
        <>
          <TabStrip label="回拨任务" tabs={tabs} current={state} onPick={(s) => setParams(s === "open" ? {} : { state: s }, { replace: true })} />
          <Checkbox checked={mine} onChange={(e) => setMine(e.target.checked)} style={{ marginLeft: "auto" }}>
            我领取的
          </Checkbox>
        </>
      }
      list={list}
      detail={selection.row ? <DutyPanel key={selection.row.id} duty={selection.row} changed={changed} /> : <Empty title="请选择一件回拨任务" />}
    />
  );
}
