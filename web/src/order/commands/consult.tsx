// 会商: when nobody is clearly in charge.
import { Form } from "antd";
import type { Id } from "@/api/types";
import { OrgPicker } from "@/ui/org-picker";
import { TextField } from "./fields";
import { clean, command } from "./spec";

export const consult = command<{ participants: Id[]; question: string }>({
  action: "consult",
  title: "发起会商",
  confirm: "发起会商",
  hint: () => "会商期间派单时限继续计时。会商结论由班长作出，指定后承办单位不得再退回。",
  initial: ({ order }) => ({ participants: order.suggested_org ? [order.suggested_org.id] : [] }),
  body: (v) => ({ action: "consult", participants: v.participants, question: clean(v.question) }),
  Fields: () => (
    <>
      <Form.Item name="participants" label="参加单位" rules={[{ required: true, type: "array", min: 2, message: "请至少选择两个单位" }]}>
        <OrgPicker multiple />
      </Form.Item>
      <TextField name="question" label="会商问题" required min={5} rows={4} placeholder="争议焦点、各方意见、需要明确的事项" />
    </>
  ),
});

export const consultConclude = command<{ lead: Id; co?: Id[] | null; conclusion: string }>({
  action: "consult_conclude",
  title: "会商结论",
  confirm: "形成结论",
  previews: true,
  hint: () => "结论作出后工单回到待派单，按此指定承办。",
  body: (v) => ({ action: "consult_conclude", lead: v.lead, co: v.co ?? [], conclusion: clean(v.conclusion) }),
  Fields: ({ ctx }) => (
    <>
      <Form.Item name="lead" label="指定主办单位" rules={[{ required: true, message: "请选择主办单位" }]}>
        <OrgPicker barred={ctx.order.accused_org ? [ctx.order.accused_org.id] : []} />
      </Form.Item>
      <Form.Item name="co" label="协办单位">
        <OrgPicker multiple />
      </Form.Item>
      <TextField name="conclusion" label="结论" required min={5} rows={4} placeholder="职责认定依据（三定规定、权责清单条款）及办理要求" />
    </>
  ),
});
