// 更正: what a record said and what it should say, side by side; and what was put right, beside the record itself.
import type { CorrectedField } from "@/api/codes";
import type { OrderView, RequestView } from "@/api/types";
import { dateTime } from "@/ui/time";
import "@/appraisal/appraisal.css";

export function CorrectionTable({ request: r }: { request: RequestView }) {
  if (r.corrections.length === 0) return null;
  return (
    <table className="ap-grid op-correct-table" aria-label="更正内容">
      <thead>
        <tr>
          <th style={{ width: 84 }}>更正项</th>
          <th>原记录</th>
          <th>{r.state === "approved" ? "更正后" : "申请更正为"}</th>
        </tr>
      </thead>
      <tbody>
        {r.corrections.map((c) => (
          <tr key={c.field}>
            <td>{c.field_cn}</td>
            <td className="prose">{c.was ?? <span className="muted">（未记录）</span>}</td>
            <td className="prose"><b>{c.should}</b></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** 已更正, with the earlier words; nothing where the field stands as it was recorded. */
export function CorrectedMark({ order, field }: { order: OrderView; field: CorrectedField }) {
  const done = order.requests.filter((r) => r.kind === "correction" && r.state === "approved" && r.callback === null);
  const all = done.flatMap((r) => r.corrections.filter((c) => c.field === field).map((c) => ({ ...c, at: r.decisions.at(-1)?.at ?? r.applied_at })));
  if (all.length === 0) return null;
  return (
    <details className="op-corrected">
      <summary>已更正 {all.length} 次，查看原记录</summary>
      <ul className="lines">
        {all.map((c) => (
          <li key={c.at}>
            <span className="muted">{dateTime(c.at)} 更正前：</span>
            <span className="prose">{c.was ?? "（未记录）"}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
