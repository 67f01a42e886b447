// 派单、撤回、改派、提交派单: where an order goes.
import { Button, Form, Input } from "antd";
import { options, URGENCY, type Urgency } from "@/api/codes";
import type { DispatchSuggestion, Id } from "@/api/types";
import { useHotkeys } from "@/ui/hotkeys";
import { OrgPicker } from "@/ui/org-picker";
import { SuggestionCard, useSuggestions } from "../suggestion";
import { MomentField, SelectField, TextField } from "./fields";
import { clean, command, orNull, type CommandContext } from "./spec";

export interface CoValue {
  org: Id | null;
  question?: string;
}

/** What may not handle this order: the accused unit. */
function accused(ctx: CommandContext): Id[] {
  return ctx.order.accused_org ? [ctx.order.accused_org.id] : [];
}

/** 协办单位, each with its question. */
export function CoList({ barred }: { barred: readonly Id[] }) {
  return (
    <Form.Item label="协办单位" style={{ marginBottom: 10 }}>
      <Form.List name="co">
        {(fields, { add, remove }) => (
          <div style={{ display: "grid", gap: 6 }}>
            {fields.map((f) => (
              <div key={f.key} style={{ display: "grid", gridTemplateColumns: "1fr 1fr auto", gap: 6 }}>
                <Form.Item name={[f.name, "org"]} rules={[{ required: true, message: "请选择协办单位" }]} style={{ margin: 0 }}>
                  <OrgPicker barred={barred} placeholder="协办单位" />
                </Form.Item>
                <Form.Item name={[f.name, "question"]} style={{ margin: 0 }}>
                  <Input placeholder="协办事项" maxLength={200} />
                </Form.Item>
                <Button onClick={() => remove(f.name)} aria-label="移除此协办单位">
                  移除
                </Button>
              </div>
            ))}
            <Button type="dashed" size="small" onClick={() => add({ org: null })} style={{ justifySelf: "start" }}>
              增加协办单位
            </Button>
          </div>
        )}
      </Form.List>
    </Form.Item>
  );
}

interface DispatchValues {
  lead: Id | null;
  co?: CoValue[];
  advice?: string;
  due_at?: number | null;
  urgency?: Urgency | null;
}

function Proposals({ ctx }: { ctx: CommandContext }) {
  const form = Form.useFormInstance<DispatchValues>();
  const lead = Form.useWatch("lead", form);
  const { order } = ctx;
  const found = useSuggestions({ category: order.category, region: order.region, content: order.content });
  const pick = (s: DispatchSuggestion) => {
    form.setFieldsValue({ lead: s.lead.id, co: s.co.map((o) => ({ org: o.id })) });
    form.setFields([{ name: "lead", errors: [] }]);
    void form.validateFields(["lead"]);
    // The cursor goes where Ctrl+Enter confirms.
    document.getElementById("command-dispatch_advice")?.focus({ preventScroll: true });
  };
  const shown = (found.data ?? []).slice(0, 3);
  const pickAt = (n: number) => () => {
    const s = shown[n];
    if (s && s.lead.id !== order.accused_org?.id) pick(s);
  };
  useHotkeys({ "1": pickAt(0), "2": pickAt(1), "3": pickAt(2) });
  if (shown.length === 0) return null;
  return (
    <Form.Item label="派单目录建议（按 1、2、3 选用，Ctrl+回车确认派发）">
      {shown.map((s, i) => (
        <SuggestionCard key={s.lead.id} suggestion={s} rank={i + 1} chosen={lead === s.lead.id} onPick={pick} barred={order.accused_org?.id} />
      ))}
    </Form.Item>
  );
}

/** Lead, co-handlers and advice; the desk shows the proposals itself and leaves them out here. */
export function DispatchFields({ ctx, bare = false }: { ctx: CommandContext; bare?: boolean }) {
  const lead = Form.useWatch<Id | null>("lead");
  return (
    <>
      {!bare && <Proposals ctx={ctx} />}
      <Form.Item name="lead" label="主办单位" rules={[{ required: true, message: "请选择主办单位" }]}>
        <OrgPicker barred={accused(ctx)} />
      </Form.Item>
      <CoList barred={[...accused(ctx), ...(lead ? [lead] : [])]} />
      <TextField name="advice" label="派单意见" max={500} rows={2} placeholder="办理要求、注意事项；不得写入应当保密的诉求人信息" />
      <div className="command-row">
        <SelectField name="urgency" label="紧急程度" options={options(URGENCY)} required={false} />
        <MomentField name="due_at" label="限办时间（早于规定期限时填）" only="future" />
      </div>
    </>
  );
}

export function dispatchBody(v: DispatchValues) {
  return {
    action: "dispatch" as const,
    lead: v.lead ?? "",
    co: (v.co ?? []).filter((c) => c.org).map((c) => ({ org: c.org ?? "", question: orNull(c.question) })),
    advice: orNull(v.advice),
    due_at: v.due_at ?? null,
    urgency: v.urgency ?? null,
  };
}

export const dispatch = command<DispatchValues>({
  action: "dispatch",
  title: "派单",
  confirm: "确认派发",
  previews: true,
  width: 640,
  initial: ({ order }) => ({ lead: order.suggested_org?.id ?? null, urgency: order.urgency, co: [] }),
  body: (v, { order }) => ({ ...dispatchBody(v), urgency: v.urgency && v.urgency !== order.urgency ? v.urgency : null }),
  Fields: DispatchFields,
});

export const submit = command<{ urgency: Urgency; suggested_org?: Id | null }>({
  action: "submit",
  title: "提交派单",
  confirm: "提交派单",
  previews: true,
  initial: ({ order }) => ({ urgency: order.urgency, suggested_org: order.suggested_org?.id ?? null }),
  body: (v) => ({ action: "submit", urgency: v.urgency ?? null, suggested_org: v.suggested_org ?? null }),
  Fields: ({ ctx }) => (
    <>
      <SelectField name="urgency" label="紧急程度" options={options(URGENCY)} />
      <Form.Item name="suggested_org" label="建议承办单位">
        <OrgPicker barred={accused(ctx)} />
      </Form.Item>
    </>
  ),
});

export const recall = command<{ reason: string }>({
  action: "recall",
  title: "撤回派单",
  confirm: "确认撤回",
  danger: true,
  previews: true,
  hint: () => "撤回后回到待派单。对诉求人承诺的期限继续计时。",
  body: (v) => ({ action: "recall", reason: clean(v.reason) }),
  Fields: () => <TextField name="reason" label="撤回原因" required min={4} autoFocus />,
});

export const reassign = command<{ lead: Id; reason: string }>({
  action: "reassign",
  title: "改派",
  confirm: "确认改派",
  previews: true,
  hint: ({ order }) => `当前主办：${order.lead_org?.name ?? "无"}。改派后新的主办单位重新签收。`,
  body: (v) => ({ action: "reassign", lead: v.lead, reason: clean(v.reason) }),
  Fields: ({ ctx }) => (
    <>
      <Form.Item name="lead" label="改派至" rules={[{ required: true, message: "请选择主办单位" }]}>
        <OrgPicker barred={[...accused(ctx), ...(ctx.order.lead_org ? [ctx.order.lead_org.id] : [])]} />
      </Form.Item>
      <TextField name="reason" label="改派原因" required min={4} />
    </>
  ),
});
