// Filter ⇄ address ⇄ request. A filter is plain text by field name, as it stands in the address.
import type { Query } from "@/api/client";
import { at, serverNow } from "@/ui/time";
import { AHEAD, EXTRA, FIELD, FIELDS, PRESETS, SORTS, type Field } from "./fields";

export type Filter = Record<string, string>;
export interface Sort {
  by: string;
  dir: "asc" | "desc";
}
export interface QueryState {
  filter: Filter;
  sort: Sort;
}

export const DEFAULT_SORT: Sort = { by: "registered_at", dir: "desc" };

const DAY_TEXT = /^\d{4}-\d{2}-\d{2}$/;
const RANGE_TEXT = /^(\d{4}-\d{2}-\d{2})?~(\d{4}-\d{2}-\d{2})?$/;
const TRUE_TEXT = /^(true|false)$/;
const MAX_TEXT = 100;

/** The value if it can be understood, else nothing: addresses are typed and mailed by people. */
export function cleanValue(field: Field, raw: string): string | undefined {
  const text = raw.trim();
  if (text === "") return undefined;
  if (field.kind === "range") {
    if (text in PRESETS || text in AHEAD) return text;
    const match = RANGE_TEXT.exec(text);
    return match && (match[1] || match[2]) ? text : undefined;
  }
  if (field.kind === "flag") return TRUE_TEXT.test(text) ? text : undefined;
  if (field.options) {
    const known = new Set(field.options.map((o) => o.value));
    const codes = [...new Set(text.split(",").filter((c) => known.has(c)))];
    if (codes.length === 0) return undefined;
    return field.kind === "one" ? codes[0] : codes.join(",");
  }
  return text.slice(0, MAX_TEXT);
}

/** Keeps what is understood, in the order of the form. */
export function cleanFilter(raw: Readonly<Record<string, unknown>>): Filter {
  const out: Filter = {};
  for (const field of FIELDS) {
    const value = raw[field.name];
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") continue;
    const clean = cleanValue(field, String(value));
    if (clean !== undefined) out[field.name] = clean;
  }
  for (const name of EXTRA) {
    const value = raw[name];
    if (typeof value === "string" && /^[a-z_]{1,30}$/.test(value)) out[name] = value;
    if (value === true) out[name] = "true";
  }
  if (!out["lead_org"]) delete out["lead_sub"];
  return out;
}

export function parseAddress(params: URLSearchParams): QueryState {
  const open = [...params.entries()].filter(([name]) => !FIELD.get(name)?.secret);
  const sort = params.get("sort") ?? "";
  const by = sort.replace(/^-/, "");
  return {
    filter: cleanFilter(Object.fromEntries(open)),
    sort: SORTS.some((s) => s.value === by) ? { by, dir: sort.startsWith("-") ? "desc" : "asc" } : DEFAULT_SORT,
  };
}

/** The address of a query; personal data never gets into it. */
export function toAddress({ filter, sort }: QueryState): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(withoutSecrets(cleanFilter(filter)))) params.set(name, value);
  if (sort.by !== DEFAULT_SORT.by || sort.dir !== DEFAULT_SORT.dir) params.set("sort", (sort.dir === "desc" ? "-" : "") + sort.by);
  return params;
}

export function withoutSecrets(filter: Filter): Filter {
  return Object.fromEntries(Object.entries(filter).filter(([name]) => !FIELD.get(name)?.secret));
}
export function onlySecrets(filter: Filter): Filter {
  return Object.fromEntries(Object.entries(filter).filter(([name]) => FIELD.get(name)?.secret));
}

export interface Bounds {
  from: number | null;
  to: number | null;
}

function dayStart(text: string): number {
  return Date.parse(`${text}T00:00:00+08:00`);
}
const DAY = 86_400_000;

