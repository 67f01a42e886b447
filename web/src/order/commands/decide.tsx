// 审批: approve or refuse whatever waits for the signed-in person's word.
import { Checkbox, Form, Radio } from "antd";
import type { RequestView } from "@/api/types";
import { AppraisalEffect } from "@/appraisal/effect";
import { Lamp } from "@/ui/lamp";
import { dateTime } from "@/ui/time";
import { CorrectionTable } from "../corrections";
import { TextField } from "./fields";
import { command, orNull, type CommandContext } from "./spec";

interface Values {
  approve: boolean;
  opinion?: string;
  designate?: boolean;
}

/** The application as the decider reads it. */
export function RequestFacts({ request: r }: { request: RequestView }) {
  return (
    <dl className="facts" style={{ ["--facts" as string]: 1 }}>
      <div><dt>申请</dt><dd><b>{r.kind_cn}</b>　{r.applied_org.name} {r.applied_by_name}　{dateTime(r.applied_at)}</dd></div>
      <div><dt>原因</dt><dd>{r.reason_cn}</dd></div>
      <div><dt>理由</dt><dd className="prose">{r.reason}</dd></div>
      {r.basis && <div><dt>{r.kind === "supervise" ? "督办级别" : "依据"}</dt><dd>{r.basis}</dd></div>}
      {r.disputed_cn && <div><dt>有误依据</dt><dd>派单依据卡中的“{r.disputed_cn}”</dd></div>}
      {r.state === "pending" && r.due_at !== null && (
        <div>
          <dt>审批期限</dt>
          <dd>
            <Lamp light={r.light} due={r.due_at} remaining={r.remaining_cn} />　{dateTime(r.due_at)}
            {r.escalated_n > 0 && <span className="bad">　超时未审，已升级 {r.escalated_n} 次</span>}
          </dd>
        </div>
      )}
      {r.items.length > 0 && <div><dt>申诉项</dt><dd>{r.items_cn}</dd></div>}
      {r.suggested_org && <div><dt>建议承办</dt><dd>{r.suggested_org.name}</dd></div>}
      {r.effect_cn && <div><dt>同意后果</dt><dd>{r.effect_cn}</dd></div>}
      {r.decisions.map((d) => (
        <div key={d.step}>
          <dt>第{d.step}步</dt>
          <dd>
            {d.by_name} {d.approve ? "同意" : "不同意"}　{dateTime(d.at)}
            {d.opinion && `　${d.opinion}`}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Fields({ ctx }: { ctx: CommandContext }) {
  const approve = Form.useWatch<boolean | undefined>("approve");
  return (
    <>
      <Form.Item name="approve" label="审批意见" rules={[{ required: true, message: "请选择同意或不同意" }]}>
        <Radio.Group options={[{ value: true, label: "同意" }, { value: false, label: "不同意" }]} />
      </Form.Item>
      <TextField name="opinion" label="说明" required={approve === false} rows={3} placeholder={approve === false ? "不同意的理由，将告知申请单位" : ""} />
      {ctx.request?.kind === "return" && approve === false && (
        <Form.Item name="designate" valuePropName="checked">
          <Checkbox>同时指定由该单位承办，不得再退回</Checkbox>
        </Form.Item>
      )}
    </>
  );
}

export const decide = command<Values>({
  action: "decide",
  title: "审批",
  confirm: "提交审批",
  previews: true,
  hint: ({ order, request }) =>
    request && (
      <>
        <RequestFacts request={request} />
        <CorrectionTable request={request} />
        <AppraisalEffect order={order.id} request={request} />
      </>
    ),
  body: (v, { request }) => {
    if (!request) throw new Error("没有待审批的申请");
    return {
      action: "decide",
      request: request.id,
      approve: v.approve,
      opinion: orNull(v.opinion),
      designate: request.kind === "return" && !v.approve && (v.designate ?? false),
    };
  },
  Fields,
});
