// 步骤图: eight steps from 登记 to 办结, with moments and names.
import type { StepView } from "@/api/types";
import { dateTime, shortTime } from "@/ui/time";

const SAID: Record<StepView["state"], string> = { done: "已完成", current: "进行中", todo: "未到", skipped: "已跳过" };
const SIGN: Record<StepView["state"], string> = { done: "✓", current: "●", todo: "", skipped: "–" };

export function Steps({ steps }: { steps: readonly StepView[] }) {
  if (steps.length === 0) return null;
  return (
    <ol className="op-steps" aria-label="办理步骤">
      {steps.map((s, i) => (
        <li key={s.name} className={`op-step op-step-${s.state}`} aria-current={s.state === "current" ? "step" : undefined} title={`${s.name}：${SAID[s.state]}${s.at ? `，${dateTime(s.at)}` : ""}${s.by ? `，${s.by}` : ""}`}>
          <span className="op-step-dot" aria-hidden>
            {SIGN[s.state] || i + 1}
          </span>
          <span className="op-step-text">
            <b>{s.name}</b>
            <span className="op-step-more">{s.state === "skipped" ? "不需要" : [s.at ? shortTime(s.at) : "", s.by ?? ""].filter(Boolean).join(" ") || (s.state === "current" ? "进行中" : "")}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
