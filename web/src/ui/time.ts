// Moments are milliseconds UTC and are always shown in Beijing time, whatever the workstation is set to.
import dayjs, { type Dayjs } from "dayjs";
import "dayjs/locale/zh-cn";
import utc from "dayjs/plugin/utc";

dayjs.extend(utc);
dayjs.locale("zh-cn");

const BEIJING_MINUTES = 8 * 60;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let skew = 0;

/** Learns the server's clock, so that lamps do not depend on the workstation's. */
export function setServerNow(now: number, local: number = Date.now()): void {
  skew = now - local;
}
/** The present moment as the server sees it. */
export function serverNow(): number {
  return Date.now() + skew;
}

/** The wall clock in Beijing at a moment. */
export function at(ms: number): Dayjs {
  return dayjs(ms).utcOffset(BEIJING_MINUTES);
}

/** A picker's wall-clock value, taken as Beijing time. */
export function fromPicker(value: Dayjs | null | undefined): number | null {
  if (!value) return null;
  const wall = value.format("YYYY-MM-DDTHH:mm:ss");
  return dayjs(`${wall}+08:00`).valueOf();
}
/** The last moment of a picker's day, in Beijing. */
export function endOfDay(value: Dayjs | null | undefined): number | null {
  return value ? dayjs(`${value.format("YYYY-MM-DD")}T23:59:59.999+08:00`).valueOf() : null;
}
/** The value a picker shows for a moment. */
export function toPicker(ms: number | null | undefined): Dayjs | null {
  return ms === null || ms === undefined ? null : dayjs(at(ms).format("YYYY-MM-DDTHH:mm:ss"));
}

const NONE = "—";

/** 2026-11-24 09:05 */
export function dateTime(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? NONE : at(ms).format("YYYY-MM-DD HH:mm");
}
/** 2026-11-24 */
export function date(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? NONE : at(ms).format("YYYY-MM-DD");
}
/** As short as stays clear: 09:05 today, 11-23 09:05 this year, 2025-11-23 otherwise. */
export function shortTime(ms: number | null | undefined, now: number = serverNow()): string {
  if (ms === null || ms === undefined) return NONE;
  const t = at(ms);
  const today = at(now);
  if (t.isSame(today, "day")) return t.format("HH:mm");
  if (t.isSame(today, "year")) return t.format("MM-DD HH:mm");
  return t.format("YYYY-MM-DD");
}
/** 11月30日（周一）18:00 */
export function longTime(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE;
  const t = at(ms);
  return `${t.format("M月D日")}（${t.format("ddd")}）${t.format("HH:mm")}`;
}

/** A length of time in at most two units: 2天3小时, 3小时5分, 35分钟, 不足1分钟. */
export function length(ms: number): string {
  const span = Math.abs(ms);
  if (span < MINUTE) return "不足1分钟";
  const days = Math.floor(span / DAY);
  const hours = Math.floor((span % DAY) / HOUR);
  const minutes = Math.floor((span % HOUR) / MINUTE);
  if (days > 0) return hours > 0 ? `${days}天${hours}小时` : `${days}天`;
  if (hours > 0) return minutes > 0 ? `${hours}小时${minutes}分` : `${hours}小时`;
  return `${minutes}分钟`;
}

/** 剩2天3小时 before the moment, 逾期1天3小时 after it. */
export function remaining(due: number | null | undefined, now: number = serverNow()): string {
  if (due === null || due === undefined) return NONE;
  return due >= now ? `剩${length(due - now)}` : `逾期${length(now - due)}`;
}

/** 3分钟前, 2小时前, 昨天 17:30, then the date. */
export function ago(ms: number, now: number = serverNow()): string {
  const span = now - ms;
  if (span < MINUTE) return "刚刚";
  if (span < HOUR) return `${Math.floor(span / MINUTE)}分钟前`;
  if (at(ms).isSame(at(now), "day")) return `${Math.floor(span / HOUR)}小时前`;
  if (at(ms).isSame(at(now).subtract(1, "day"), "day")) return `昨天 ${at(ms).format("HH:mm")}`;
  return shortTime(ms, now);
}
