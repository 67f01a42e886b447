// 话务现场: the shift leader's view, live.
import { FullscreenOutlined } from "@ant-design/icons";
import { App, Button, Input, Modal } from "antd";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { clock, SEAT_STATE, SUPERVISION, unavailableText } from "@/phone/words";
import type { FloorView, Supervision } from "@/phone/protocol";
import { may, phone, usePhone } from "@/phone/store";
import { usePhoneCommand } from "@/phone/use-command";
import { useReason, useSecond, useSkillNames } from "@/phone/hooks";
import { Empty, Loading } from "@/ui/states";
import { BigScreen } from "./big-screen";
import { alarmOf, countStates, ratesOf, rateText, waitingOf, type Alarm, type Rate } from "./floor-model";
import "@/phone/dots.css";
import "./floor.css";
import { Seats } from "./floor-seats";
import { lengthText } from "./words";

function Figure({ name, value, more, alarm = "none" }: { name: string; value: string | number; more?: string; alarm?: Alarm }) {
  return (
    <div className={`fl-figure fl-${alarm}`}>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        {more && <small>{more}</small>}
      </dd>
    </div>
  );
}

const of = ({ num, den }: Rate) => `${num}/${den}`;

/** The day in figures; both 15-second rates, with what they are taken over. */
function Figures({ floor }: { floor: FloorView }) {
  const now = useSecond();
  const r = ratesOf(floor.today);
  const { waiting, longest } = waitingOf(floor);
  const stale = Math.max(0, now - floor.now);
  const wait = waiting === 0 ? 0 : longest + stale;
  return (
    <dl className="fl-figures" aria-label="今日话务">
      <Figure name="排队" value={waiting} alarm={waiting >= 10 ? "red" : waiting >= 3 ? "amber" : "none"} />
      <Figure name="最长等待" value={clock(wait)} alarm={wait > 60_000 ? "red" : wait > 15_000 ? "amber" : "none"} />
      <Figure name="接通率" value={rateText(r.connect)} more={of(r.connect)} alarm={alarmOf(r.connect, 95)} />
      <Figure name="15秒接通率（占接通）" value={rateText(r.in15Answered)} more={of(r.in15Answered)} alarm={alarmOf(r.in15Answered, 80)} />
      <Figure name="15秒接通率（占请求）" value={rateText(r.in15Offered)} more={of(r.in15Offered)} alarm={alarmOf(r.in15Offered, 80)} />
      <Figure name="放弃" value={floor.today.abandoned} more={`${rateText(r.abandon)}　短放弃 ${floor.today.short_abandoned}`} alarm={alarmOf(r.abandon, 5, true)} />
      <Figure name="漏接待回拨" value={floor.today.missed_open} alarm={floor.today.missed_open > 0 ? "amber" : "none"} />
      <Figure name="平均等待" value={lengthText(r.wait)} />
      <Figure name="平均通话" value={lengthText(r.talk)} />
      <Figure name="呼出" value={floor.today.outbound} />
    </dl>
  );
}

/** 空闲 3　通话 6　示忙 2（小休 1、就餐 1） */
function States({ floor, picked, pick }: { floor: FloorView; picked: string | null; pick: (state: string | null) => void }) {
  const reason = useReason();
  return (
    <div className="fl-states" role="group" aria-label="按状态筛选座席">
      <button type="button" aria-pressed={picked === null} onClick={() => pick(null)}>
        全部 <b>{floor.seats.filter((s) => s.state !== "signed_out").length}</b>
      </button>
      {countStates(floor.seats).map((c) => (
        <button key={c.state} type="button" aria-pressed={picked === c.state} disabled={c.n === 0} onClick={() => pick(picked === c.state ? null : c.state)}>
          <i className={`ph-dot ph-${c.state}`} />
          {SEAT_STATE[c.state]} <b>{c.n}</b>
          {c.reasons.length > 0 && <span className="muted">{c.reasons.map((r) => `${reason(r.reason)} ${r.n}`).join("、")}</span>}
        </button>
      ))}
    </div>
  );
}

