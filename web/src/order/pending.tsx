// 待批申请: what has been asked for and whose word it waits for, where the reader has no say in it.
import type { OrderView } from "@/api/types";
import { RequestFacts } from "./commands/decide";
import { CorrectionTable } from "./corrections";

export function PendingRequests({ order }: { order: OrderView }) {
  return order.requests
    .filter((r) => r.state === "pending")
    .map((r) => (
      <article key={r.id} className="card">
        <header>
          <b>{r.kind === "report_up" ? "呈阅件" : `${r.kind_cn}申请`}</b>
          <span className="tag tag-amber">{r.kind === "report_up" ? "待领导阅示" : `待${r.awaiting_cn ?? "上级"}审批`}</span>
        </header>
        <RequestFacts request={r} />
        <CorrectionTable request={r} />
      </article>
    ));
}
