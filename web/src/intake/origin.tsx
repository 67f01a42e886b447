// 来源情况 of a letter, a visit, what another office or the press brought.
import { Button, Form, Input, InputNumber } from "antd";
import type { FormInstance } from "antd";
import { asked, GROUP, linkFault, MOST_REPRESENTATIVES } from "@/api/origin";
import { DayPicker } from "@/ui/day-picker";
import { MomentPicker } from "@/ui/moment-picker";
import { serverNow } from "@/ui/time";
import { phoneFault, type IntakeValues } from "./model";

const phoneRule = { validator: (_: unknown, v: string | null) => (phoneFault(v ?? "") ? Promise.reject(new Error(phoneFault(v ?? "") ?? "")) : Promise.resolve()) };

const linkRule = { validator: (_: unknown, v: string | null) => { const fault = linkFault(v); return fault ? Promise.reject(new Error(fault)) : Promise.resolve(); } };
/** A draft may lie until its limit has passed. */
const notPast = { validator: (_: unknown, v: number | null) => (v && v <= serverNow() ? Promise.reject(new Error("上级限办日期已过，请核对来文")) : Promise.resolve()) };

/** 代表: at most five speak for all. */
function Representatives({ people }: { people: number }) {
  return (
    <Form.List
      name={["origin", "representatives"]}
      rules={[{ validator: (_, list: unknown[] | undefined) => (people >= 2 && (list ?? []).length === 0 ? Promise.reject(new Error("多人来访须登记代表")) : Promise.resolve()) }]}
    >
      {(fields, { add, remove }, { errors }) => (
        <div className="span-3 intake-people" role="group" aria-label="来访代表">
          {fields.map((field, i) => (
            <div key={field.key} className="intake-person">
              <Form.Item name={[field.name, "name"]} label={`代表${i + 1}`} rules={[{ required: true, whitespace: true, message: "请填写代表姓名" }]}>
                <Input maxLength={50} placeholder="姓名" autoComplete="off" />
              </Form.Item>
              <Form.Item name={[field.name, "phone"]} rules={[phoneRule]}>
                <Input inputMode="tel" maxLength={20} placeholder="联系电话（选填）" autoComplete="off" aria-label={`代表${i + 1}电话`} />
              </Form.Item>
              <button type="button" className="link" onClick={() => remove(field.name)}>
                移除
              </button>
            </div>
          ))}
          <div className="intake-people-foot">
            <Button size="small" disabled={fields.length >= MOST_REPRESENTATIVES} onClick={() => add({ name: "", phone: null })}>
              添加代表
            </Button>
            <span className="muted">
              {people >= GROUP && <span className="tag tag-amber">集体访</span>} 依《信访工作条例》第二十条，代表不超过{MOST_REPRESENTATIVES}人
            </span>
            <Form.ErrorList errors={errors} />
          </div>
        </div>
      )}
    </Form.List>
  );
}

export function OriginFields({ form }: { form: FormInstance<IntakeValues> }) {
  const channel = Form.useWatch("channel", form) ?? "01";
  const people = Form.useWatch(["origin", "head_count"], form) ?? 0;
  const { at, number, visit, source, limit, report } = asked(channel);
  return (
    <>
      {source && (
        <Form.Item name={["origin", "source"]} label={source.label} rules={[{ required: true, whitespace: true, message: `请填写${source.label}` }, { min: 2, message: `${source.label}不少于2个字` }]}>
          <Input maxLength={100} placeholder={source.placeholder} autoComplete="off" />
        </Form.Item>
      )}
      {at && (
        <Form.Item name={["origin", "at"]} label={at.label} rules={at.required ? [{ required: true, message: `请填写${at.label}` }] : []}>
          <MomentPicker only="past" placeholder={at.required ? "" : "不详可不填"} />
        </Form.Item>
      )}
      {number && (
        <Form.Item name={["origin", "number"]} label={number.label}>
          <Input maxLength={100} placeholder={number.placeholder} autoComplete="off" />
        </Form.Item>
      )}
      {limit && (
        <Form.Item name={["origin", "limit_at"]} label="上级限办" rules={[notPast]}>
          <DayPicker placeholder="来文未限定可不填" />
        </Form.Item>
      )}
      {report && (
        <>
          <Form.Item name={["origin", "title"]} label="报道标题">
            <Input maxLength={100} placeholder="选填" autoComplete="off" />
          </Form.Item>
          <Form.Item name={["origin", "link"]} label="报道链接" className="span-2" rules={[linkRule]}>
            <Input inputMode="url" maxLength={500} placeholder="https:// 开头，选填" autoComplete="off" />
          </Form.Item>
        </>
      )}
      {visit && (
        <>
          <Form.Item name={["origin", "place"]} label="来访地点" rules={[{ required: true, whitespace: true, message: "请填写来访地点" }]}>
            <Input maxLength={100} placeholder="接待场所" autoComplete="off" />
          </Form.Item>
          <Form.Item name={["origin", "head_count"]} label="来访人数" rules={[{ required: true, message: "请填写来访人数" }]}>
            <InputNumber min={1} max={10000} precision={0} style={{ width: "100%" }} placeholder="含诉求人本人" />
          </Form.Item>
          {people >= 2 && <Representatives people={people} />}
        </>
      )}
    </>
  );
}
