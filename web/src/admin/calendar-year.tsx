// Twelve months, coloured. Monday first, as on Chinese office calendars.
import { at, serverNow } from "@/ui/time";
import type { DayKind, DayView } from "./types";

export interface DraftDay {
  date: string;
  kind: DayKind | null;
  note: string | null;
}

const WEEK = ["一", "二", "三", "四", "五", "六", "日"];

export interface Month {
  month: number;
  /** Empty cells before the first. */
  lead: number;
  days: DayView[];
  /** Working days after drafts. */
  working: number;
}

const weekendOf = (d: DayView) => d.weekday === "周六" || d.weekday === "周日";

/** Whether the day is worked, a draft considered. */
export function works(day: DayView, draft: DraftDay | undefined): boolean {
  if (!draft) return day.working;
  if (draft.kind) return draft.kind === "work";
  return !weekendOf(day);
}

export function monthsOf(days: readonly DayView[], drafts: ReadonlyMap<string, DraftDay>): Month[] {
  return Array.from({ length: 12 }, (_, i) => {
    const own = days.filter((d) => Number(d.date.slice(5, 7)) === i + 1);
    const lead = WEEK.indexOf(own[0]?.weekday.slice(1) ?? "一");
    return { month: i + 1, lead: Math.max(0, lead), days: own, working: own.filter((d) => works(d, drafts.get(d.date))).length };
  });
}

function Day({ day, draft, today, open }: { day: DayView; draft: DraftDay | undefined; today: boolean; open: (d: DayView) => void }) {
  const kind = draft ? draft.kind : day.kind;
  const note = draft ? draft.note : day.note;
  const looks = ["cal-day"];
  if (kind === "off") looks.push("cal-off");
  else if (kind === "work") looks.push("cal-work");
  else if (weekendOf(day)) looks.push("cal-weekend");
  if (today) looks.push("cal-today");
  if (draft) looks.push("cal-draft");
  else if (day.overridden) looks.push("cal-over");
  const word = kind === "off" ? "放假" : kind === "work" ? "调休上班" : works(day, draft) ? "工作日" : "休息";
  const said = `${day.date} ${day.weekday}，${word}${note ? `，${note}` : ""}${draft ? "，待保存" : day.overridden ? "，本单位改过" : ""}`;
  return (
    <button type="button" className={looks.join(" ")} title={said} aria-label={said} onClick={() => open(day)}>
      {Number(day.date.slice(8))}
      {kind && <sup aria-hidden>{kind === "off" ? "休" : "班"}</sup>}
    </button>
  );
}

export function CalendarYear({ days, drafts, open }: { days: readonly DayView[]; drafts: ReadonlyMap<string, DraftDay>; open: (d: DayView) => void }) {
  const today = at(serverNow()).format("YYYY-MM-DD");
  return (
    <div className="cal">
      {monthsOf(days, drafts).map((m) => (
        <section key={m.month} className="panel cal-month">
          <h2>
            {m.month}月 <small>{m.working} 个工作日</small>
          </h2>
          <div className="cal-week" aria-hidden>
            {WEEK.map((w) => (
              <span key={w}>{w}</span>
            ))}
          </div>
          <div className="cal-days">
            {Array.from({ length: m.lead }, (_, i) => (
              <span key={i} />
            ))}
            {m.days.map((d) => (
              <Day key={d.date} day={d} draft={drafts.get(d.date)} today={d.date === today} open={open} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
