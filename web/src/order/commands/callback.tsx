// 回访与二次办理.
import { Checkbox, Form, Radio, Select } from "antd";
import { CALLBACK_MODE, CONTACTED, options, RATING, SOLVED, type CallbackMode, type Contacted, type Rating, type Solved } from "@/api/codes";
import { useDictionary } from "@/api/hooks";
import type { CallbackForm, Id } from "@/api/types";
import { OrgPicker } from "@/ui/org-picker";
import { RadioField, TextField } from "./fields";
import { clean, command, orNull } from "./spec";

export interface CallbackValues {
  mode: CallbackMode;
  reached: boolean;
  unreached_reason?: string | null;
  contacted?: Contacted | null;
  solved?: Solved | null;
  process_rating?: Rating | null;
  rating?: Rating | null;
  dissatisfy_reasons?: string[];
  opinion?: string;
  unreasonable?: boolean;
  give_up?: boolean;
}

const RATINGS = options(RATING, ["none"]);
/** A citizen may decline to rate. */
const RESULT_RATINGS = [...RATINGS, { value: "none", label: "不愿评价" }];

export function dissatisfied(rating: Rating | null | undefined): boolean {
  return rating === "dissat" || rating === "very_dissat";
}

/** What the answers lead to, told before they are sent. */
export function callbackOutcome(v: Partial<CallbackValues>): string | undefined {
  if (v.reached === false) return v.give_up ? "按“无法联系”办结，不计满意度" : "记为未接通，稍后再访";
  if (!v.rating || !v.solved) return undefined;
  if (v.rating === "none" ? v.solved === "solved" : !dissatisfied(v.rating) || v.solved === "solved") return "办结";
  return v.unreasonable && dissatisfied(v.rating) ? "报班长认定诉求不合理后办结" : "建议二次办理，报班长审批";
}

/** Answers that were not asked for are not sent. */
export function callbackForm(v: CallbackValues): CallbackForm {
  const unhappy = dissatisfied(v.rating) || dissatisfied(v.process_rating);
  if (!v.reached) {
    return {
      mode: v.mode,
      reached: false,
      unreached_reason: orNull(v.unreached_reason),
      contacted: null,
      solved: null,
      process_rating: null,
      rating: null,
      dissatisfy_reasons: [],
      opinion: orNull(v.opinion),
      unreasonable: false,
      give_up: v.give_up ?? false,
    };
  }
  return {
    mode: v.mode,
    reached: true,
    unreached_reason: null,
    contacted: v.contacted ?? null,
    solved: v.solved ?? null,
    process_rating: v.process_rating ?? null,
    rating: v.rating ?? null,
    dissatisfy_reasons: unhappy ? (v.dissatisfy_reasons ?? []) : [],
    opinion: orNull(v.opinion),
    unreasonable: dissatisfied(v.rating) && (v.unreasonable ?? false),
    give_up: false,
  };
}

const UNREACHED = ["无人接听", "关机或停机", "号码有误", "拒绝接听", "占线"].map((value) => ({ value, label: value }));

function Unreached() {
  return (
    <>
      <Form.Item name="unreached_reason" label="未接通原因" rules={[{ required: true, message: "请选择未接通原因" }]}>
        <Select options={UNREACHED} placeholder="请选择" />
      </Form.Item>
      <Form.Item name="give_up" label=" " valuePropName="checked" extra="须已按规定在不同日期、不同时段多次回访">
        <Checkbox>已达回访次数，按无法联系办结</Checkbox>
      </Form.Item>
    </>
  );
}

function Reached() {
  const rating = Form.useWatch<Rating | undefined>("rating");
  const process = Form.useWatch<Rating | undefined>("process_rating");
  const reasons = useDictionary("dissatisfy_reason");
  const unhappy = dissatisfied(rating) || dissatisfied(process);
  return (
    <>
      <RadioField name="contacted" label="承办单位是否联系过您" options={options(CONTACTED)} />
      <RadioField name="solved" label="您反映的问题是否解决" options={options(SOLVED)} />
      <RadioField name="process_rating" label="对办理过程是否满意" options={RATINGS} required={false} />
      <RadioField name="rating" label="对办理结果是否满意" options={RESULT_RATINGS} />
      {unhappy && (
        <Form.Item name="dissatisfy_reasons" label="不满意原因" rules={[{ required: true, type: "array", min: 1, message: "请至少选择一项不满意原因" }]}>
          <Checkbox.Group options={reasons.map((r) => ({ value: r.code, label: r.name }))} />
        </Form.Item>
      )}
      {dissatisfied(rating) && (
        <Form.Item name="unreasonable" label=" " valuePropName="checked" extra="须有依据，并经班长认定；原始评价保留">
          <Checkbox>经核实诉求不合理或政策不支持，且已解释</Checkbox>
        </Form.Item>
      )}
    </>
  );
}

export function CallbackFields() {
  const form = Form.useFormInstance<CallbackValues>();
  const values = Form.useWatch((v: CallbackValues) => v, form) ?? {};
  const outcome = callbackOutcome(values);
  return (
    <>
      <RadioField name="mode" label="回访方式" options={options(CALLBACK_MODE, ["robot"])} />
      <Form.Item name="reached" label="是否接通" rules={[{ required: true, message: "请选择是否接通" }]}>
        <Radio.Group optionType="button" buttonStyle="solid" options={[{ value: true, label: "接通" }, { value: false, label: "未接通" }]} />
      </Form.Item>
      {values.reached === false && <Unreached />}
      {values.reached === true && <Reached />}
      <TextField
        name="opinion"
        label={values.unreasonable ? "核实依据和已作的解释" : "群众意见"}
        required={values.reached === true && values.unreasonable === true}
        rows={2}
        max={1000}
        placeholder="原话记录要点"
      />
      {outcome && (
        <div className="note note-blue">
          下一步：<b>{outcome}</b>
        </div>
      )}
    </>
  );
}

export const callback = command<CallbackValues>({
  action: "callback",
  title: "回访记录",
  confirm: "保存回访",
  width: 680,
  sideways: true,
  initial: () => ({ mode: "phone" }),
  body: (v) => ({ action: "callback", ...callbackForm(v) }),
  Fields: CallbackFields,
});

export const redo = command<{ reason: string; lead?: Id | null }>({
  action: "redo",
  title: "二次办理",
  confirm: "提交二次办理",
  previews: true,
  hint: ({ order }) => `当前第 ${order.round} 轮。二次办理由原主办单位重新办理，首轮评价保留。`,
  body: (v) => ({ action: "redo", reason: clean(v.reason), lead: v.lead ?? null }),
  Fields: ({ ctx }) => (
    <>
      <TextField name="reason" label="二次办理理由" required min={5} rows={4} />
      <Form.Item name="lead" label="改由其他单位主办（一般不填）">
        <OrgPicker barred={ctx.order.accused_org ? [ctx.order.accused_org.id] : []} />
      </Form.Item>
    </>
  ),
});
