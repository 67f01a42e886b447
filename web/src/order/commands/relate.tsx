// 并单、拆单、关联: how orders belong together.
import { Button, Form, Select } from "antd";
import { DEMAND_TYPE, LINK_KIND, options, type DemandType, type LinkKind } from "@/api/codes";
import type { Id, SplitPart } from "@/api/types";
import { CategoryPicker } from "@/ui/category-picker";
import { LineField, OrderRefField, SelectField, TextField } from "./fields";
import { clean, command, orNull } from "./spec";

export const merge = command<{ into: Id; reason: string }>({
  action: "merge",
  title: "并单",
  confirm: "确认并单",
  previews: true,
  hint: () => "同一诉求人就同一事项重复反映的，并入较早的在办工单；本单编号和查询码保留，可取消并单。",
  body: (v) => ({ action: "merge", into: v.into, reason: clean(v.reason) }),
  Fields: ({ ctx }) => (
    <>
      <OrderRefField name="into" label="并入工单" not={ctx.order.id} />
      <TextField name="reason" label="并单理由" required min={4} />
    </>
  ),
});

export const unmerge = command<{ reason: string }>({
  action: "unmerge",
  title: "取消并单",
  confirm: "取消并单",
  previews: true,
  hint: () => "取消后回到待派单，自取消之时重新计时。",
  body: (v) => ({ action: "unmerge", reason: clean(v.reason) }),
  Fields: () => <TextField name="reason" label="取消理由" required min={4} autoFocus />,
});

export const join = command<{ lead: Id; reason: string }>({
  action: "join",
  title: "并案",
  confirm: "确认并案",
  previews: true,
  hint: () => "不同诉求人反映同一事件的，随主单一并办理；本单编号、承诺期限、答复和回访保留，可随时移出。",
  body: (v) => ({ action: "join", lead: v.lead, reason: clean(v.reason) }),
  Fields: ({ ctx }) => (
    <>
      <OrderRefField name="lead" label="并案主单" not={ctx.order.id} />
      <TextField name="reason" label="并案理由" required min={2} />
    </>
  ),
});

export const leave = command<{ reason: string }>({
  action: "leave",
  title: "移出并案",
  confirm: "移出并案",
  previews: true,
  hint: () => "尚未答复的工单回到待派单，对诉求人的承诺期限不变；已答复的只解除并案关系。",
  body: (v) => ({ action: "leave", reason: clean(v.reason) }),
  Fields: () => <TextField name="reason" label="移出理由" required min={2} autoFocus />,
});

export const link = command<{ other: Id; kind: LinkKind; reason?: string }>({
  action: "link",
  title: "关联",
  confirm: "建立关联",
  initial: () => ({ kind: "same_event" }),
  body: (v) => ({ action: "link", other: v.other, kind: v.kind, reason: orNull(v.reason) }),
  Fields: ({ ctx }) => (
    <>
      <OrderRefField name="other" label="关联工单" not={ctx.order.id} />
      <SelectField name="kind" label="关联类型" options={options(LINK_KIND, ["parent_child", "supervise", "joint", "merge"])} />
      <TextField name="reason" label="说明" rows={2} />
    </>
  ),
});

interface SplitValues {
  parts: Partial<SplitPart>[];
  reason: string;
}

export function splitParts(parts: readonly Partial<SplitPart>[]): SplitPart[] {
  return parts.map((p) => ({
    title: clean(p.title),
    content: clean(p.content),
    demand_type: p.demand_type as DemandType,
    category: p.category ?? "",
  }));
}

function Part({ index, remove }: { index: number; remove: (() => void) | undefined }) {
  return (
    <div className="command-part">
      <div style={{ display: "flex", marginBottom: 4 }}>
        <b>第 {index + 1} 件</b>
        {remove && (
          <button type="button" className="link" style={{ marginLeft: "auto" }} onClick={remove}>
            移除
          </button>
        )}
      </div>
      <LineField name={[index, "title"]} label="标题" required max={50} />
      <div className="command-row">
        <Form.Item name={[index, "demand_type"]} label="诉求类型" rules={[{ required: true, message: "请选择诉求类型" }]}>
          <Select options={options(DEMAND_TYPE)} />
        </Form.Item>
        <Form.Item name={[index, "category"]} label="问题分类" rules={[{ required: true, message: "请选择问题分类" }]}>
          <CategoryPicker />
        </Form.Item>
      </div>
      <TextField name={[index, "content"]} label="诉求内容" required min={5} rows={3} max={2000} />
    </div>
  );
}

export const split = command<SplitValues>({
  action: "split",
  title: "拆单",
  confirm: "确认拆单",
  width: 720,
  hint: () => "一件诉求含多个互不相关的事项时拆分。各子单沿用诉求人信息，分别计时、分别答复。",
  initial: ({ order }) => ({
    parts: [
      { title: order.title, content: order.content, demand_type: order.demand_type, category: order.category },
      { demand_type: order.demand_type },
    ],
  }),
  body: (v) => ({ action: "split", parts: splitParts(v.parts), reason: clean(v.reason) }),
  Fields: () => (
    <>
      <Form.List name="parts">
        {(fields, { add, remove }) => (
          <>
            {fields.map((f) => (
              <Part key={f.key} index={f.name} remove={fields.length > 2 ? () => remove(f.name) : undefined} />
            ))}
            <Button type="dashed" block onClick={() => add({})} style={{ marginBottom: 10 }}>
              增加一件
            </Button>
          </>
        )}
      </Form.List>
      <TextField name="reason" label="拆单理由" required min={4} rows={2} />
    </>
  ),
});
