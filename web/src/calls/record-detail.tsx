import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, Input, Modal } from "antd";
import { useState, type ReactNode } from "react";
import { Link } from "react-router";
import { ApiError, messageOf } from "@/api/client";
import { useCan } from "@/app/session";
import { Empty, Failed, Loading } from "@/ui/states";
import { at, dateTime } from "@/ui/time";
import { recordings, records } from "./calls";
import { eventText, KEY_EVENTS } from "./events";
import { Player } from "./player";
import type { CallView } from "./types";
import { lengthText, outcomeTone } from "./words";

const second = (ms: number) => at(ms).format("HH:mm:ss");

function Facts({ call }: { call: CallView }) {
  const fact = (label: string, value: ReactNode) => (
    <div key={label}>
      <dt>{label}</dt>
      <dd>{value || <span className="muted">—</span>}</dd>
    </div>
  );
  return (
    <dl className="facts">
      {fact("开始", dateTime(call.started_at))}
      {fact("结束", call.ended_at === null ? "通话中" : [second(call.ended_at), call.cause_cn].filter(Boolean).join("，"))}
      {fact("等待", lengthText(call.wait_ms))}
      {fact("通话", `${lengthText(call.talk_ms)}${call.hold_ms > 0 ? `，其中保持 ${lengthText(call.hold_ms)}` : ""}`)}
      {fact("话务员", [call.agent?.name, call.last_agent && call.last_agent.id !== call.agent?.id ? `转 ${call.last_agent.name}` : null].filter(Boolean).join("，"))}
      {fact("技能", call.skill_cn)}
      {fact("被叫号码", call.line)}
      {fact("评价", call.rating_cn ?? (call.rating_asked ? "已邀请，未按键" : "未邀请"))}
      {fact("话后小结", call.wrap_up_cn)}
      {fact("联动", call.joint)}
      <div className="wide">
        <dt>备注</dt>
        <dd>{call.note || <span className="muted">—</span>}</dd>
      </div>
      <div className="wide">
        <dt>工单</dt>
        <dd>{call.order ? <Link to={`/orders/${call.order.id}?tab=calls`}>{call.order.case_no}</Link> : <span className="muted">未关联</span>}</dd>
      </div>
    </dl>
  );
}

