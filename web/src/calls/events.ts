// What happened in a call, in words. The platform names the event; its particulars are put into words here.
import type { EventLine } from "./types";

/** Events that turn a call: marked on the line of time. */
export const KEY_EVENTS: ReadonlySet<string> = new Set(["queued", "answered", "transferred", "joined", "message_left", "callback_booked", "rated", "ended"]);

type Data = Record<string, unknown>;

const REASON: Record<string, string> = { no_answer: "无应答", rejected: "拒接", abandoned: "群众放弃", busy: "占线", media_lost: "语音中断" };
const CAUSE: Record<string, string> = {
  remote: "对方挂断",
  local: "本方挂断",
  cancelled: "未接听即挂断",
  busy: "占线",
  declined: "拒接",
  no_answer: "无人接听",
  no_such_number: "空号",
  no_media: "语音协商失败",
  silent: "长时间无声音",
  too_long: "超过最长时间",
  network: "线路故障",
  refused: "规则禁止",
  restart: "平台重启",
};

/** The part of an event's data that says more than its name. Unknown particulars are left out rather than shown as code. */
export function eventText(event: Pick<EventLine, "data">): string {
  const data = (typeof event.data === "object" && event.data !== null ? event.data : {}) as Data;
  const parts: string[] = [];
  const text = (key: string, words?: Record<string, string>, before = "") => {
    const value = data[key];
    if (typeof value === "string" && value !== "" && (!words || words[value])) parts.push(before + (words ? words[value] : value));
  };
  text("reason", REASON);
  text("cause", CAUSE);
  text("service", undefined, "联动 ");
  text("digit", undefined, "按键 ");
  if (typeof data["position"] === "number") parts.push(`排在第 ${data["position"]} 位`);
  if (typeof data["rating"] === "number") parts.push(`${data["rating"]} 分`);
  return parts.join("，");
}
