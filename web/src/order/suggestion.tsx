import { useQuery } from "@tanstack/react-query";
import { intake, type SuggestAsk } from "@/api/calls";
import type { DispatchSuggestion, Id } from "@/api/types";
import { dateTime } from "@/ui/time";
import "./suggestion.css";

/** Proposals of the dispatch catalogue for a category in an area. */
export function useSuggestions(ask: SuggestAsk, enabled = true) {
  return useQuery({
    queryKey: ["suggest", ask],
    queryFn: ({ signal }) => intake.suggest(ask, signal),
    enabled: enabled && ask.category !== "" && ask.region !== "",
    staleTime: 60_000,
  });
}

export interface SuggestionCardProps {
  suggestion: DispatchSuggestion;
  rank: number;
  chosen?: boolean;
  onPick?: (s: DispatchSuggestion) => void;
  barred?: Id | undefined;
}

/** The rule in the names of people and places; the server's words where the place alone decided. */
function whyOf({ rule, lead, why }: DispatchSuggestion): string {
  if (!rule) return why;
  const heir = rule.lead.id === lead.id ? "" : `（承接原${rule.lead.name}的职责）`;
  return `派单目录：“${rule.category_path}”（${rule.region_cn}）由${lead.name}主办${heir}`;
}

/** 派单依据: whom the catalogue names, on what basis and why, and what they already have. */
export function SuggestionCard({ suggestion: s, rank, chosen = false, onPick, barred }: SuggestionCardProps) {
  const accused = barred === s.lead.id;
  return (
    <div className={chosen ? "suggestion suggestion-chosen" : "suggestion"}>
      <div className="suggestion-head">
        <span className="suggestion-rank">{rank}</span>
        <b className="nowrap">{s.lead.name}</b>
        {s.load && <span className="muted suggestion-load">在办 {s.load.open} 件</span>}
        {onPick && !accused && (
          <button type="button" className="link" onClick={() => onPick(s)}>
            {chosen ? "已选用" : "选用"}
          </button>
        )}
      </div>
      {accused && <div className="bad">该单位为被反映单位，不得承办</div>}
      {s.co.length > 0 && <div>协办：{s.co.map((o) => o.name).join("、")}</div>}
      <div className="suggestion-why" title={whyOf(s)}>{whyOf(s)}</div>
      <div className="suggestion-basis" title={s.basis}>
        依据：{s.basis}
        {s.rule && `　${dateTime(s.rule.valid_from).slice(0, 10)} 起施行${s.rule.valid_to ? `，至 ${dateTime(s.rule.valid_to).slice(0, 10)}` : ""}`}
      </div>
      <div className="suggestion-basis">先例：{s.finished_of > 0 ? `近一年本区县同类办结 ${s.finished_of} 件，该单位 ${s.finished} 件` : "近一年本区县没有同类办结工单"}</div>
    </div>
  );
}
