import { Button, Input, Select } from "antd";
import { useEffect, useRef, useState } from "react";
import { useDictionary } from "@/api/hooks";
import { useSecond } from "./hooks";
import type { SeatCall, SeatView } from "./protocol";
import { may } from "./store";
import { usePhoneCommand } from "./use-command";
import { clock, hidden } from "./words";

const SAVE_MS = 800;

/** 话后整理: what the call was about, in one line, until it is finished or its time is over. */
export function WrapUp({ seat, call }: { seat: SeatView; call: SeatCall }) {
  const now = useSecond();
  const codes = useDictionary("wrap_up");
  const send = usePhoneCommand();
  const [code, setCode] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const saved = useRef("");
  const left = seat.until === null ? null : Math.max(0, seat.until - now);

  // What was chosen is kept at once: when the time is over, nothing of it is lost.
  useEffect(() => {
    const text = JSON.stringify([code, note]);
    if ((code === null && note === "") || text === saved.current) return;
    const timer = setTimeout(() => {
      saved.current = text;
      void send({ type: "wrap_up", call: call.call, code, note: note.trim() || null, finish: false });
    }, SAVE_MS);
    return () => clearTimeout(timer);
  }, [code, note, call.call, send]);

  const finish = () => void send({ type: "wrap_up", call: call.call, code, note: note.trim() || null, finish: true });
  return (
    <div className="ph-wrap" role="group" aria-label="话后整理">
      <span className="ph-wrap-who">
        <span className="num">{hidden(call.number)}</span>
        {left !== null && <span className={left < 10_000 ? "num bad" : "num muted"}>剩 {clock(left)}</span>}
      </span>
      <Select
        size="small"
        value={code}
        onChange={setCode}
        placeholder="话后小结"
        aria-label="话后小结"
        options={codes.map((c) => ({ value: c.code, label: c.name }))}
        style={{ width: 128 }}
        popupMatchSelectWidth={180}
      />
      <Input size="small" value={note} onChange={(e) => setNote(e.target.value)} onPressEnter={finish} placeholder="备注" maxLength={200} aria-label="话后备注" />
      <Button size="small" type="primary" disabled={!may(seat, "wrap_up")} onClick={finish}>
        完成
      </Button>
    </div>
  );
}
