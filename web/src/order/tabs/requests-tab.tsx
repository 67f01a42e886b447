// 延期/退回 and every other request: what was asked, who decided, what it did.
import type { OrderView, RequestView } from "@/api/types";
import { AppraisalEffect } from "@/appraisal/effect";
import { spanText } from "@/ui/deadline-explain";
import { Lamp } from "@/ui/lamp";
import { Empty } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { CorrectionTable } from "../corrections";
import { Fact } from "./info-tab";
import { OrderRef } from "./order-ref";

const TONE: Record<string, string> = { pending: "tag tag-amber", approved: "tag tag-green", rejected: "tag tag-red" };

function Path({ request }: { request: RequestView }) {
  return (
    <ol className="op-path">
      <li className="op-path-done">
        <b>{request.applied_by_name} 申请</b>
        <span className="muted">{dateTime(request.applied_at)}</span>
      </li>
      {request.decisions.map((d) => (
        <li key={`${d.step}-${d.at}`} className={d.approve ? "op-path-done" : "op-path-no"}>
          <b>
            {d.by_name} {d.approve ? "同意" : "驳回"}
          </b>
          <span className="muted">{dateTime(d.at)}</span>
          {d.opinion && <p className="prose">{d.opinion}</p>}
        </li>
      ))}
      {request.state === "pending" && (
        <li className="op-path-now">
          <b>待{request.awaiting_cn ?? "上级"}审批</b>
          <span className="muted">第 {request.step} 步</span>
          {request.due_at !== null && <Lamp light={request.light} due={request.due_at} remaining={request.remaining_cn} />}
          {request.escalated_n > 0 && <span className="tag tag-red">超时升级 {request.escalated_n} 次</span>}
        </li>
      )}
    </ol>
  );
}

/** Extensions are asked in the unit of the clock they extend. */
function askedText(order: OrderView, request: RequestView): string {
  const clock = order.clocks.find((c) => c.task_id === request.task_id && c.kind !== "accept") ?? order.clocks.find((c) => c.kind === "order");
  return clock && request.days !== null ? spanText({ qty: request.days, unit: clock.span.unit }) : `${request.days ?? ""}`;
}

function Card({ order, request }: { order: OrderView; request: RequestView }) {
  const org = typeof request.applied_org === "string" ? request.applied_org : request.applied_org.name;
  return (
    <section className="panel">
      <div className="panel-head">
        申请{request.kind_cn}
        <span className={TONE[request.state] ?? "tag"}>{request.state_cn}</span>
        <span className="panel-more muted">{org}</span>
      </div>
      <div className="op-request">
        <dl className="facts" style={{ "--facts": 1 } as React.CSSProperties}>
          <Fact label="原因">
            {request.reason_cn && <span className="tag op-info-tag">{request.reason_cn}</span>}
            {request.reason}
          </Fact>
          {request.basis && <Fact label={request.kind === "supervise" ? "督办级别" : "依据"}>{request.basis}</Fact>}
          {request.disputed_cn && <Fact label="有误依据">派单依据卡中的“{request.disputed_cn}”</Fact>}
          {request.items.length > 0 && <Fact label="申诉项">{request.items_cn}</Fact>}
          {request.days !== null && <Fact label="申请时长">{askedText(order, request)}</Fact>}
          {request.suggested_org && <Fact label="建议承办">{request.suggested_org.name}</Fact>}
          {request.target && (
            <Fact label="目标工单">
              <OrderRef id={request.target} />
            </Fact>
          )}
          {request.effect_cn && <Fact label={request.state === "pending" ? "同意后" : "影响"}>{request.effect_cn}</Fact>}
        </dl>
        <Path request={request} />
      </div>
      <CorrectionTable request={request} />
      <AppraisalEffect order={order.id} request={request} />
    </section>
  );
}

export function RequestsTab({ order }: { order: OrderView }) {
  if (order.requests.length === 0) {
    return (
      <section className="panel">
        <Empty title="没有申请" hint="退回、延期、剔除、重开等申请及其审批过程显示在这里。审批期间计时不停。" />
      </section>
    );
  }
  const sorted = [...order.requests].sort((a, b) => Number(b.state === "pending") - Number(a.state === "pending") || b.applied_at - a.applied_at);
  return (
    <div className="op-stack">
      {sorted.map((r) => (
        <Card key={r.id} order={order} request={r} />
      ))}
    </div>
  );
}
