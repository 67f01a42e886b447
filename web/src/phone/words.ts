// Words and moments of the call bar.
import { JOINT } from "./keys";
import type { PartyKind, RecordingState, SeatCallState, SeatState, Supervision } from "./protocol";

export const SEAT_STATE: Record<SeatState, string> = {
  signed_out: "未签入",
  ready: "空闲",
  busy: "示忙",
  ringing: "振铃",
  dialling: "呼出中",
  talking: "通话",
  wrap_up: "话后整理",
  supervising: "监听中",
};

export const CALL_STATE: Record<SeatCallState, string> = {
  ringing: "来电振铃",
  dialling: "正在呼叫",
  talking: "通话中",
  held: "已保持",
  consulting: "咨询中",
  conference: "三方通话",
  wrap_up: "已结束",
};

export const SUPERVISION: Record<Supervision, string> = { listen: "监听", whisper: "密语", barge: "强插" };
export const PARTY: Record<PartyKind, string> = { citizen: "群众", agent: "话务员", department: "第三方", service: "联动", supervisor: "班长" };
export const RECORDING: Record<RecordingState, string> = { off: "不录音", on: "录音中", paused: "录音已暂停", failed: "未录音" };

/** Why there is no call centre just now. The platform's own words are for those who run it: they may hold a system's error text. */
export function unavailableText(reason: { code: string; message: string }): string {
  if (reason.code === "failed") return "呼叫平台未能启动，请联系系统管理员查看运行日志";
  return reason.message;
}

/** Reasons the platform gives by itself; the others are in the dictionary. */
export const OWN_REASON: Record<string, string> = { no_answer: "无应答", media_lost: "语音中断", forced: "班长示忙", rejected: "拒接" };

/** 03:12, 1:03:12 */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  return `${h > 0 ? `${h}:${two(Math.floor(s / 60) % 60)}` : two(Math.floor(s / 60))}:${two(s % 60)}`;
}

/** 13800001234 → 138 0000 1234: read out and compared more easily. A masked or short number stays. */
export function spaced(number: string): string {
  if (number === "") return "号码未显示";
  return /^1\d{10}$/.test(number) ? `${number.slice(0, 3)} ${number.slice(3, 7)} ${number.slice(7)}` : number;
}

/** A party as one calls it: a number as it is read out, an emergency service with what it is for. */
export function partyName(party: { kind: PartyKind; name: string }): string {
  if (party.kind !== "service") return spaced(party.name);
  const service = JOINT.find((s) => s.code === party.name);
  return service ? `${service.code} ${service.name}` : party.name;
}

/** 138****1234, for places others may see. */
export function hidden(number: string): string {
  if (number === "") return "号码未显示";
  return number.length < 7 ? number : `${number.slice(0, 3)}****${number.slice(-4)}`;
}
