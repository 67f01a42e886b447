import { Button } from "antd";
import { useEffect } from "react";
import { cardOf } from "./card-type";
import { CallerDetails } from "./card";
import { storedDevices } from "./devices";
import { useSecond, useSkillNames } from "./hooks";
import { notifyCall, ring } from "./ring";
import { deskPhone } from "./seat";
import { may, type PhoneState } from "./store";
import { usePhoneCommand } from "./use-command";
import { clock, hidden, spaced } from "./words";
import { Kbd } from "@/ui/kbd";

/** 来电: beside the work at hand, never over it. Answering and refusing also go by Alt+A and Alt+X. */
export function Incoming({ state }: { state: PhoneState }) {
  const call = state.seat?.calls.find((c) => c.state === "ringing" && c.direction !== "out");
  const now = useSecond();
  const skillName = useSkillNames();
  const send = usePhoneCommand();
  const rings = call?.call;
  const number = call?.number ?? "";
  const here = state.role === "owner";
  const desk = deskPhone(state.seat);
  useEffect(() => {
    if (!rings || !here) return;
    // The telephone on the desk rings by itself.
    if (!desk) ring.start(storedDevices().speaker);
    const title = document.title;
    document.title = `来电 ${hidden(number)}`;
    const away = notifyCall("12345 来电", `${hidden(number)}，${desk ? "请摘机接听" : "请应答"}`);
    return () => {
      ring.stop();
      document.title = title;
      away();
    };
  }, [rings, number, here, desk]);
  if (!call) return null;
  const card = cardOf(call);
  return (
    <section className="ph-incoming" role="alertdialog" aria-label="来电">
      <header>
        <span className="ph-incoming-mark">来电</span>
        <b className="num">{spaced(call.number)}</b>
        {card?.name_masked && <span>{card.name_masked}</span>}
        <span className="num muted">{clock(now - call.since)}</span>
      </header>
      <p className="muted">
        {call.skill ? `${skillName(call.skill)}　` : ""}
        {call.direction === "inner" ? "内部转接　" : ""}已等待 {Math.round(call.waited_ms / 1000)} 秒
      </p>
      {card ? <CallerDetails card={card} /> : <p className="muted">正在查询来电资料…</p>}
      <footer>
        {desk ? (
          <p className="ph-lift">
            话机 <b>{desk}</b> 正在振铃，请摘机接听
          </p>
        ) : (
          <Button type="primary" className="ph-answer" disabled={!may(state.seat, "answer")} onClick={() => void send({ type: "answer", call: call.call })}>
            应答<Kbd>Alt+A</Kbd>
          </Button>
        )}
        <Button danger disabled={!may(state.seat, "reject")} onClick={() => void send({ type: "reject", call: call.call })} title="来电回到队列原位，本座席转为示忙">
          拒接<Kbd>Alt+X</Kbd>
        </Button>
      </footer>
    </section>
  );
}
