// 微信公众号: how the account is reached, what is entered at WeChat's console, how the line is.
import { useQuery } from "@tanstack/react-query";
import { Form, Input, Radio, Switch, Typography, type FormInstance } from "antd";
import "@/messages/messages.css";
import { wechat } from "./calls";
import { AccountRoom, Refusal, SaveWithReason, useSaving } from "./carrier";
import type { WechatSettings, WechatView } from "./types";

const KEY = ["admin", "wechat"];
const EVERY = 5_000;
const MODES = [
  { value: true, label: "安全模式" },
  { value: false, label: "明文模式" },
];

interface Values extends WechatSettings {
  reason: string;
}

function Fields({ safe, callback }: { safe: boolean; callback: string }) {
  const span = (n: number) => ({ gridColumn: `span ${n}` });
  return (
    <>
      <Form.Item name="app_id" label="开发者ID（AppID）" style={span(4)}>
        <Input className="mono" placeholder="wx" autoComplete="off" />
      </Form.Item>
      <Form.Item name="secret" label="开发者密码（AppSecret，加密保存）" style={span(4)}>
        <Input.Password className="mono" visibilityToggle={false} autoComplete="new-password" />
      </Form.Item>
      <Form.Item name="api" label="接口地址" extra="本机不能访问互联网时填出口转发的地址" style={span(4)}>
        <Input className="mono" />
      </Form.Item>
      <Form.Item label="服务器地址（URL）" extra="复制到公众平台“服务器配置”；须能从互联网访问" style={span(4)}>
        <Typography.Text className="mono" copyable>
          {callback}
        </Typography.Text>
      </Form.Item>
      <Form.Item name="token" label="令牌（Token，加密保存）" extra="与公众平台“服务器配置”一致" style={span(4)}>
        <Input.Password className="mono" visibilityToggle={false} autoComplete="new-password" />
      </Form.Item>
      <Form.Item name="safe" label="消息加解密方式" style={span(4)}>
        <Radio.Group optionType="button" options={MODES} />
      </Form.Item>
      {safe && (
        <>
          <Form.Item name="aes_key" label="消息加解密密钥（EncodingAESKey，加密保存）" extra="43位，在公众平台随机生成后复制" style={span(8)}>
            <Input.Password className="mono" visibilityToggle={false} autoComplete="new-password" />
          </Form.Item>
          <div style={span(4)} />
        </>
      )}
    </>
  );
}

function Settings({ view }: { view: WechatView }) {
  const [form] = Form.useForm<Values>();
  const { busy, refusal, save } = useSaving(form as FormInstance, KEY, "已保存，从下一条消息起生效");
  const on = Form.useWatch("on", form) ?? view.settings.on;
  const safe = Form.useWatch("safe", form) ?? view.settings.safe ?? true;
  const submit = ({ reason }: Values) => {
    // Also what is not on screen while it is off.
    const { reason: _, ...settings } = { ...view.settings, ...(form.getFieldsValue(true) as Values) };
    void save(() => wechat.save({ settings, reason }));
  };
  return (
    <Form<Values> form={form} layout="vertical" initialValues={{ ...view.settings, reason: "" }} onFinish={submit} disabled={busy}>
      <div className="sms-form">
        <Form.Item name="on" label="接收和回复公众号消息" valuePropName="checked" style={{ gridColumn: "span 12" }}>
          <Switch checkedChildren="已接入" unCheckedChildren="未接入" />
        </Form.Item>
        {on && <Fields safe={safe} callback={view.callback} />}
        <SaveWithReason busy={busy} />
      </div>
      <Refusal text={refusal} />
    </Form>
  );
}

export default function WechatRoom() {
  const view = useQuery({ queryKey: KEY, queryFn: wechat.view, refetchInterval: EVERY });
  return (
    <AccountRoom
      title="微信公众号"
      hint="群众发给公众号的消息进入渠道来信，办理进展在公众号里答复；密钥加密保存，保存后不再显示"
      counted="近24小时答复"
      off="公众号消息不接收，微信来件的答复改发短信。"
      query={view}
      what={(v) => (v.settings.on ? (v.settings.app_id ?? "") : "未接入")}
    >
      {(v) => <Settings view={v} />}
    </AccountRoom>
  );
}
