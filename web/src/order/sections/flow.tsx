import { useFlow } from "@/api/hooks";
import type { FlowEntry, OrderView, StepView } from "@/api/types";
import { Empty, Loaded } from "@/ui/states";
import { dateTime, longTime, shortTime } from "@/ui/time";

const STEP_WORD: Record<StepView["state"], string> = { done: "已完成", current: "进行中", todo: "未开始", skipped: "不经过" };

/** 步骤图: 登记 → … → 办结, with time and hand of each step. */
export function Steps({ order }: { order: Pick<OrderView, "steps"> }) {
  return (
    <ol className="steps">
      {order.steps.map((s) => (
        <li key={s.name} className={`step-${s.state}`} title={`${STEP_WORD[s.state]}${s.by ? `，${s.by}` : ""}`} aria-current={s.state === "current" ? "step" : undefined}>
          <i aria-hidden />
          <b>{s.name}</b>
          <span>{s.at ? shortTime(s.at) : s.state === "current" ? "进行中" : s.state === "skipped" ? "不经过" : ""}</span>
        </li>
      ))}
    </ol>
  );
}

function Entry({ entry: e }: { entry: FlowEntry }) {
  const moved = e.due_before !== e.due_after;
  return (
    <li>
      <div className="flow-head">
        <b>{e.action_cn}</b>
        {e.from_cn !== e.to_cn && e.to_cn && <span className="muted">{e.from_cn && e.from_cn !== "-" ? `${e.from_cn} → ` : ""}{e.to_cn}</span>}
        <time>{dateTime(e.at)}</time>
      </div>
      <div className="muted">
        {[e.org_name, e.actor_name, e.role_cn].filter(Boolean).join(" · ")}
      </div>
      {e.reason_cn && <div>原因：{e.reason_cn}</div>}
      {e.opinion && <div className="prose">{e.opinion}</div>}
      {e.fields_cn.map((f) => (
        <div key={f.label}>
          <span className="muted">{f.label}：</span>
          {f.value}
        </div>
      ))}
      {moved && e.due_after !== null && <div className="flow-due">期限 {e.due_before === null ? "" : `${longTime(e.due_before)} → `}{longTime(e.due_after)}</div>}
    </li>
  );
}

/** 流转记录, newest first. */
export function OrderFlow({ id }: { id: string }) {
  const query = useFlow(id);
  return (
    <Loaded query={query}>
      {(entries) =>
        entries.length === 0 ? (
          <Empty title="还没有流转记录" />
        ) : (
          <ol className="flow">
            {[...entries].sort((a, b) => b.seq - a.seq).map((e) => (
              <Entry key={e.seq} entry={e} />
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}
