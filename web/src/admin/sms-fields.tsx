// The fields of each way to a carrier.
import { Form, Input, InputNumber, Radio } from "antd";
import type { ReactNode } from "react";

function Field({ name, label, wide = 3, extra, children }: { name: string[]; label: string; wide?: number; extra?: string; children: ReactNode }) {
  return (
    <Form.Item name={name} label={label} extra={extra} style={{ gridColumn: `span ${wide}` }}>
      {children}
    </Form.Item>
  );
}

export function HttpFields() {
  const secure = (Form.useWatch<string | undefined>(["http", "url"]) ?? "").trim().startsWith("https://");
  return (
    <>
      <Field name={["http", "url"]} label="接口地址" wide={6} extra="{phone} 号码，{text} 内容，{id} 本系统短信编号">
        <Input className="mono" placeholder="https://sms.example.gov.cn/send" />
      </Field>
      {secure && (
        <Field name={["http", "authority"]} label="信任的证书（PEM）" wide={12} extra="网关证书由单位自己签发时粘贴其签发证书；由公认机构签发的留空">
          <Input.TextArea className="mono" autoSize={{ minRows: 1, maxRows: 6 }} placeholder="-----BEGIN CERTIFICATE-----" />
        </Field>
      )}
      <Field name={["http", "method"]} label="请求方式">
        <Radio.Group optionType="button" options={["POST", "GET"]} />
      </Field>
      <Field name={["http", "format"]} label="内容格式">
        <Radio.Group
          optionType="button"
          options={[
            { value: "json", label: "JSON" },
            { value: "form", label: "表单" },
          ]}
        />
      </Field>
      <Field name={["http", "body"]} label="报文" wide={6}>
        <Input.TextArea className="mono" autoSize={{ minRows: 3, maxRows: 8 }} />
      </Field>
      <Field name={["http", "headers"]} label="请求头（每行一个，加密保存）" wide={6}>
        <Input.TextArea className="mono" autoSize={{ minRows: 3, maxRows: 8 }} placeholder="Authorization: Bearer 密钥" />
      </Field>
      <Field name={["http", "success_at"]} label="成功标志位置" wide={4} extra="应答 JSON 中的位置，如 /code；留空则以 HTTP 2xx 为成功">
        <Input className="mono" />
      </Field>
      <Field name={["http", "success_is"]} label="成功时的值" wide={4} extra="例如 0">
        <Input className="mono" />
      </Field>
      <Field name={["http", "id_at"]} label="网关短信编号位置" wide={4} extra="如 /msgid；留空则状态报告用本系统编号">
        <Input className="mono" />
      </Field>
    </>
  );
}

/** What a gateway calls us with. */
export function CommonFields() {
  return (
    <>
      <Field name={["http", "report_id"]} label="状态报告：编号字段" wide={2}>
        <Input className="mono" />
      </Field>
      <Field name={["http", "report_state"]} label="状态字段" wide={2}>
        <Input className="mono" />
      </Field>
      <Field name={["http", "report_good"]} label="表示送达的值" wide={2}>
        <Input className="mono" />
      </Field>
      <Field name={["http", "reply_phone"]} label="群众回复：号码字段" wide={2}>
        <Input className="mono" />
      </Field>
      <Field name={["http", "reply_text"]} label="内容字段" wide={2}>
        <Input className="mono" />
      </Field>
      <Field name={["callback_secret"]} label="回调密钥" wide={2}>
        <Input.Password className="mono" placeholder="留空自动生成" visibilityToggle={false} />
      </Field>
    </>
  );
}

export function SmppFields() {
  return (
    <>
      <Field name={["smpp", "host"]} label="网关地址" wide={4}>
        <Input className="mono" placeholder="10.1.2.3" />
      </Field>
      <Field name={["smpp", "port"]} label="端口" wide={2}>
        <InputNumber style={{ width: "100%" }} min={1} max={65535} />
      </Field>
      <Field name={["smpp", "system_id"]} label="账号 system_id">
        <Input className="mono" />
      </Field>
      <Field name={["smpp", "password"]} label="密码（加密保存）">
        <Input.Password className="mono" visibilityToggle={false} autoComplete="new-password" />
      </Field>
      <Field name={["smpp", "source"]} label="接入号" wide={4} extra="群众看到的发送号码，回复也发到这里">
        <Input className="mono" />
      </Field>
      <Field name={["smpp", "prefix"]} label="号码前缀" wide={2} extra="如 86">
        <Input className="mono" />
      </Field>
      <Field name={["smpp", "system_type"]} label="系统类型" wide={2} extra="一般留空">
        <Input className="mono" />
      </Field>
      <Field name={["smpp", "per_second"]} label="每秒条数" wide={2} extra="按合同">
        <InputNumber style={{ width: "100%" }} min={1} max={1000} />
      </Field>
      <Field name={["smpp", "window"]} label="窗口" wide={1}>
        <InputNumber style={{ width: "100%" }} min={1} max={100} />
      </Field>
      <Field name={["smpp", "enquire_s"]} label="检测秒" wide={1}>
        <InputNumber style={{ width: "100%" }} min={5} max={300} />
      </Field>
    </>
  );
}
