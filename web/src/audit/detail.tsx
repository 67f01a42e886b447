import { Checkbox, Segmented } from "antd";
import { useState } from "react";
import type { AllowedAction, OrderView, TaskView } from "@/api/types";
import { ActionBar } from "@/order/action-bar";
import { centerAccept, centerSendBack } from "@/order/commands/center";
import { decide } from "@/order/commands/decide";
import { CommandForm } from "@/order/commands/form";
import { contextOf } from "@/order/commands/spec";
import { GateNote } from "@/order/reply-gate";
import { OrderPanel, type PanelTab } from "@/order/panel";
import { PendingRequests } from "@/order/pending";
import { TaskCard } from "@/order/sections/work";
import { CONTACT_RESULT, CONTACT_WAY } from "@/api/codes";
import { dateTime } from "@/ui/time";
import "./audit.css";

/** What the auditor must have looked at before letting a reply pass. */
const CHECKS = ["逐项回应了全部诉求", "有事实、有依据", "语气得当、用语规范", "不含个人信息和内部意见"];

function enabled(order: OrderView, action: string): AllowedAction | undefined {
  return order.allowed.find((a) => a.action === action && a.enabled);
}

function leadTask(order: OrderView): TaskView | undefined {
  return contextOf(order).task;
}

/** What was asked and what was done about it. */
function Matter({ order, reply }: { order: OrderView; reply: boolean }) {
  const task = leadTask(order);
  const contacts = order.contacts.filter((c) => c.in_force && c.task_id === task?.id);
  return (
    <section className="audit-matter">
      <h3 className="order-sub">诉求</h3>
      <p className="prose order-content">{order.content}</p>
      {order.wish && (
        <p>
          <span className="muted">诉求目的　</span>
          {order.wish}
        </p>
      )}
      <h3 className="order-sub">联系情况</h3>
      {contacts.length === 0 ? (
        <p className={order.anonymous || order.no_reply_wanted ? "muted" : "bad"}>{order.anonymous ? "匿名诉求，免联系" : "没有联系记录"}</p>
      ) : (
        contacts.map((c) => (
          <p key={c.id}>
            <span className="num">{dateTime(c.at)}</span> {CONTACT_WAY[c.way]}，{CONTACT_RESULT[c.result]}
            {c.corrects && <span className="warn">　已更正</span>}
            {c.note && <span className="muted">　{c.note}</span>}
          </p>
        ))
      )}
      <h3 className="order-sub">办理情况</h3>
      {task ? <TaskCard task={task} reply={reply} /> : <p className="muted">没有承办记录</p>}
      {task && <GateNote gate={task.gate} task={task} order={order} />}
    </section>
  );
}

/** Left what was asked and done, right what is answered: both in sight at once. */
function Judge({ order, onNext }: { order: OrderView; onNext: () => void }) {
  const pass = enabled(order, "center_accept");
  const back = enabled(order, "center_send_back");
  const [way, setWay] = useState<"pass" | "back">("pass");
  const [ticked, setTicked] = useState<string[]>([]);
  if (!pass && !back) {
    return (
      <>
        <PendingRequests order={order} />
        <Matter order={order} reply />
        <p className="muted">{order.allowed.find((a) => a.action === "center_accept")?.reason ?? `工单处于“${order.state_cn}”，不需审核。`}</p>
      </>
    );
  }
  const missing = CHECKS.filter((c) => !ticked.includes(c));
  return (
    <div className="audit-pair">
      <Matter order={order} reply={way === "back"} />
      <section className="audit-judge">
        <Segmented block aria-label="审核结论" value={way} onChange={setWay} options={[{ value: "pass", label: "审核通过" }, { value: "back", label: "退回补正" }]} />
        {way === "pass" ? (
          <>
            <Checkbox.Group options={CHECKS} value={ticked} onChange={setTicked} />
            <CommandForm
              key="pass"
              spec={centerAccept}
              ctx={contextOf(order, pass?.task)}
              onDone={onNext}
              blocked={missing.length > 0 ? `还有 ${missing.length} 项审核要点未勾选` : undefined}
            />
          </>
        ) : (
          <CommandForm key="back" spec={centerSendBack} ctx={contextOf(order, back?.task)} onDone={onNext} />
        )}
      </section>
    </div>
  );
}

export function AuditDetail({ id, onNext }: { id: string | null; onNext: () => void }) {
  const tabs = (order: OrderView): PanelTab[] => {
    const request = enabled(order, "decide");
    const work = request ? (
      <CommandForm key={request.request} spec={decide} ctx={contextOf(order, request.task, request.request)} onDone={onNext} />
    ) : (
      <Judge key={order.id} order={order} onNext={onNext} />
    );
    return [
      {
        key: "audit",
        label: request ? "审批" : "审核",
        children: work,
      },
    ];
  };
  return (
    <OrderPanel
      id={id}
      idle="请选择一件工单"
      tabs={tabs}
      foot={(order) => <ActionBar key={order.id} order={order} hide={["center_accept", "center_send_back", "decide"]} quiet />}
    />
  );
}
