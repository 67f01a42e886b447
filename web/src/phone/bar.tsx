// 话务条: the seat and its call, at the top of every page. It stands outside the router: no change of page touches a call.
import { PhoneOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Popover } from "antd";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { duties } from "@/calls/calls";
import "./dots.css";
import "./phone.css";
import { cardOf } from "./card-type";
import { deskPhone } from "./seat";
import { CallerDetails } from "./card";
import { Keys } from "./key-row";
import { LAMP_CN, lampOf, qualityText } from "./quality";
import { Incoming } from "./incoming";
import { MIC_FAULT } from "./mic-fault";
import { Parties } from "./parties";
import { DevicePanel } from "./device-panel";
import { callAtHand, phone, usePhone, type PhoneState } from "./store";
import { useHandset } from "./use-handset";
import { useReason, useSecond, useSkillNames } from "./hooks";
import { CALL_STATE, clock, partyName, RECORDING, SEAT_STATE, spaced, SUPERVISION, unavailableText } from "./words";
import { WrapUp } from "./wrap-up";
import type { TabHandset } from "./handset";
import { useScreenPop } from "./screen-pop";
import type { SeatCall } from "./protocol";

/** ● 空闲 03:12 — what the seat does and since when; opens devices and network quality. */
function Seat({ state, handset }: { state: PhoneState; handset: { current: TabHandset | null } }) {
  const now = useSecond();
  const reason = useReason();
  const [open, setOpen] = useState(false);
  const { seat, line, media } = state;
  const desk = deskPhone(seat);
  const lamp = media === "up" ? lampOf([line, seat?.quality ?? null]) : "off";
  const why = seat?.supervising ? `${SUPERVISION[seat.supervising.mode]} ${seat.supervising.name}` : seat?.reason ? reason(seat.reason) : "";
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={<DevicePanel state={state} handset={handset} />}
    >
      <button type="button" className="ph-seat" aria-label="座席状态、话机设置">
        <span className="ph-seat-state">
          <i className={`ph-dot ph-${seat?.state ?? "signed_out"}`} />
          <b>{seat ? SEAT_STATE[seat.state] : "未连接"}</b>
          {seat && seat.state !== "signed_out" && <span className="num">{clock(now - seat.since)}</span>}
        </span>
        <span className="ph-seat-more">
          {desk ? (
            <PhoneOutlined className={seat?.media ? "ph-desk" : "ph-desk ph-desk-off"} title={seat?.media ? `话机 ${desk} 已注册` : `话机 ${desk} 未注册`} />
          ) : (
            <span className={`ph-lamp ph-lamp-${lamp}`} title={`网络质量：${LAMP_CN[lamp]}\n本机收听：${qualityText(line)}\n平台收听：${qualityText(seat?.quality ?? null)}`}>
              <i />
              <i />
              <i />
            </span>
          )}
          <span className="clip">{why || (desk ? `话机 ${desk}` : seat ? `网络${LAMP_CN[lamp]}` : "")}</span>
        </span>
      </button>
    </Popover>
  );
}

/** There is nothing else to show: the phone is elsewhere or not there yet. */
function Away({ state }: { state: PhoneState }) {
  if (state.link === "replaced") {
    return (
      <p className="ph-trouble ph-trouble-amber" role="alert">
        软电话已在另一台电脑或浏览器中打开。
        <TakeOver />
      </p>
    );
  }
  if (state.unavailable) return <p className="ph-trouble ph-trouble-amber">{unavailableText(state.unavailable)}</p>;
  if (state.link === "lost") return <p className="ph-trouble ph-trouble-amber">未能连接呼叫平台，正在重试…</p>;
  return <p className="ph-trouble">正在连接呼叫平台…</p>;
}

function TakeOver() {
  return (
    <Button size="small" onClick={() => phone.takeOver()}>
      在此标签页接管
    </Button>
  );
}

/** What is wrong just now, beside the call rather than instead of it. */
function Trouble({ state, handset }: { state: PhoneState; handset: { current: TabHandset | null } }) {
  if (state.link === "lost") {
    return (
      <p className="ph-trouble ph-trouble-amber" role="alert" title="通话不会因此挂断，请勿关闭页面">
        连接中断，正在重连…
      </p>
    );
  }
  if (state.role === "mirror") {
    return (
      <p className="ph-trouble" title="软电话在本浏览器的另一个标签页中，此处同步显示">
        由另一标签页持有
        <TakeOver />
      </p>
    );
  }
  if (state.fault) {
    const { title, help } = MIC_FAULT[state.fault];
    return (
      <p className="ph-trouble ph-trouble-red" role="alert">
        <b>{title}</b>
        <Popover trigger="click" content={<div style={{ width: 320 }}>{help}</div>}>
          <button type="button" className="link nowrap">
            怎么办
          </button>
        </Popover>
        <Button size="small" onClick={() => handset.current?.retryVoice()}>
          重试
        </Button>
      </p>
    );
  }
  const desk = deskPhone(state.seat);
  if (desk && state.seat?.media) return null;
  if (desk) {
    return (
      <p className="ph-trouble ph-trouble-red" role="alert" title="请检查话机是否通电、联网，账号是否为本分机；注册后自动恢复">
        话机 {desk} 未注册，收不到来电
      </p>
    );
  }
  if (state.seat && state.seat.state !== "signed_out" && state.media !== "up") return <p className="ph-trouble ph-trouble-amber">正在接通语音…</p>;
  return null;
}

