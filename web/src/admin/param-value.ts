// Values of parameters: their words, whether they may be set. The server has the last word.
import type { Option } from "@/api/codes";
import type { Span } from "@/api/types";
import { PART_WORD, UNIT, VALUE_WORD } from "./param-words";
import type { ParamView } from "./types";

/** What is said of a value: how it is typed, bounded and called. */
export type Shape = Pick<ParamView, "kind" | "unit" | "min" | "max" | "choices" | "sum" | "description">;

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

export function isSpan(value: unknown): value is Span {
  if (typeof value !== "object" || value === null) return false;
  const { qty, unit } = value as Partial<Span>;
  return typeof qty === "number" && typeof unit === "string" && Object.keys(value).length === 2;
}
export interface Window {
  from: string;
  to: string;
}
function isWindow(value: unknown): value is Window {
  const { from, to } = (value ?? {}) as Partial<Window>;
  return typeof from === "string" && typeof to === "string" && TIME.test(from) && TIME.test(to);
}
export type Pair = [string, string];
function isPairs(value: unknown): value is Pair[] {
  return Array.isArray(value) && value.length > 0 && value.every((p) => Array.isArray(p) && p.length === 2 && p.every((t) => typeof t === "string" && TIME.test(t)));
}

/** Choices with their words, which stand in the description (`midnight 到期日24时，business …`) unless they are common ones. */
export function choicesOf(param: Shape): Option[] {
  const said = new Map([...param.description.matchAll(/(?:^|，)([A-Za-z0-9_]+) ([^，。]+)/g)].map((m) => [m[1] ?? "", m[2] ?? ""]));
  return param.choices.map((value) => ({ value, label: VALUE_WORD[value] ?? said.get(value) ?? value }));
}

/** The description without the codes that stand before the words of choices. */
export function descriptionText(param: Shape): string {
  let text = param.description;
  for (const { value } of choicesOf(param)) text = text.replace(new RegExp(`(^|，)${value} `), "$1");
  return text;
}

/** Any value in words, by its own shape. */
export function wordsOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "空";
  if (typeof value === "boolean") return value ? "开" : "关";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return VALUE_WORD[value] ?? value;
  if (isSpan(value)) return `${value.qty}${UNIT[value.unit] ?? value.unit}`;
  if (isWindow(value)) return `${value.from}–${value.to}`;
  if (isPairs(value)) return value.map(([a, b]) => `${a}–${b}`).join("、");
  if (Array.isArray(value)) return value.length === 0 ? "无" : value.map(wordsOf).join(value.some((v) => typeof v === "object") ? "；" : "、");
  return Object.entries(value as object)
    .map(([part, v]) => `${PART_WORD[part] ?? part}${wordsOf(v)}`)
    .join("，");
}

/** The value of a parameter in words, with its unit. */
export function valueText(param: Shape, value: unknown): string {
  const choices = choicesOf(param);
  const named = choices.find((c) => c.value === String(value));
  if (named && param.kind !== "list") return typeof value === "number" ? `${value}（${named.label}）` : named.label;
  if (typeof value === "number") return `${value}${param.unit}`;
  if (Array.isArray(value) && param.unit && value.every((v) => typeof v === "number")) return value.map((v) => `${v}${param.unit}`).join("、");
  return wordsOf(value);
}

const within = (param: Shape, n: number) => (param.min === null || n >= param.min) && (param.max === null || n <= param.max);
function range(param: Shape, what: string): string {
  return param.min !== null && param.max !== null ? `请填写${param.min}至${param.max}之间的${what}` : `请填写${what}`;
}

function checkPairs(pairs: readonly Pair[]): string | undefined {
  let last = "";
  for (const [from, to] of pairs) {
    if (!TIME.test(from) || !TIME.test(to)) return "请填写完整的开始和结束时刻";
    if (from >= to) return "每段的结束须晚于开始";
    if (from < last) return "各段须按先后填写，不得重叠";
    last = to;
  }
  return undefined;
}

function checkParts(value: unknown): string | undefined {
  if (typeof value === "number") return value >= 0 ? undefined : "各项须为不小于0的数";
  if (typeof value === "string") return value.trim() ? undefined : "各项不能为空";
  if (value === null || value === undefined) return "各项都须填写";
  if (typeof value === "object") {
    if (Array.isArray(value) && value.length === 0) return "至少填写一项";
    for (const part of Object.values(value)) {
      const wrong = checkParts(part);
      if (wrong) return wrong;
    }
  }
  return undefined;
}

/** Why the value cannot be set, or nothing. */
export function checkValue(param: Shape, value: unknown): string | undefined {
  switch (param.kind) {
    case "span":
      if (!isSpan(value) || !Number.isInteger(value.qty) || !UNIT[value.unit]) return "请填写数量和单位";
      return within(param, value.qty) ? undefined : range(param, "数量");
    case "int":
      if (param.choices.length > 0) return param.choices.includes(String(value)) ? undefined : "请选择一项";
      return typeof value === "number" && Number.isInteger(value) && within(param, value) ? undefined : range(param, "整数");
    case "number":
      return typeof value === "number" && Number.isFinite(value) && within(param, value) ? undefined : range(param, "数值");
    case "text": {
      const length = typeof value === "string" ? [...value.trim()].length : 0;
      return length > 0 && within(param, length) ? undefined : param.max !== null ? `请填写${param.min}至${param.max}个字` : "请填写文字";
    }
    case "choice":
      return param.choices.includes(String(value)) ? undefined : "请选择一项";
    case "list":
      return Array.isArray(value) && new Set(value).size === value.length ? undefined : "各项不能重复";
    case "window":
      return isWindow(value) && value.from < value.to ? undefined : "结束须晚于开始";
    case "windows":
      return isPairs(value) ? (within(param, value.length) ? checkPairs(value) : range(param, "时段数")) : "请填写完整的开始和结束时刻";
    case "object": {
      const wrong = checkParts(value);
      if (wrong || param.sum === null) return wrong;
      const total = Object.values((value ?? {}) as object).reduce<number>((n, v) => n + (typeof v === "number" ? v : 0), 0);
      return Math.abs(total - param.sum) < 1e-9 ? undefined : `各项之和须为${param.sum}，现为${total}`;
    }
    case "flag":
      return typeof value === "boolean" ? undefined : "请选择开或关";
  }
}

/** The same value? Order of keys does not matter. */
export function sameValue(a: unknown, b: unknown): boolean {
  const sorted = (v: unknown): unknown =>
    Array.isArray(v) ? v.map(sorted) : typeof v === "object" && v !== null ? Object.fromEntries(Object.entries(v).sort(([x], [y]) => x.localeCompare(y)).map(([k, w]) => [k, sorted(w)])) : v;
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}
