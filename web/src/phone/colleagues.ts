// Colleagues at their seats, as far as this person may see them.
import { useEffect } from "react";
import { useCan } from "@/app/session";
import type { SeatLine } from "./protocol";
import { phone, usePhone } from "./store";

/** Signed-in colleagues; needs the live floor, which only supervisors get. */
export function useColleagues(): { list: readonly SeatLine[]; hint: string } {
  const monitor = useCan()("call.monitor");
  const { floor, seat } = usePhone();
  useEffect(() => (monitor ? phone.watch() : undefined), [monitor]);
  const list = (floor?.seats ?? []).filter((s) => s.user !== seat?.user && s.state !== "signed_out");
  return { list, hint: monitor ? "没有符合的同事" : "请输入同事的分机号码，或转到技能队列" };
}