/** Two rows about the call: 主叫, 被叫, 呼叫时间; 名称, 历史, 状态. */
function Call({ call, desk }: { call: SeatCall; desk: string | null }) {
  const now = useSecond();
  const skillName = useSkillNames();
  const card = cardOf(call);
  const [open, setOpen] = useState(false);
  const outward = call.direction === "out";
  const others = call.parties.filter((p) => p.kind === "department" || p.kind === "service" || p.kind === "supervisor");
  return (
    <Popover
      trigger="click"
      placement="bottom"
      open={open}
      onOpenChange={setOpen}
      content={
        <div className="ph-about">
          <Parties call={call} />
          {card ? <CallerDetails card={card} /> : <p className="muted">没有该号码的资料。</p>}
        </div>
      }
    >
      <button type="button" className="ph-call" aria-label="通话详情">
        <span className="ph-row">
          <span className="muted">{outward ? "被叫" : "主叫"}</span>
          <b className="num ph-number">{spaced(call.number)}</b>
          {!outward && call.called && (
            <>
              <span className="muted">被叫</span>
              <span className="num">{call.called}</span>
            </>
          )}
          <span className="muted">呼叫时间</span>
          <span className="num">{clock(now - (call.answered_at ?? call.since))}</span>
        </span>
        <span className="ph-row ph-row-2">
          <span className="ph-call-state">{CALL_STATE[call.state]}</span>
          {desk && call.state === "dialling" && call.parties.some((p) => p.kind === "agent" && p.ringing) && <span className="tag tag-amber">请摘起话机 {desk}</span>}
          {call.answered_at === null ? null : call.recording === "on" ? <span className="ph-rec">录音</span> : <span className="tag tag-amber">{RECORDING[call.recording]}</span>}
          {card?.name_masked && <span>{card.name_masked}</span>}
          {card && (
            <span>
              诉求 {card.orders_total} 件{card.orders_open > 0 && <>，在办 <b>{card.orders_open}</b></>}
            </span>
          )}
          {card?.marks.map((m) => (
            <span key={m.kind} className={m.kind === "black" ? "tag tag-red" : "tag tag-amber"}>
              {m.kind_cn}
            </span>
          ))}
          {call.skill && <span className="muted">{skillName(call.skill)}</span>}
          {call.order && <span className="tag tag-blue">已关联工单</span>}
          {others.length > 0 && <span>与 {others.map((p) => partyName(p)).join("、")}</span>}
        </span>
      </button>
    </Popover>
  );
}

const DUTIES_EVERY_MS = 30_000;

/** Citizens who wait to be called back, one click away while nobody rings. */
function Duties() {
  const { data } = useQuery({ queryKey: ["duties", "counts"], queryFn: duties.counts, refetchInterval: DUTIES_EVERY_MS });
  if (!data || data.open === 0) return null;
  return (
    <Link to="/calls/duties" title={data.red > 0 ? `${data.red} 件已超过回拨时限` : "漏接来电、预约回拨和留言"}>
      待回拨 <b className={data.red > 0 ? "bad" : "warn"}>{data.open}</b>
    </Link>
  );
}

function Idle({ state }: { state: PhoneState }) {
  const skillName = useSkillNames();
  const seat = state.seat;
  if (!seat) return null;
  if (seat.state === "signed_out") return deskPhone(seat) ? (
      <p className="ph-quiet">签入后开始接听。来电在话机 {deskPhone(seat)} 上振铃，摘机接听、挂机结束。</p>
    ) : (
      <p className="ph-quiet">签入后开始接听。签入时浏览器会请求使用麦克风，请选择“允许”。</p>
    );
  return (
    <p className="ph-quiet">
      <span>
        排队 <b className={seat.waiting > 0 ? "warn" : ""}>{seat.waiting}</b>
      </span>
      <Duties />
      <span className="muted clip">技能 {seat.skills.map(skillName).join("、") || "无"}</span>
    </p>
  );
}

/** The call, the wrap-up or the queue — in this order. */
function Middle({ state }: { state: PhoneState }) {
  const call = callAtHand(state.seat);
  if (call?.state === "wrap_up" && state.seat) return <WrapUp key={call.call} seat={state.seat} call={call} />;
  return call ? <Call call={call} desk={deskPhone(state.seat)} /> : <Idle state={state} />;
}

export default function CallBar() {
  const handset = useHandset();
  const state = usePhone();
  useScreenPop(state);
  useEffect(() => {
    const leave = (e: BeforeUnloadEvent) => {
      const seat = phone.state.seat;
      if (phone.state.role === "owner" && seat?.calls.some((c) => c.state !== "wrap_up")) e.preventDefault();
    };
    window.addEventListener("beforeunload", leave);
    return () => window.removeEventListener("beforeunload", leave);
  }, []);
  // Where there is no call centre at all, nothing tells of one.
  if (state.link === "forbidden" || state.link === "closed" || state.unavailable?.code === "off") return null;
  return (
    <section className="ph-bar" aria-label="话务条">
      <Seat state={state} handset={handset} />
      <div className="ph-middle">
        {state.seat ? (
          <>
            <Middle state={state} />
            <Trouble state={state} handset={handset} />
          </>
        ) : (
          <Away state={state} />
        )}
      </div>
      <Keys state={state} />
      <Incoming state={state} />
    </section>
  );
}
