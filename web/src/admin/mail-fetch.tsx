// 收信: the mailbox that citizens write to, and a trial that changes nothing there.
import { useMutation } from "@tanstack/react-query";
import { Button, DatePicker, Form, Input, InputNumber, Radio, Switch, type FormInstance } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { date, serverNow } from "@/ui/time";
import { mail } from "./calls";
import { placed } from "./carrier";
import type { MailSettings } from "./types";

type Fetch = Required<MailSettings["fetch"]>;
const PORTS: Record<Fetch["security"], number> = { tls: 993, starttls: 143, plain: 143 };
const SECURITY = [
  { value: "tls", label: "TLS" },
  { value: "starttls", label: "STARTTLS" },
  { value: "plain", label: "不加密" },
];
const span = (n: number) => ({ gridColumn: `span ${n}` });

function Fields({ form }: { form: FormInstance }) {
  const security = Form.useWatch(["fetch", "security"], form) as Fetch["security"] | undefined;
  return (
    <>
      <Form.Item name={["fetch", "host"]} label="收信服务器地址（IMAP）" style={span(4)}>
        <Input className="mono" placeholder="imap.example.gov.cn" />
      </Form.Item>
      <Form.Item
        name={["fetch", "security"]}
        label="收信加密"
        style={span(4)}
        extra={security === "plain" && <span className="warn">密码和来信不加密传送，只用于与平台同机或专网内的服务器</span>}
      >
        <Radio.Group optionType="button" options={SECURITY} onChange={(e) => form.setFieldValue(["fetch", "port"], PORTS[e.target.value as Fetch["security"]])} />
      </Form.Item>
      <Form.Item name={["fetch", "port"]} label="收信端口" style={span(2)}>
        <InputNumber style={{ width: "100%" }} min={1} max={65535} />
      </Form.Item>
      <Form.Item name={["fetch", "folder"]} label="文件夹" style={span(2)}>
        <Input className="mono" />
      </Form.Item>
      <Form.Item name={["fetch", "user"]} label="收信账号" extra="一般为完整的邮箱地址" style={span(4)}>
        <Input className="mono" autoComplete="off" />
      </Form.Item>
      <Form.Item name={["fetch", "password"]} label="收信密码或授权码（加密保存）" style={span(4)}>
        <Input.Password className="mono" visibilityToggle={false} autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name={["fetch", "since"]}
        label="起始日期"
        extra="此日期及以后的邮件进入渠道来信"
        style={span(4)}
        getValueProps={(v: string | undefined) => ({ value: v ? dayjs(v) : null })}
        getValueFromEvent={(d: Dayjs | null) => d?.format("YYYY-MM-DD") ?? ""}
      >
        <DatePicker style={{ width: "100%" }} allowClear={false} />
      </Form.Item>
    </>
  );
}

function Trial({ form, settings }: { form: FormInstance; settings: () => MailSettings }) {
  const trial = useMutation({ mutationFn: () => mail.fetchTest(settings()) });
  const go = () => {
    form.setFields(form.getFieldsError().map(({ name }) => ({ name, errors: [] })));
    trial.mutate();
  };
  const refusal = trial.error ? (placed(form, trial.error) ?? "请按提示修改后再试") : undefined;
  return (
    <div className="mail-trial" style={span(12)}>
      <Button loading={trial.isPending} onClick={go}>
        测试收信
      </Button>
      {trial.data && (
        <span className="note note-green" role="status">
          测试通过：文件夹中共 {trial.data.total} 封，其中起始日期及以后 {trial.data.since} 封
        </span>
      )}
      {refusal && (
        <span className="note note-red" role="alert">
          测试未通过：{refusal}
        </span>
      )}
      {!trial.data && !trial.error && <span className="muted">用上面填写的设置登录并查看邮件数量，不改动邮箱，也不保存</span>}
    </div>
  );
}

/** The part of the mail settings about receiving. */
export function FetchPart({ form, settings }: { form: FormInstance; settings: () => MailSettings }) {
  const on = Form.useWatch(["fetch", "on"], form) as boolean | undefined;
  const begin = (next: boolean) => {
    if (next && !form.getFieldValue(["fetch", "since"])) form.setFieldValue(["fetch", "since"], date(serverNow()));
  };
  return (
    <>
      <h3 className="sms-part">收信</h3>
      <Form.Item name={["fetch", "on"]} label="接收来信" valuePropName="checked" style={span(12)} extra="来信进入“渠道来信”，由话务员领取登记；邮件保留在邮箱中，只标记为已读">
        <Switch checkedChildren="已接入" unCheckedChildren="未接入" onChange={begin} />
      </Form.Item>
      {on && (
        <>
          <Fields form={form} />
          <Trial form={form} settings={settings} />
        </>
      )}
    </>
  );
}
