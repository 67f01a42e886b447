// The keys of the call bar: which there are, in which place, and what each stands for in the present state.
import type { SeatCall, SeatCommand, SeatView } from "./protocol";
import { callAtHand, may } from "./store";

export type KeyId = "sign" | "pause" | "answer" | "mute" | "hold" | "consult" | "conference" | "transfer" | "dial" | "keypad" | "record" | "rate" | "hangup";

export interface PhoneKey {
  id: KeyId;
  label: string;
  hotkey: string;
  enabled: boolean;
  /** Sent at once; absent where the key opens a choice first. */
  command?: SeatCommand;
  /** Opens this choice. */
  asks?: "busy" | "target-consult" | "target-transfer" | "number" | "digits";
  on?: boolean;
  tone?: "green" | "red" | "amber";
}

const HOTKEYS: Record<KeyId, string> = {
  sign: "Alt+I",
  pause: "Alt+B",
  answer: "Alt+A",
  mute: "Alt+M",
  hold: "Alt+H",
  consult: "Alt+Z",
  conference: "Alt+S",
  transfer: "Alt+T",
  dial: "Alt+W",
  keypad: "Alt+K",
  record: "Alt+L",
  rate: "Alt+V",
  hangup: "Alt+X",
};

type Made = Omit<PhoneKey, "id" | "hotkey">;

/** A key that needs a call to act on. */
function onCall(seat: SeatView | null, call: SeatCall | undefined, type: SeatCommand["type"], label: string, command: (id: string) => SeatCommand): Made {
  const enabled = call !== undefined && may(seat, type);
  return { label, enabled, ...(call && { command: command(call.call) }) };
}

function sign(seat: SeatView | null): Made {
  if (seat && seat.state !== "signed_out") return { label: "签出", enabled: may(seat, "sign_out"), command: { type: "sign_out" } };
  return { label: "签入", enabled: may(seat, "sign_in"), command: { type: "sign_in", skills: null }, tone: "green" };
}

function pause(seat: SeatView | null): Made {
  // While talking, 示忙 is for after the call and can be taken back. In wrap-up 完成 leads to 示闲, so that the pause stays in reach.
  if (seat?.state === "busy" || (seat?.state !== "wrap_up" && may(seat, "ready"))) return { label: "示闲", enabled: may(seat, "ready"), command: { type: "ready" }, tone: "green" };
  return { label: "示忙", enabled: may(seat, "busy"), asks: "busy" };
}

function hold(seat: SeatView | null, call: SeatCall | undefined): Made {
  if (call?.state === "held") return { ...onCall(seat, call, "resume", "接回", (c) => ({ type: "resume", call: c })), on: true };
  return onCall(seat, call, "hold", "保持", (c) => ({ type: "hold", call: c }));
}

function consult(seat: SeatView | null, call: SeatCall | undefined): Made {
  if (call?.state === "consulting") return { ...onCall(seat, call, "consult_end", "结束咨询", (c) => ({ type: "consult_end", call: c })), on: true };
  return { label: "咨询", enabled: call !== undefined && may(seat, "consult"), asks: "target-consult" };
}

function transfer(seat: SeatView | null, call: SeatCall | undefined): Made {
  const made = onCall(seat, call, "transfer", "转接", (c) => ({ type: "transfer", call: c, to: null }));
  if (call?.state === "consulting" || call?.state === "conference") return made;
  return { label: "转接", enabled: made.enabled, asks: "target-transfer" };
}

/** 拒接 while a call rings, 挂断 otherwise: one place, so that the hand finds it. */
function hangup(seat: SeatView | null, call: SeatCall | undefined): Made {
  if (seat?.supervising) return { label: "退出监听", enabled: may(seat, "supervise_end"), command: { type: "supervise_end" }, tone: "red" };
  if (call?.state === "ringing") return { ...onCall(seat, call, "reject", "拒接", (c) => ({ type: "reject", call: c })), tone: "red" };
  return { ...onCall(seat, call, "hangup", "挂断", (c) => ({ type: "hangup", call: c })), tone: "red" };
}

function mute(seat: SeatView | null): Made {
  const on = seat?.muted ?? false;
  return { label: on ? "取消静音" : "静音", enabled: may(seat, "mute"), command: { type: "mute", on: !on }, on, ...(on && { tone: "amber" as const }) };
}

function record(seat: SeatView | null, call: SeatCall | undefined): Made {
  const paused = call?.recording === "paused";
  return {
    ...onCall(seat, call, "record_pause", paused ? "恢复录音" : "暂停录音", (c) => ({ type: "record_pause", call: c, on: !paused })),
    on: paused,
    ...(paused && { tone: "amber" as const }),
  };
}

/** All keys in their places, as they stand now. */
export function keysOf(seat: SeatView | null): PhoneKey[] {
  const call = callAtHand(seat);
  const made: [KeyId, Made][] = [
    ["sign", sign(seat)],
    ["pause", pause(seat)],
    ["answer", { ...onCall(seat, call, "answer", "应答", (c) => ({ type: "answer", call: c })), tone: "green" }],
    ["mute", mute(seat)],
    ["hold", hold(seat, call)],
    ["consult", consult(seat, call)],
    ["conference", onCall(seat, call, "conference", "三方", (c) => ({ type: "conference", call: c }))],
    ["transfer", transfer(seat, call)],
    ["dial", { label: "外呼", enabled: may(seat, "dial"), asks: "number" }],
    ["keypad", { label: "键盘", enabled: call !== undefined && may(seat, "digits"), asks: "digits" }],
    ["record", record(seat, call)],
    ["rate", onCall(seat, call, "rate", "请评价", (c) => ({ type: "rate", call: c }))],
    ["hangup", hangup(seat, call)],
  ];
  return made.map(([id, key]) => ({ id, hotkey: HOTKEYS[id], ...key }));
}

export const JOINT: readonly { code: string; name: string }[] = [
  { code: "110", name: "报警" },
  { code: "119", name: "消防" },
  { code: "120", name: "急救" },
  { code: "122", name: "交警" },
];
