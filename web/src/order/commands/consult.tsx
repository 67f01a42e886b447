// 会商: when nobody is clearly in charge.
import { useQuery } from "@tanstack/react-query";
import { Checkbox, Form, Select } from "antd";
import { reference } from "@/api/calls";
import type { Id } from "@/api/types";
import { OrgPicker } from "@/ui/org-picker";
import { BounceNote } from "../evidence";
import { TextField } from "./fields";
import { clean, command, type CommandContext } from "./spec";

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

interface Ruling {
  lead: Id;
  co?: Id[] | null;
  conclusion: string;
  write?: boolean;
  region?: string;
  legal_basis?: string;
}

/** 写入派单目录: what was settled once need not be argued again. */
function RulingFields({ ctx }: { ctx: CommandContext }) {
  const write = Form.useWatch<boolean | undefined>("write");
  const path = useQuery({ queryKey: ["region-path", ctx.order.region], queryFn: () => reference.regionPath(ctx.order.region) });
  const areas = (path.data ?? []).filter((r) => r.code.slice(4, 6) !== "00").map((r) => ({ value: r.code, label: r.name }));
  return (
    <>
      <Form.Item name="write" valuePropName="checked" style={{ marginBottom: 4 }}>
        <Checkbox>写入派单目录：今后同类诉求直接派给该单位</Checkbox>
      </Form.Item>
      {write && (
        <>
          <Form.Item name="region" label="适用区域" extra={`问题分类：${ctx.order.category_path}`}>
            <Select options={[{ value: "", label: "全市" }, ...areas]} />
          </Form.Item>
          <TextField name="legal_basis" label="法定依据" required min={4} rows={2} placeholder="三定规定、权责清单条款，或会商纪要文号" />
        </>
      )}
    </>
  );
}

export const consultConclude = command<Ruling>({
  action: "consult_conclude",
  title: "会商结论",
  confirm: "形成结论",
  previews: true,
  hint: () => "结论作出后工单回到待派单，按此指定承办，承办单位不得再退回。",
  initial: ({ order }) => ({ region: order.region.slice(4, 6) === "00" ? "" : `${order.region.slice(0, 6)}000000` }),
  body: (v) => ({
    action: "consult_conclude",
    lead: v.lead,
    co: v.co ?? [],
    conclusion: clean(v.conclusion),
    rule: v.write ? { region: v.region ?? "", legal_basis: clean(v.legal_basis) } : null,
  }),
  Fields: ({ ctx }) => (
    <>
      <BounceNote bounce={ctx.order.bounce} />
      <Form.Item name="lead" label="指定主办单位" rules={[{ required: true, message: "请选择主办单位" }]}>
        <OrgPicker barred={ctx.order.accused_org ? [ctx.order.accused_org.id] : []} />
      </Form.Item>
      <Form.Item name="co" label="协办单位">
        <OrgPicker multiple />
      </Form.Item>
      <TextField name="conclusion" label="结论" required min={5} rows={3} placeholder="职责认定依据（三定规定、权责清单条款）及办理要求" />
      <RulingFields ctx={ctx} />
    </>
  ),
});