/** 过程: each event with how long after the beginning it was. */
function Events({ call }: { call: CallView }) {
  return (
    <section>
      <h3>过程</h3>
      <ol className="calls-line">
        {call.events.map((e) => (
          <li key={e.seq} className={KEY_EVENTS.has(e.kind) ? "key" : undefined}>
            <span className="num muted">{second(e.at)}</span>
            <span className="num muted">+{Math.max(0, Math.round((e.at - call.started_at) / 1000))}秒</span>
            <span>
              {e.kind_cn}
              {eventText(e) && <span className="muted">　{eventText(e)}</span>}
              {e.user_name && <span className="muted">　{e.user_name}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Legs({ call }: { call: CallView }) {
  return (
    <section>
      <h3>各方</h3>
      <table className="calls-legs">
        <thead>
          <tr>
            <th>身份</th>
            <th>姓名、号码</th>
            <th>加入</th>
            <th>接通</th>
            <th>离开</th>
          </tr>
        </thead>
        <tbody>
          {call.legs.map((l) => (
            <tr key={l.id}>
              <td>{l.kind_cn}</td>
              <td>{l.name ?? l.number_masked ?? "—"}</td>
              <td className="num">{second(l.started_at)}</td>
              <td className="num">{l.answered_at === null ? <span className="muted">{l.cause_cn ?? "未接通"}</span> : second(l.answered_at)}</td>
              <td className="num">{l.ended_at === null ? <span className="muted">在线</span> : second(l.ended_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Remark({ call, kind, close }: { call: CallView; kind: "praise" | "complaint"; close: () => void }) {
  const { message } = App.useApp();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const title = kind === "praise" ? "登记表扬" : "登记投诉";
  const submit = async () => {
    setBusy(true);
    try {
      await records.remark(call.id, kind, note.trim());
      message.success(`${title}：已完成`);
      close();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={`${title}：${call.agent?.name ?? "话务员"}`} onCancel={close} onOk={() => void submit()} okText="保存" cancelText="取消" confirmLoading={busy} okButtonProps={{ disabled: note.trim().length < 4 }} width={420}>
      <Input.TextArea value={note} onChange={(e) => setNote(e.target.value)} rows={3} maxLength={300} showCount autoFocus placeholder="来源和内容，不少于4个字；计入话务员统计" />
    </Modal>
  );
}

/** Whether the file is still what it was when it was closed. */
function Verify({ recording }: { recording: string }) {
  const check = useMutation({ mutationFn: () => recordings.verify(recording) });
  if (check.data) return check.data.intact ? <span className="muted">录音完整，与封存时一致</span> : <span className="bad">{check.data.reason ?? "录音与封存时不一致"}</span>;
  return (
    <button type="button" className="link" disabled={check.isPending} onClick={() => check.mutate()}>
      {check.isError ? "校验未成功，重试" : "校验录音完整性"}
    </button>
  );
}

/** A call: what it was, its sound, who took part, what happened. */
export function CallDetail({ id }: { id: string | null }) {
  const can = useCan();
  const client = useQueryClient();
  const [remark, setRemark] = useState<"praise" | "complaint" | null>(null);
  const query = useQuery({ queryKey: ["calls", "one", id], queryFn: () => records.one(id ?? ""), enabled: id !== null });
  if (id === null) return <Empty title="请选择一通电话" hint="用 ↑ ↓ 选择。" />;
  const call = query.data;
  if (query.error instanceof ApiError && (query.error.status === 404 || query.error.status === 403)) {
    return <Empty title="该通话不在您的查看范围内" hint="话务员可查看本人的通话；如因工作需要，请联系班长。" />;
  }
  if (!call) return query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  return (
    <article className="calls-detail" aria-label={`通话 ${call.number_masked}`}>
      <header>
        <b className="num">{call.number_masked || "号码未显示"}</b>
        <span className="tag">{call.direction_cn}</span>
        <span className={outcomeTone(call.outcome)}>{call.outcome_cn}</span>
        <div className="calls-detail-acts">
          {can("call.monitor") && call.agent && (
            <Dropdown trigger={["click"]} menu={{ items: [{ key: "praise", label: "登记表扬" }, { key: "complaint", label: "登记投诉" }], onClick: ({ key }) => setRemark(key as "praise" | "complaint") }}>
              <Button size="small">登记表扬、投诉</Button>
            </Dropdown>
          )}
          {call.score_id && (
            <Link to={`/calls/quality?tab=scores&id=${call.score_id}`} className="ant-btn-link">
              质检结果
            </Link>
          )}
        </div>
      </header>
      <div className="calls-detail-body">
        <Facts call={call} />
        {call.recordings.length > 0 ? (
          call.recordings.map((r) => (
            <div key={r.id} className="calls-sound">
              <Player recording={r} />
              {(can("call.score") || can("call.monitor")) && r.playable && <Verify recording={r.id} />}
            </div>
          ))
        ) : (
          <p className="muted">{call.outcome === "answered" ? "本次通话未录音。" : "没有录音。"}</p>
        )}
        {call.remarks.map((r) => (
          <p key={r.at} className={r.kind === "praise" ? "note note-blue" : "note note-amber"}>
            <b>{r.kind_cn}</b>　{r.note}
            <span className="muted">
              　{r.by_name} {dateTime(r.at)}
            </span>
          </p>
        ))}
        {call.legs.length > 0 && <Legs call={call} />}
        <Events call={call} />
      </div>
      {remark && (
        <Remark
          call={call}
          kind={remark}
          close={() => {
            setRemark(null);
            void client.invalidateQueries({ queryKey: ["calls", "one", id] });
          }}
        />
      )}
    </article>
  );
}
