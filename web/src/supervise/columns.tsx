import type { SupervisionLine } from "@/api/types";
import type { Column } from "@/ui/dense-table";
import { Lamp } from "@/ui/lamp";
import { dateTime, shortTime } from "@/ui/time";

function Answer({ line: { round: r } }: { line: SupervisionLine }) {
  if (r.state === "issued" || r.state === "signed") {
    return r.due_at === null ? <span className="muted">待派单</span> : <Lamp light={r.light} due={r.due_at} remaining={r.remaining_cn} />;
  }
  if (r.replied_at === null) return <span className="muted">{r.state_cn}</span>;
  return (
    <span title={r.reply ?? ""}>
      {shortTime(r.replied_at)} {r.late && <span className="tag tag-red">逾期</span>}
    </span>
  );
}

/** 事项, 发起科室, 督办意见, 轮次, 期限, 主办, 反馈, 结果评价. */
export const ROUND_COLUMNS: Column<SupervisionLine>[] = [
  { key: "level", title: "级别", width: 66, render: ({ round: r }) => <span className={r.level === "urge" || r.level === "normal" ? "tag tag-amber" : "tag tag-red"}>{r.level_cn}</span> },
  { key: "round", title: "轮次", width: 44, align: "center", render: ({ round: r }) => r.round },
  { key: "title", title: "事项", render: ({ order: o }) => <span title={`${o.case_no} ${o.title}`}>{o.title}</span> },
  { key: "opinion", title: "督办意见", width: 118, render: ({ round: r }) => <span title={r.opinion}>{r.opinion}</span> },
  { key: "by", title: "发起", width: 60, render: ({ round: r }) => <span title={r.initiator_org?.name ?? "自动督办"}>{r.initiator_name}</span> },
  { key: "org", title: "主办单位", width: 94, render: ({ round: r }) => <span title={r.org?.name}>{r.org?.name ?? "待派单"}</span> },
  { key: "due", title: "反馈期限", width: 86, render: ({ round: r }) => <span title={dateTime(r.due_at)}>{shortTime(r.due_at)}</span> },
  { key: "answer", title: "反馈", width: 116, render: (line) => <Answer line={line} /> },
  { key: "verdict", title: "结果评价", width: 88, render: ({ round: r }) => (r.evaluation ? `${r.evaluation.verdict_cn} ${r.evaluation.score}分` : "") },
];
