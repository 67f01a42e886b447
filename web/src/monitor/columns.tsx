import type { CardLevel } from "@/api/codes";
import type { CardLine } from "@/api/types";
import type { Column } from "@/ui/dense-table";
import { dateTime, shortTime } from "@/ui/time";

export const LEVEL_TONE: Record<CardLevel, string> = { red: "tag mon-tag-red", yellow: "tag mon-tag-yellow", warning: "tag tag-blue" };

/** 级别, 规则, 单位, 超时, 工单, 状态, 通知. */
export const CARD_COLUMNS: Column<CardLine>[] = [
  { key: "level", title: "级别", width: 56, render: ({ card: c }) => <span className={LEVEL_TONE[c.level]}>{c.level_cn}</span> },
  { key: "rule", title: "触发规则", render: ({ card: c }) => <span title={c.basis}>{c.rule_name}</span> },
  { key: "org", title: "单位", width: 92, render: ({ card: c }) => <span title={c.org.name}>{c.org.name}</span> },
  { key: "over", title: "发牌时超时", width: 84, render: ({ card: c }) => (c.over_cn ? <span title={c.over_cn}>{c.over_cn}</span> : <span className="muted">—</span>) },
  { key: "case", title: "工单", width: 120, render: ({ order: o }) => <span title={`${o.case_no} ${o.title}`}>{o.title}</span> },
  { key: "at", title: "发牌", width: 76, render: ({ card: c }) => <span title={dateTime(c.raised_at)}>{shortTime(c.raised_at)}</span> },
  {
    key: "state",
    title: "状态",
    width: 80,
    render: ({ card: c }) => <span className={c.explain_late ? "bad" : ""}>{c.explain_late ? "逾期未说明" : c.state_cn}</span>,
  },
];
