import { Popover } from "antd";
import type { ReactNode } from "react";
import type { ClockView, DeadlineView, Span } from "@/api/types";
import { longTime } from "./time";
import "./deadline-explain.css";

type Explained = Pick<DeadlineView, "due_at" | "basis_cn" | "sentences"> & Partial<Pick<DeadlineView, "warn_at" | "skipped" | "added">>;

const UNITS: Record<Span["unit"], string> = {
  minute: "分钟",
  hour: "小时",
  work_hour: "工作小时",
  work_day: "个工作日",
  calendar_day: "个自然日",
};

/** 5个工作日 */
export function spanText(span: Span | undefined | null): string {
  return span ? `${span.qty}${UNITS[span.unit]}` : "";
}

function Days({ label, items }: { label: string; items: { date: string; text: string }[] }) {
  if (items.length === 0) return null;
  return (
    <div className="why-days">
      <span>{label}</span>
      <ul>
        {items.map((d) => (
          <li key={d.date} className="tag" title={d.text}>
            {d.date.slice(5)} {d.text}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** 为什么是这个日期: the rule, its basis, the sum sentence by sentence, days skipped and days added. */
export function DeadlineExplain({ deadline, brief = false }: { deadline: Explained; brief?: boolean }) {
  if (brief) return <Brief deadline={deadline} />;
  return (
    <div className="why">
      <div className="why-due">
        到期 <b>{longTime(deadline.due_at)}</b>
        {deadline.warn_at !== undefined && <span className="muted">　{longTime(deadline.warn_at)} 起黄灯</span>}
      </div>
      <div className="muted">依据：{deadline.basis_cn}</div>
      {deadline.sentences.length > 0 && (
        <ol className="why-steps">
          {deadline.sentences.map((s, i) => (
            <li key={i}>{s}</li>
          ))}
        </ol>
      )}
      <Days label="跳过" items={(deadline.skipped ?? []).map((d) => ({ date: d.date, text: d.why }))} />
      <Days label="调休上班" items={(deadline.added ?? []).map((d) => ({ date: d.date, text: d.note }))} />
    </div>
  );
}

/** In as few lines as stay readable; days skipped are told by the sentences already. */
function Brief({ deadline: d }: { deadline: Explained }) {
  return (
    <div className="why why-brief">
      <div className="why-due">
        到期 <b>{longTime(d.due_at)}</b>
        {d.warn_at !== undefined && <span className="muted">　{longTime(d.warn_at)} 起黄灯</span>}
      </div>
      <ol>
        {d.sentences.map((s, i) => (
          <li key={i}>{s}</li>
        ))}
      </ol>
      <div className="muted clip" title={d.basis_cn}>
        依据：{d.basis_cn}
      </div>
    </div>
  );
}

/** The same behind a link. */
export function WhyLink({ deadline, title, children = "为什么是这个日期" }: { deadline: Explained | ClockView; title?: string; children?: ReactNode }) {
  return (
    <Popover trigger="click" placement="bottomLeft" title={title} content={<div style={{ width: 380 }}><DeadlineExplain deadline={deadline} /></div>}>
      <button type="button" className="link">
        {children}
      </button>
    </Popover>
  );
}
