// One unit's task: times, reply, opinions.
import { DEFECT, HANDLE_RESULT } from "@/api/codes";
import type { OrderView, TaskView } from "@/api/types";
import { Lamp } from "@/ui/lamp";
import { dateTime, shortTime } from "@/ui/time";
import { EvidenceCard } from "../evidence";
import { maskOf } from "../order-facts";
import { GateNote } from "../reply-gate";
import { Fact } from "./info-tab";

const ENDED = new Set(["accepted", "returned", "recalled", "superseded", "co_done", "voided"]);

function Times({ task }: { task: TaskView }) {
  const times: [string, number | null][] = [
    ["派单", task.dispatched_at],
    ["签收", task.signed_at],
    ["反馈", task.submitted_at],
    ["结束", task.ended_at],
  ];
  return (
    <ol className="op-task-times">
      {times.map(([name, at]) => (
        <li key={name} className={at ? "" : "muted"} title={at ? dateTime(at) : "尚未发生"}>
          {name} <span className="num">{at ? shortTime(at) : "—"}</span>
        </li>
      ))}
    </ol>
  );
}

/** Labelled prose; internal notes say that they are internal. */
function Words({ label, text, internal = false }: { label: string; text: string | null; internal?: boolean }) {
  if (!text) return null;
  return (
    <div className="op-task-words">
      <h4>
        {label}
        {internal && <span className="tag">内部</span>}
      </h4>
      <p className="prose">{text}</p>
    </div>
  );
}

export function TaskCard({ order, task }: { order: OrderView; task: TaskView }) {
  const ended = ENDED.has(task.state);
  const hidden = maskOf(order, "internal_opinion").hidden;
  const replied = task.handling_note || task.public_reply;
  const parent = order.tasks.find((t) => t.id === task.parent);
  return (
    <section className={ended && task.state !== "accepted" && task.state !== "co_done" ? "panel op-task op-task-past" : "panel op-task"}>
      <div className="panel-head">
        <span className={task.role === "lead" ? "tag tag-blue" : "tag"}>{task.role_cn}</span>
        {task.org.name}
        {parent && <span className="muted">由{parent.org.name}下派</span>}
        <span className="op-task-state">{task.state_cn}</span>
        {task.send_back_n > 0 && <span className="tag tag-amber">补正{task.send_back_n}次</span>}
        {task.defect && <span className="tag tag-red">{DEFECT[task.defect]}</span>}
        <span className="panel-more">
          <Lamp light={task.light} due={task.due_at} />
        </span>
      </div>
      <div className="op-task-row">
        <Times task={task} />
        <span>
          <span className="muted">经办人</span> {task.handler?.name ?? "未指定"}
        </span>
        <span>
          <span className="muted">期限</span> <span className="num">{dateTime(task.due_at)}</span>
        </span>
      </div>
      <div className="panel-body op-task-body">
        {task.evidence && <EvidenceCard task={task} evidence={task.evidence} />}
        <Words label={task.role === "co" ? "协办事项" : "派单意见"} text={task.advice} />
        {task.result && (
          <dl className="facts" style={{ "--facts": 4 } as React.CSSProperties}>
            <Fact label="办理结果">{HANDLE_RESULT[task.result]}</Fact>
            <Fact label="诉求属实">{task.claim_true === null ? "" : task.claim_true ? "属实" : "不属实"}</Fact>
            <Fact label="超出职责">{task.beyond_duty === null ? "" : task.beyond_duty ? "是" : "否"}</Fact>
            <Fact label="法律依据">{task.legal_basis}</Fact>
            {task.unsolved_reason && (
              <Fact label="未解决原因" wide>
                {task.unsolved_reason}
              </Fact>
            )}
          </dl>
        )}
        <Words label="公开答复" text={task.public_reply} />
        <GateNote gate={task.gate} task={task} order={order} />
        <Words label={task.role === "co" ? "协办反馈" : "办理情况"} text={task.handling_note} internal />
        <Words label="单位审核意见" text={task.unit_opinion} internal />
        {!replied && <p className="muted">{ended ? "结束时没有反馈。" : "尚未反馈。"}</p>}
        {replied && hidden && !task.handling_note && <p className="muted">办理情况、审核意见属内部意见，您的角色不可见。</p>}
      </div>
    </section>
  );
}
