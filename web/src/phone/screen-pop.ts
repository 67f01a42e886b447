// 弹屏: the intake form opens with number and call bound. Never over something that is being written: then it waits for the answer,
// and the intake form puts its draft aside.
import { useEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import { useCan } from "@/app/session";
import { intakeAtHand } from "@/intake/at-hand";
import type { PhoneState } from "./store";
import type { SeatCall } from "./protocol";

const POPPED = "hotline.phone.popped";

/** Calls that become a matter of their own: incoming ones, and callbacks to missed callers. An order's own calls do not. */
export function wantsIntake(call: SeatCall): boolean {
  if (call.order !== null) return false;
  return call.direction === "in" || (call.direction === "out" && call.task !== null);
}

/** `now`: opens; `wait`: only once the call is answered. */
export function popWhen(call: SeatCall, writing: boolean): "now" | "wait" | "never" {
  if (!wantsIntake(call) || call.state === "wrap_up" || call.state === "dialling") return "never";
  if (call.state === "ringing") return writing ? "wait" : "now";
  return "now";
}

/** A dialog or drawer stands open: somebody is in the middle of something. */
function covered(): boolean {
  return document.querySelector(".ant-modal-wrap:not([style*='display: none']), .ant-drawer-open") !== null;
}

export function useScreenPop(state: PhoneState): void {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const registers = useCan()("order.register");
  const call = state.role === "owner" && registers ? state.seat?.calls.find((c) => wantsIntake(c) && c.state !== "wrap_up") : undefined;
  const id = call?.call;
  const stage = call?.state;
  useEffect(() => {
    if (!call || sessionStorage.getItem(POPPED) === call.call) return;
    const writing = covered() || intakeAtHand.writing();
    if (popWhen(call, writing) !== "now") return;
    sessionStorage.setItem(POPPED, call.call);
    // A number that may not be shown is left to the platform, which knows it by the call.
    const to = new URLSearchParams({ ...(/^\+?\d+$/.test(call.number) && { phone: call.number }), call_id: call.call });
    void navigate(`/intake?${to.toString()}`, { replace: pathname === "/intake" });
    // Renewed for another call or when this one is answered, not for every second of it.
  }, [id, stage]);
}
