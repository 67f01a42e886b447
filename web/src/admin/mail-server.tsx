// 邮件服务器: how it is reached, how the line is, a mail to try it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Form, Input, InputNumber, Radio, Switch, type FormInstance } from "antd";
import "@/messages/messages.css";
import { inbox, KEY as LETTERS } from "@/inbox/calls";
import { Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { mail } from "./calls";
import { Refusal, SaveWithReason, Standing, TONE, Try, useSaving, Versions } from "./carrier";
import { FetchPart } from "./mail-fetch";
import { Room } from "./room";
import type { MailSettings, MailView } from "./types";

const KEY = ["admin", "mail"];
const EVERY = 5_000;
const PORTS: Record<MailSettings["security"], number> = { starttls: 587, tls: 465, plain: 25 };
const SECURITY = [
  { value: "starttls", label: "STARTTLS" },
  { value: "tls", label: "TLS" },
  { value: "plain", label: "不加密" },
];

interface Values extends MailSettings {
  reason: string;
}

function Fields({ form }: { form: FormInstance<Values> }) {
  const span = (n: number) => ({ gridColumn: `span ${n}` });
  return (
    <>
      <Form.Item name="host" label="服务器地址" style={span(4)}>
        <Input className="mono" placeholder="mail.example.gov.cn" />
      </Form.Item>
      <Form.Item name="security" label="加密" style={span(4)}>
        <Radio.Group optionType="button" options={SECURITY} onChange={(e) => form.setFieldValue("port", PORTS[e.target.value as MailSettings["security"]])} />
      </Form.Item>
      <Form.Item name="port" label="端口" style={span(2)}>
        <InputNumber style={{ width: "100%" }} min={1} max={65535} />
      </Form.Item>
      <div style={span(2)} />
      <Form.Item name="user" label="账号" extra="服务器不要求登录时留空" style={span(4)}>
        <Input className="mono" autoComplete="off" />
      </Form.Item>
      <Form.Item name="password" label="密码（加密保存）" style={span(4)}>
        <Input.Password className="mono" visibilityToggle={false} autoComplete="new-password" />
      </Form.Item>
      <div style={span(4)} />
      <Form.Item name="from" label="发件地址" style={span(4)}>
        <Input className="mono" placeholder="12345@example.gov.cn" />
      </Form.Item>
      <Form.Item name="from_name" label="发件人名称" style={span(4)}>
        <Input maxLength={50} />
      </Form.Item>
      <div style={span(4)} />
    </>
  );
}

/** For both servers. */
function Authority() {
  return (
    <Form.Item name="authority" label="信任的证书（PEM）" extra="服务器证书由单位自己签发时粘贴其根证书；由公认机构签发的留空" style={{ gridColumn: "span 12" }}>
      <Input.TextArea className="mono" autoSize={{ minRows: 1, maxRows: 6 }} placeholder="-----BEGIN CERTIFICATE-----" />
    </Form.Item>
  );
}

function Settings({ view }: { view: MailView }) {
  const [form] = Form.useForm<Values>();
  const client = useQueryClient();
  const { busy, refusal, save } = useSaving(form as FormInstance, KEY, "已保存，从下一封邮件起生效");
  const on = Form.useWatch("on", form) ?? view.settings.on;
  const fetches = Form.useWatch(["fetch", "on"], form) ?? view.settings.fetch?.on ?? false;
  // Also what is not on screen while it is off.
  const settings = (): MailSettings => {
    const { reason: _, ...all } = { ...view.settings, ...(form.getFieldsValue(true) as Values) };
    return all as MailSettings;
  };
  const submit = async ({ reason }: Values) => {
    if (await save(() => mail.save({ settings: settings(), reason }))) void client.invalidateQueries({ queryKey: LETTERS });
  };
  return (
    <Form<Values> form={form} layout="vertical" initialValues={{ ...view.settings, reason: "" }} onFinish={(v) => void submit(v)} disabled={busy}>
      <div className="sms-form">
        <h3 className="sms-part">发信</h3>
        <Form.Item name="on" label="发送邮件" valuePropName="checked" style={{ gridColumn: "span 12" }}>
          <Switch checkedChildren="已接入" unCheckedChildren="未接入" />
        </Form.Item>
        {on && <Fields form={form} />}
        <FetchPart form={form as FormInstance} settings={settings} />
        {(on || fetches) && <Authority />}
        <SaveWithReason busy={busy} />
      </div>
      <Refusal text={refusal} />
    </Form>
  );
}

/** The mailbox's line: shown where its settings are. */
function Received() {
  const health = useQuery({ queryKey: [...LETTERS, "health"], queryFn: inbox.health, refetchInterval: EVERY });
  const line = health.data?.find((c) => c.adapter === "mail");
  if (!line || line.state === "off") return null;
  return (
    <section className="panel">
      <div className="panel-head">
        收信线路<span className="muted">平台每10秒查看一次邮箱</span>
      </div>
      <div className="sms-line">
        <span className={TONE[line.state] ?? "tag"}>{line.state_cn}</span>
        <span>
          {line.success_at !== null && <span className="muted">最近一次成功 {dateTime(line.success_at)}</span>}
          {line.error && <span className="bad">　{line.error}</span>}
        </span>
        <dl>
          <div>
            <dt>待登记来信</dt>
            <dd className="num">{line.waiting}</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

export default function MailServerRoom() {
  const view = useQuery({ queryKey: KEY, queryFn: mail.view, refetchInterval: EVERY });
  const off = view.data?.line.state === "off";
  return (
    <Room
      title="邮件服务器"
      hint="来信由此收取，答复和工作人员的提醒由此发出；密码加密保存，保存后不再显示"
      actions={<Try off={off} label="邮箱地址" name="测试邮箱" button="发测试邮件" longest={254} send={(address) => mail.test({ address })} />}
    >
      <div className="adm-scroll" style={{ display: "grid", gap: 8 }}>
        <Loaded query={view}>
          {(v) => (
            <>
              <section className="panel">
                <div className="panel-head">
                  发信线路<span className="muted">近24小时邮件</span>
                </div>
                <Standing line={v.line} today={v.today} what={v.settings.on ? `${v.settings.host}:${v.settings.port}` : "未接入"} off="来信答复改发短信，没有手机号码的不发。" />
              </section>
              <Received />
              <section className="panel">
                <div className="panel-head">接入设置</div>
                <Settings view={v} />
              </section>
              <Versions versions={v.versions} />
            </>
          )}
        </Loaded>
      </div>
    </Room>
  );
}
