// 工单头: which order, how urgent, until when and why, what can be done.
import { Link } from "react-router";
import type { OrderView } from "@/api/types";
import { badgesOf } from "@/ui/badges";
import { CopyButton } from "@/ui/copy";
import { dateTime } from "@/ui/time";
import { Elsewhere } from "@/partner/elsewhere";
import { Actions } from "./actions";
import { Due } from "./due";

interface Mark {
  text: string;
  tone: "" | "red" | "amber" | "blue";
  why: string;
}

/** All marks in words: on the order's own page there is room. */
function marksOf(order: OrderView): Mark[] {
  const list: Mark[] = badgesOf(order).filter((b) => b.kind !== "return_n");
  const add = (on: boolean, text: string, why: string, tone: Mark["tone"] = "") => on && list.push({ text, tone, why });
  add(order.urgency === "u4", order.urgency_cn, "复杂疑难事项", "amber");
  add(order.anonymous, "匿名", "诉求人未留身份，凭查询码查结果", "blue");
  add(order.return_n > 0, `退回${order.return_n}`, `承办单位曾退回 ${order.return_n} 次`, "amber");
  add(order.ext_n > 0, `延期${order.ext_n}`, `已批准延期 ${order.ext_n} 次`, "amber");
  add(order.send_back_n > 0, `补正${order.send_back_n}`, `审核退回补正 ${order.send_back_n} 次`, "amber");
  add(order.supervise_n > 1, `督办${order.supervise_n}`, `已督办 ${order.supervise_n} 次`, "red");
  add(order.repeat_n > 0 && !order.flags.repeat, `重复${order.repeat_n}`, `另有 ${order.repeat_n} 件同一事项`, "blue");
  add(order.exempt !== null && order.exempt !== "", "剔除", `不计入考核：${order.exempt}`);
  add(order.merged_into !== null, "已并单", "已并入另一工单，见“相关诉求”");
  add(order.joint_n > 0, `并案主单 ${order.joint_n + 1}件`, "多位诉求人反映同一事件，随本单一并办理", "blue");
  return list;
}

export function Header({ order, onDone }: { order: OrderView; onDone: (order: OrderView) => void }) {
  return (
    <header className="op-head">
      <div className="op-head-line">
        <span className="op-head-no num">{order.case_no}</span>
        <CopyButton text={order.case_no} />
        {marksOf(order).map((m) => (
          <span key={m.text} className={m.tone ? `tag tag-${m.tone}` : "tag"} title={m.why}>
            {m.text}
          </span>
        ))}
        <div className="op-head-acts">
          <Actions order={order} onDone={onDone} />
        </div>
      </div>
      <h1 className="op-head-title" title={order.title}>
        {order.title}
      </h1>
      <Elsewhere order={order} />
      {order.joint_lead && (
        <div className="note note-blue op-joint">
          本单已并案，随主单一并办理；编号、承诺期限、答复和回访各自保留。<Link to={`/joint?tab=all&event=${order.joint_lead}`}>查看事件</Link>
        </div>
      )}
      <div className="op-head-line op-head-facts">
        <span className="op-head-state">{order.state_cn}</span>
        <div className="op-head-due">
          <Due order={order} />
        </div>
        <span className="muted">
          {order.channel_cn} · {order.demand_type_cn} · {order.category_path}
        </span>
        <span className="muted">
          {order.lead_org ? `主办 ${order.lead_org.name}${order.handler_name ? ` ${order.handler_name}` : ""}` : order.state === "transferred_out" ? "" : "尚未派单"}
        </span>
        <span className="muted op-head-last">登记 {dateTime(order.registered_at)}</span>
      </div>
    </header>
  );
}
