import { Button } from "antd";
import type { SeatCall } from "./protocol";
import { may, usePhone } from "./store";
import { usePhoneCommand } from "./use-command";
import { PARTY, partyName } from "./words";

/** Who is in the call; one of three can be let go. */
export function Parties({ call }: { call: SeatCall }) {
  const { seat } = usePhone();
  const send = usePhoneCommand();
  if (call.parties.length === 0) return null;
  return (
    <ul className="ph-parties" aria-label="通话各方">
      {call.parties.map((p) => {
        const self = p.kind === "agent" && p.name === seat?.name;
        return (
          <li key={p.leg}>
            <span className="tag">{self ? "本席" : PARTY[p.kind]}</span>
            <span className="clip">{partyName(p)}</span>
            <span className="muted">{p.ringing ? "振铃中" : p.held ? "听等待音" : "在线"}</span>
            {call.parties.length > 2 && p.kind !== "citizen" && !self && may(seat, "drop") && (
              <Button size="small" onClick={() => void send({ type: "drop", call: call.call, leg: p.leg })}>
                移出
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