function Queues({ floor }: { floor: FloorView }) {
  const skill = useSkillNames();
  return (
    <section className="panel">
      <div className="panel-head">
        队列
        <span className="panel-more muted">
          语音菜单中 {floor.in_menu}　通话中 {floor.talking}
        </span>
      </div>
      <table className="fl-table">
        <thead>
          <tr>
            <th>技能</th>
            <th>排队</th>
            <th>最长</th>
            <th>空闲</th>
            <th>通话</th>
            <th>示忙</th>
          </tr>
        </thead>
        <tbody>
          {floor.queues.map((q) => (
            <tr key={q.skill} className={q.waiting > 0 && q.ready === 0 ? "fl-short" : undefined}>
              <td className="clip">{skill(q.skill)}</td>
              <td>{q.waiting > 0 ? <b className="warn">{q.waiting}</b> : 0}</td>
              <td>{q.waiting > 0 ? clock(q.longest_ms) : "—"}</td>
              <td>{q.ready}</td>
              <td>{q.talking}</td>
              <td>{q.busy}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Trunks({ floor }: { floor: FloorView }) {
  if (floor.trunks.length === 0) return null;
  return (
    <section className="panel">
      <div className="panel-head">中继</div>
      <ul className="fl-trunks">
        {floor.trunks.map((t) => (
          <li key={t.name}>
            <i className={t.up ? "ph-dot ph-ready" : "ph-dot ph-talking"} />
            {t.name}
            <span className={t.up ? "muted" : "bad"}>{t.up ? "正常" : t.reason || "不可用"}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Whom the leader listens to, and how; a change of mode does not interrupt. */
function Supervising() {
  const { seat } = usePhone();
  const send = usePhoneCommand();
  const at = seat?.supervising;
  if (!at) return null;
  return (
    <div className="fl-supervising note note-blue" role="status">
      正在{SUPERVISION[at.mode]} <b>{at.name}</b>
      {(Object.keys(SUPERVISION) as Supervision[])
        .filter((m) => m !== at.mode)
        .map((mode) => (
          <Button key={mode} size="small" disabled={!may(seat, "supervise")} onClick={() => void send({ type: "supervise", user: at.user, mode })}>
            转为{SUPERVISION[mode]}
          </Button>
        ))}
      <Button size="small" danger onClick={() => void send({ type: "supervise_end" })}>
        退出
      </Button>
    </div>
  );
}

function SayDialog({ to, close }: { to: { user: string; name: string } | "all"; close: () => void }) {
  const send = usePhoneCommand();
  const { message } = App.useApp();
  const [text, setText] = useState("");
  const submit = async () => {
    if (await send({ type: "say", user: to === "all" ? null : to.user, text: text.trim() })) {
      message.success("通知已发出");
      close();
    }
  };
  return (
    <Modal open title={to === "all" ? "通知全体话务员" : `通知 ${to.name}`} okText="发送" cancelText="取消" onCancel={close} onOk={() => void submit()} okButtonProps={{ disabled: text.trim() === "" }} width={420}>
      <Input.TextArea value={text} onChange={(e) => setText(e.target.value)} rows={3} maxLength={200} showCount autoFocus placeholder="对方话务条下立即弹出，须手动关闭" />
    </Modal>
  );
}

export default function FloorPage() {
  const { floor, link, role, unavailable } = usePhone();
  const [params, setParams] = useSearchParams();
  const [picked, pick] = useState<string | null>(null);
  const [saying, say] = useState<{ user: string; name: string } | "all" | null>(null);
  const big = params.get("screen") === "1";
  const show = (on: boolean) => setParams(on ? { screen: "1" } : {}, { replace: true });
  useEffect(() => phone.watch(), []);
  if (!floor) {
    if (unavailable) return <Empty title={unavailableText(unavailable)} hint="话务启动后自动显示。" />;
    if (link === "lost") return <Empty title="与呼叫平台的连接中断" hint="正在重连，恢复后自动显示。" />;
    if (link === "forbidden" || link === "closed") return <Empty title="无法取得话务现场" hint="您的账号没有话机权限，或登录已失效。" />;
    return <Loading what={role === "none" ? "正在启动软电话…" : "正在取得话务现场…"} />;
  }
  if (big) return <BigScreen floor={floor} close={() => show(false)} />;
  return (
    <div className="fl">
      <Figures floor={floor} />
      <Supervising />
      <div className="fl-main">
        <section className="panel fl-seats">
          <div className="panel-head">
            <States floor={floor} picked={picked} pick={pick} />
            <span className="panel-more">
              <Button size="small" onClick={() => say("all")}>
                群发通知
              </Button>{" "}
              <Button size="small" icon={<FullscreenOutlined />} onClick={() => show(true)}>
                大屏
              </Button>
            </span>
          </div>
          <Seats floor={floor} state={picked} onSay={say} />
        </section>
        <aside className="fl-side">
          <Queues floor={floor} />
          <Trunks floor={floor} />
        </aside>
      </div>
      {saying && <SayDialog to={saying} close={() => say(null)} />}
    </div>
  );
}
