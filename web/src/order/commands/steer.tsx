// 批示、呈报、补充登记、暂停与恢复: steering an order without moving it on.
import { Form } from "antd";
import { options, PAUSE_REASON, URGENCY, type PauseReason, type Urgency } from "@/api/codes";
import { DayPicker } from "@/ui/day-picker";
import { date } from "@/ui/time";
import { MomentField, RadioField, SelectField, TextField } from "./fields";
import { clean, command, orNull } from "./spec";

export const instruct = command<{ text: string; due_at?: number | null; urgency?: Urgency | null }>({
  action: "instruct",
  title: "领导批示",
  confirm: "下达批示",
  previews: true,
  hint: () => "批示只能提前、不能推后办理期限。",
  body: (v) => ({ action: "instruct", text: clean(v.text), due_at: v.due_at ?? null, urgency: v.urgency ?? null }),
  Fields: () => (
    <>
      <TextField name="text" label="批示内容" required min={2} rows={4} max={1000} autoFocus />
      <div className="command-row">
        <MomentField name="due_at" label="限办时间（如有）" only="future" />
        <SelectField name="urgency" label="紧急程度（如需调整）" options={options(URGENCY)} required={false} />
      </div>
    </>
  ),
});

export const reportUp = command<{ text: string }>({
  action: "report_up",
  title: "呈报领导",
  confirm: "呈报",
  body: (v) => ({ action: "report_up", text: clean(v.text) }),
  Fields: () => <TextField name="text" label="呈报内容" required min={5} rows={5} max={1000} placeholder="基本情况、拟办意见" autoFocus />,
});

export const amend = command<{ supplement: string; reason: string; limit_at?: number | null }>({
  action: "amend",
  title: "补充登记",
  confirm: "保存补充",
  hint: () => "补充内容追加在原诉求之后，原文保留。已派单的，承办单位将收到提醒。",
  body: (v) => ({ action: "amend", reason: clean(v.reason), form: null, supplement: orNull(v.supplement), limit_at: v.limit_at ?? null }),
  Fields: ({ ctx }) => (
    <>
      <TextField name="supplement" label="补充内容" required min={2} rows={5} max={2000} autoFocus />
      <TextField name="reason" label="补充原因" required min={2} rows={2} placeholder="如：诉求人再次来电补充" />
      {ctx.order.origin?.limit_at && ctx.order.dispatched_at && (
        <Form.Item name="limit_at" label="上级同意延期至（如有）" extra={`现为 ${date(ctx.order.origin.limit_at)}；填写后限办日期和办理期限随之顺延，请在补充内容中写明依据的来文。`}>
          <DayPicker placeholder="上级未同意延期的不填" />
        </Form.Item>
      )}
    </>
  ),
});

export const pause = command<{ reason: PauseReason; note: string }>({
  action: "pause",
  title: "暂停计时",
  confirm: "暂停计时",
  previews: true,
  body: (v) => ({ action: "pause", reason: v.reason, note: clean(v.note) }),
  Fields: () => (
    <>
      <RadioField name="reason" label="暂停原因" options={options(PAUSE_REASON)} />
      <TextField name="note" label="说明" required min={4} />
    </>
  ),
});

export const resume = command<{ note?: string }>({
  action: "resume",
  title: "恢复计时",
  confirm: "恢复计时",
  previews: true,
  body: (v) => ({ action: "resume", note: orNull(v.note) }),
  Fields: () => <TextField name="note" label="说明" rows={2} />,
});
