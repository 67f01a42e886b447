// 统一身份认证: the identity provider of the staff and of the citizens, with a trial before anything is saved.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Radio, Switch, type FormInstance } from "antd";
import { useState } from "react";
import { placeProblems } from "@/order/commands/errors";
import "@/messages/messages.css";
import { Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { signIn } from "./calls";
import { Room } from "./room";
import type { SignInAudience, SignInProbe, SignInSettings, SignInView } from "./types";

const key = (audience: SignInAudience) => ["admin", "sign-in", audience];

interface Values extends SignInSettings {
  reason: string;
}

const span = (columns: number) => ({ gridColumn: `span ${columns}` });

function ProviderFields() {
  return (
    <>
      <Form.Item name="name" label="按钮名称" style={span(4)}>
        <Input maxLength={20} placeholder="市政务统一身份认证" />
      </Form.Item>
      <Form.Item name="issuer" label="认证平台地址" style={span(8)} extra="与发现文档中的 issuer 完全一致，不含 /.well-known/openid-configuration">
        <Input className="mono" maxLength={300} placeholder="https://id.example.cn/realms/city" />
      </Form.Item>
      <Form.Item name="client_id" label="客户端标识" style={span(4)}>
        <Input className="mono" maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="client_secret" label="客户端密钥" style={span(4)} extra="加密保存，保存后不再显示">
        <Input className="mono" maxLength={500} autoComplete="off" />
      </Form.Item>
      <Form.Item name="scopes" label="申请范围" style={span(4)}>
        <Input className="mono" maxLength={200} />
      </Form.Item>
    </>
  );
}

function StaffFields() {
  return (
    <>
      <Form.Item name="claim" label="对应账号的字段" style={span(4)} extra="认证平台返回的字段名，多级写成 a.b">
        <Input className="mono" maxLength={100} />
      </Form.Item>
      <Form.Item name="match_by" label="与账号的哪一项相同" style={span(4)} extra="只用于首次登录，以后只认绑定的身份；没有相同账号的拒绝登录">
        <Radio.Group
          optionType="button"
          options={[
            { value: "login", label: "登录名" },
            { value: "phone", label: "手机号码" },
          ]}
        />
      </Form.Item>
      <Form.Item name="password_for" label="仍可用密码登录" style={span(4)} extra="管理员始终可用密码，以备认证平台中断">
        <Radio.Group
          optionType="button"
          options={[
            { value: "everybody", label: "所有人" },
            { value: "admins", label: "仅管理员" },
          ]}
        />
      </Form.Item>
    </>
  );
}

function CitizenFields() {
  return (
    <>
      <Form.Item name="name_claim" label="姓名字段" style={span(4)}>
        <Input className="mono" maxLength={100} />
      </Form.Item>
      <Form.Item name="phone_claim" label="手机号码字段" style={span(4)}>
        <Input className="mono" maxLength={100} />
      </Form.Item>
      <Form.Item name="id_claim" label="证件号码字段" style={span(4)} extra="没有可不填">
        <Input className="mono" maxLength={100} />
      </Form.Item>
    </>
  );
}

function Found({ probe }: { probe: SignInProbe }) {
  return (
    <div className={`note ${probe.good ? "note-green" : "note-red"}`} role="status" style={{ margin: "0 16px 12px" }}>
      <b>{probe.good ? "测试通过" : "测试未通过"}</b>
      {probe.steps.map((s) => (
        <div key={s.name}>
          {s.good ? "✓" : "✗"} {s.name}：{s.text}
        </div>
      ))}
    </div>
  );
}

/** What has to be registered at the provider, ready to be copied. */
function Addresses({ base, view }: { base: string | undefined; view: SignInView }) {
  const own = (base || "https://…").replace(/\/+$/, "");
  const lines: [string, string | null][] = [
    ["登录回调地址", view.back_path],
    ["退出后返回地址", view.left_path],
    ["退出通知地址（后端通道）", view.told_path],
  ];
  return (
    <>
      在认证平台登记：
      {lines.map(
        ([name, path]) =>
          path && (
            <div key={name}>
              {name} <span className="mono">{`${own}${path}`}</span>
            </div>
          ),
      )}
    </>
  );
}

function Settings({ view }: { view: SignInView }) {
  const [form] = Form.useForm<Values>();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [refusal, setRefusal] = useState<string>();
  const { audience } = view;
  const base = Form.useWatch("base_url", form) ?? view.settings.base_url;
  const values = () => {
    const { reason, ...settings } = { ...view.settings, ...(form.getFieldsValue(true) as Values) };
    return { reason: reason ?? "", settings };
  };
  const failed = (error: unknown) => setRefusal(placeProblems(form as FormInstance, error));
  const begin = () => {
    setRefusal(undefined);
    // What the server found wrong the time before may be right now.
    (form as FormInstance).setFields(form.getFieldsError().map(({ name }) => ({ name, errors: [] })));
  };
  const save = useMutation({
    mutationFn: () => signIn.save(audience, values()),
    onMutate: begin,
    onError: failed,
    onSuccess: (next) => {
      client.setQueryData(key(audience), next);
      form.setFieldsValue({ ...next.settings, reason: "" });
      message.success("已保存，从下一次登录起生效");
    },
  });
  const probe = useMutation({ mutationFn: () => signIn.probe(audience, values().settings), onMutate: begin, onError: failed });
  return (
    <Form<Values> form={form} layout="vertical" initialValues={{ ...view.settings, reason: "" }} onFinish={() => save.mutate()} disabled={save.isPending || probe.isPending}>
      <div className="sms-form">
        <Form.Item name="enabled" label={`启用（${view.audience_cn}）`} valuePropName="checked" style={span(4)}>
          <Switch checkedChildren="启用" unCheckedChildren="停用" />
        </Form.Item>
        <Form.Item
          name="base_url"
          label={audience === "staff" ? "本平台地址" : "群众网站地址"}
          style={span(8)}
          extra={<Addresses base={base} view={view} />}
        >
          <Input className="mono" maxLength={200} placeholder="https://12345.example.cn" />
        </Form.Item>
        <ProviderFields />
        <Form.Item name="logout" label="退出时一并退出认证平台" valuePropName="checked" style={span(12)} extra="须在认证平台登记退出后返回地址；认证平台不支持的，只退出本平台并提示本人">
          <Switch checkedChildren="一并退出" unCheckedChildren="只退出本平台" />
        </Form.Item>
        {audience === "staff" ? <StaffFields /> : <CitizenFields />}
        <Form.Item name="reason" label="修改原因" style={span(6)} rules={[{ required: true, whitespace: true, min: 4, message: "请写明修改原因，至少4个字" }]}>
          <Input maxLength={500} />
        </Form.Item>
        <Form.Item label=" " style={span(3)}>
          <Button block loading={probe.isPending} onClick={() => probe.mutate()}>
            测试连接
          </Button>
        </Form.Item>
        <Form.Item label=" " style={span(3)}>
          <Button type="primary" htmlType="submit" loading={save.isPending} block>
            保存设置
          </Button>
        </Form.Item>
      </div>
      {probe.data && !probe.isPending && <Found probe={probe.data} />}
      {refusal && (
        <div className="note note-red" role="alert" style={{ margin: "0 16px 12px" }}>
          {refusal}
        </div>
      )}
    </Form>
  );
}

function Versions({ view }: { view: SignInView }) {
  if (view.versions.length === 0) return null;
  return (
    <section className="panel">
      <div className="panel-head">修改记录</div>
      <table className="adm-table">
        <thead>
          <tr>
            <th style={{ width: 150 }}>时间</th>
            <th style={{ width: 110 }}>修改人</th>
            <th style={{ width: 70 }}>状态</th>
            <th style={{ width: 320 }}>认证平台</th>
            <th>原因</th>
          </tr>
        </thead>
        <tbody>
          {view.versions.map((v) => (
            <tr key={v.at}>
              <td className="num">{dateTime(v.at)}</td>
              <td>{v.by_name}</td>
              <td>
                <span className={v.enabled ? "tag tag-green" : "tag"}>{v.enabled ? "启用" : "停用"}</span>
              </td>
              <td className="mono">{v.issuer || "—"}</td>
              <td>{v.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const HINT: Record<SignInAudience, string> = {
  staff: "按 OpenID Connect 接入。只登录已有账号，角色和授权仍在本平台管理。",
  citizen: "群众用统一身份认证登录后，姓名和手机号码视为已核验，不再发短信验证码。",
};

export default function SignInRoom() {
  const [audience, setAudience] = useState<SignInAudience>("staff");
  const view = useQuery({ queryKey: key(audience), queryFn: () => signIn.view(audience) });
  const choice = (
    <Radio.Group
      optionType="button"
      value={audience}
      onChange={(e) => setAudience(e.target.value as SignInAudience)}
      options={[
        { value: "staff", label: "工作人员" },
        { value: "citizen", label: "群众" },
      ]}
    />
  );
  return (
    <Room title="统一身份认证" hint={HINT[audience]} actions={choice}>
      <div className="adm-scroll" style={{ display: "grid", gap: 8 }}>
        <Loaded query={view}>
          {(v) => (
            <>
              <section className="panel">
                <div className="panel-head">接入设置</div>
                <Settings key={audience} view={v} />
              </section>
              <Versions view={v} />
            </>
          )}
        </Loaded>
      </div>
    </Room>
  );
}
