import { useFlow } from "@/api/hooks";
import type { FlowEntry, OrderView, StepView } from "@/api/types";
import { Empty, Loaded } from "@/ui/states";
import { dateTime, shortTime } from "@/ui/time";
import { dueChange, moveText, together, whoText } from "../flow-entry";

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

function Entry({ act }: { act: FlowEntry[] }) {
  const e = act[0];
  if (!e) return null;
  const due = act.map(dueChange).find((d) => d !== null);
  const opinion = act.find((x) => x.opinion)?.opinion;
  const reason = act.find((x) => x.reason_cn)?.reason_cn;
  const facts = new Map(act.flatMap((x) => x.fields_cn).map((f) => [f.label, f.value]));
  return (
    <li>
      <div className="flow-head">
        <b>{e.action_cn}</b>
        <span className="muted">{moveText(e)}</span>
        <time>{dateTime(e.at)}</time>
      </div>
      <div className="muted">{whoText(e)}</div>
      {reason && <div>原因：{reason}</div>}
      {opinion && <div className="prose">{opinion}</div>}
      {[...facts].map(([label, value]) => (
        <div key={label}>
          <span className="muted">{label}：</span>
          {value}
        </div>
      ))}
      {due && <div className="flow-due">{due.text}</div>}
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
            {together([...entries].sort((a, b) => b.seq - a.seq)).map((act) => (
              <Entry key={act[0]?.seq} act={act} />
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}
