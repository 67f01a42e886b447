// 短信网关: how the carrier is reached, how the line is, a message to try it.
import { useQuery } from "@tanstack/react-query";
import { App, Form, Popconfirm, Radio, type FormInstance } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import "@/messages/messages.css";
import { Loaded } from "@/ui/states";
import { sms } from "./calls";
import { Refusal, SaveWithReason, Standing, Try, useSaving, Versions } from "./carrier";
import { Room } from "./room";
import { CommonFields, HttpFields, SmppFields } from "./sms-fields";
import type { GatewaySettings, GatewayView } from "./types";

const KEY = ["admin", "sms"];
const EVERY = 5_000;

/** The address a gateway calls, and the secret it shows. */
function Callback({ view }: { view: GatewayView }) {
  const { message } = App.useApp();
  const [secret, setSecret] = useState<string>();
  const show = async () => {
    try {
      setSecret((await sms.secret()).secret);
    } catch (error) {
      message.error(messageOf(error));
    }
  };
  return (
    <p className="muted" style={{ margin: "0 16px 12px" }}>
      网关回调地址（状态报告和群众回复）：<span className="mono">{`http(s)://本系统地址${view.callback_path}?secret=`}</span>
      {secret ? (
        <b className="mono">{secret}</b>
      ) : (
        <Popconfirm title="显示回调密钥？" description="查看会记入审计日志。" onConfirm={() => void show()}>
          <button type="button" className="link">
            显示密钥
          </button>
        </Popconfirm>
      )}
    </p>
  );
}

interface Values extends GatewaySettings {
  reason: string;
}

function Settings({ view }: { view: GatewayView }) {
  const [form] = Form.useForm<Values>();
  const { busy, refusal, save } = useSaving(form as FormInstance, [...KEY, "gateway"], "已保存，从下一条短信起生效");
  const kind = Form.useWatch("kind", form) ?? view.settings.kind;
  const submit = ({ reason }: Values) => {
    // Also what is not on screen just now: the settings of the other way stay as they were.
    const all = form.getFieldsValue(true) as Values;
    const { kind, http, smpp, callback_secret } = { ...view.settings, ...all };
    const settings = { kind, http: { ...view.settings.http, ...http }, smpp: { ...view.settings.smpp, ...smpp }, callback_secret };
    void save(() => sms.save({ settings, reason }));
  };
  return (
    <Form<Values> form={form} layout="vertical" initialValues={{ ...view.settings, reason: "" }} onFinish={submit} disabled={busy}>
      <div className="sms-form">
        <Form.Item name="kind" label="接入方式" style={{ gridColumn: "span 12" }}>
          <Radio.Group
            options={[
              { value: "off", label: "未接入" },
              { value: "http", label: "HTTP 接口" },
              { value: "smpp", label: "SMPP 3.4" },
            ]}
            optionType="button"
          />
        </Form.Item>
        {kind === "http" && <HttpFields />}
        {kind === "smpp" && <SmppFields />}
        {kind === "http" && <CommonFields />}
        <SaveWithReason busy={busy} />
      </div>
      <Refusal text={refusal} />
    </Form>
  );
}

export default function SmsGatewayRoom() {
  const view = useQuery({ queryKey: [...KEY, "gateway"], queryFn: sms.gateway, refetchInterval: EVERY });
  return (
    <Room title="短信网关" hint="密码和请求头加密保存，保存后不再显示" actions={<Try off={view.data?.line.state === "off"} label="手机号码" name="测试号码" button="发测试短信" longest={11} send={(phone) => sms.test({ phone })} />}>
      <div className="adm-scroll" style={{ display: "grid", gap: 8 }}>
        <Loaded query={view}>
          {(v) => (
            <>
              <section className="panel">
                <div className="panel-head">
                  线路状态<span className="muted">近24小时短信</span>
                </div>
                <Standing line={v.line} today={v.today} what={v.kind_cn} off="短信留在待发送中，可在服务器上用 hotline admin outbox 列出后人工发送。" />
              </section>
              <section className="panel">
                <div className="panel-head">接入设置</div>
                <Settings view={v} />
                {v.settings.kind === "http" && <Callback view={v} />}
              </section>
              <Versions versions={v.versions} />
            </>
          )}
        </Loaded>
      </div>
    </Room>
  );
}