/** First and last millisecond of a stretch, in Beijing days. */
export function boundsOf(value: string, now: number = serverNow()): Bounds {
  const t = at(now);
  const midnight = t.startOf("day").valueOf();
  const endOfToday = midnight + DAY - 1;
  const back = /^(\d+)d$/.exec(value);
  if (back) return { from: midnight - (Number(back[1]) - 1) * DAY, to: endOfToday };
  const ahead = /^next(\d+)d$/.exec(value);
  if (ahead) return { from: now, to: midnight + (Number(ahead[1]) + 1) * DAY - 1 };
  const monday = midnight - ((t.day() + 6) % 7) * DAY;
  switch (value) {
    case "today":
      return { from: midnight, to: endOfToday };
    case "yesterday":
      return { from: midnight - DAY, to: midnight - 1 };
    case "week":
      return { from: monday, to: monday + 7 * DAY - 1 };
    case "month":
      return { from: t.startOf("month").valueOf(), to: t.endOf("month").valueOf() };
    case "last_month":
      return { from: t.subtract(1, "month").startOf("month").valueOf(), to: t.startOf("month").valueOf() - 1 };
    case "year":
      return { from: t.startOf("year").valueOf(), to: t.endOf("year").valueOf() };
    case "past":
      return { from: null, to: now };
    default: {
      const [from = "", to = ""] = value.split("~");
      return { from: DAY_TEXT.test(from) ? dayStart(from) : null, to: DAY_TEXT.test(to) ? dayStart(to) + DAY - 1 : null };
    }
  }
}

/** `2026-11-01 至 2026-11-24`, `近7天`, `2026-11-01 起`. */
export function rangeWords(field: Field, value: string): string {
  const preset = (field.name === "due" ? AHEAD[value] : undefined) ?? PRESETS[value] ?? AHEAD[value];
  if (preset) return preset;
  const [from, to] = value.split("~");
  if (from && to) return from === to ? from : `${from} 至 ${to}`;
  return from ? `${from} 起` : `${to} 止`;
}

/** A region code as prefix: 370202000000 (a district) is every code that begins with 370202. */
export function regionPrefix(code: string): string {
  const area = /^\d{12}$/.test(code) ? code.replace(/000$/, "").replace(/^(\d{6})000$/, "$1") : code;
  return area.length === 6 ? area.replace(/(?:00)+$/, "") : area;
}
/** A category code as prefix: 010100 is everything that begins with 0101. */
export function categoryPrefix(code: string): string {
  return /^\d{6}$/.test(code) ? code.replace(/(?:00)+$/, "") : code;
}

/** What GET /orders understands. Rounded to the minute where "now" counts, so that the cache key stands still. */
export function toRequest({ filter, sort }: QueryState, now: number = serverNow()): Query {
  const minute = Math.floor(now / 60_000) * 60_000;
  const query: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(cleanFilter(filter))) {
    if (FIELD.get(name)?.kind === "range") {
      const { from, to } = boundsOf(value, minute);
      if (from !== null) query[`${name}_from`] = from;
      if (to !== null) query[`${name}_to`] = to;
    } else if (name === "region") {
      query[name] = regionPrefix(value);
    } else {
      query[name] = name === "category" ? categoryPrefix(value) : value;
    }
  }
  return { ...query, sort: sort.by, dir: sort.dir };
}

/** Number of conditions; the switch "incl. subordinate" belongs to its organisation. */
export function countOf(filter: Filter): number {
  return Object.keys(filter).filter((name) => name !== "lead_sub").length;
}

/** Same conditions and order? Two filters that only differ in blank values are the same. */
export function sameQuery(a: QueryState, b: QueryState): boolean {
  return toAddress(a).toString() === toAddress(b).toString();
}

/** What is stored of a filter: as the address has it, without personal data. */
export function toSaved({ filter, sort }: QueryState): Record<string, unknown> {
  return { ...withoutSecrets(cleanFilter(filter)), sort: sort.by, dir: sort.dir };
}
export function fromSaved(query: Readonly<Record<string, unknown>>): QueryState {
  const by = typeof query["sort"] === "string" ? query["sort"] : "";
  const known = SORTS.some((s) => s.value === by);
  const spans = Object.fromEntries(
    FIELDS.filter((f) => f.kind === "range" && query[f.name] === undefined).flatMap((f) => {
      const [from, to] = [query[`${f.name}_from`], query[`${f.name}_to`]].map((v) =>
        v === null || v === undefined || v === "" ? "" : at(Number(v)).format("YYYY-MM-DD"),
      );
      return from || to ? [[f.name, `${from}~${to}`]] : [];
    }),
  );
  return {
    filter: withoutSecrets(cleanFilter({ ...spans, ...query })),
    sort: known ? { by, dir: query["dir"] === "asc" ? "asc" : "desc" } : DEFAULT_SORT,
  };
}
