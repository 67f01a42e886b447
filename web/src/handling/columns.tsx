import type { TaskLine } from "@/api/types";
import { Badges } from "@/ui/badges";
import type { Column } from "@/ui/dense-table";
import { Lamp } from "@/ui/lamp";
import { dateTime, shortTime } from "@/ui/time";

/** Columns of the unit's list. The lamp is that of the unit's own task, not of the whole order. */
export const TASK_COLUMNS: Column<TaskLine>[] = [
  { key: "lamp", title: "灯", width: 160, render: ({ task: t }) => <Lamp light={t.light} due={t.due_at} remaining={t.remaining_cn} /> },
  { key: "case_no", title: "工单编号", width: 186, render: ({ order: o }) => <span className="num" title={o.case_no}>{o.case_no}</span> },
  { key: "role", title: "性质", width: 52, render: ({ task: t }) => t.role_cn },
  { key: "demand_type", title: "类型", width: 52, render: ({ order: o }) => o.demand_type_cn },
  {
    key: "title",
    title: "诉求主题",
    render: ({ order: o }) => (
      <span title={o.title}>
        <Badges order={o} />
        {o.title}
      </span>
    ),
  },
  { key: "state", title: "办件状态", width: 84, render: ({ task: t }) => t.state_cn },
  { key: "handler", title: "经办人", width: 72, render: ({ task: t }) => t.handler?.name ?? <span className="muted">未分派</span> },
  { key: "requester", title: "诉求人", width: 72, render: ({ order: o }) => o.requester_masked ?? "匿名" },
  { key: "category", title: "事项类别", width: 150, render: ({ order: o }) => <span title={o.category_path}>{o.category_path}</span> },
  { key: "dispatched", title: "派发时间", width: 96, render: ({ task: t }) => <span title={dateTime(t.dispatched_at)}>{shortTime(t.dispatched_at)}</span> },
  { key: "due", title: "承诺完成", width: 96, render: ({ task: t }) => <span title={dateTime(t.due_at)}>{shortTime(t.due_at)}</span> },
];
