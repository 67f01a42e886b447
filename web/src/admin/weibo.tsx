// 微博: how the account is reached, whether taking up and answers are told beneath posts, how the line is.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, DatePicker, Form, Input, Switch, type FormInstance } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import "@/messages/messages.css";
import { date, serverNow } from "@/ui/time";
import { weibo } from "./calls";
import { AccountRoom, placed, Refusal, SaveWithReason, useSaving } from "./carrier";
import type { WeiboSettings, WeiboView } from "./types";

const KEY = ["admin", "weibo"];
const EVERY = 5_000;
/** A token that runs out within so many days is pointed out. */
const SOON_D = 15;
const span = (n: number) => ({ gridColumn: `span ${n}` });

interface Values extends WeiboSettings {
  reason: string;
}

function Fields() {
  return (
    <>
      <Form.Item name="uid" label="账号 UID" extra="个人主页网址 weibo.com/u/ 后面的数字" style={span(4)}>
        <Input className="mono" maxLength={20} autoComplete="off" />
      </Form.Item>
      <Form.Item name="access_token" label="访问令牌（access_token，加密保存）" extra="到期前在微博开放平台重新授权" style={span(4)}>
        <Input.Password className="mono" visibilityToggle={false} autoComplete="new-password" />
      </Form.Item>
      <Form.Item name="api" label="接口地址" extra="本机不能访问互联网时填出口转发的地址" style={span(4)}>
        <Input className="mono" />
      </Form.Item>
      <Form.Item
        name="since"
        label="起始日期"
        extra="此日期及以后的微博进入渠道来信"
        style={span(4)}
        getValueProps={(v: string | undefined) => ({ value: v ? dayjs(v) : null })}
        getValueFromEvent={(d: Dayjs | null) => d?.format("YYYY-MM-DD") ?? ""}
      >
        <DatePicker style={{ width: "100%" }} allowClear={false} />
      </Form.Item>
      <Form.Item name="answers" label="公开评论" valuePropName="checked" extra="在原微博下评论已受理、已有答复；不含诉求内容、答复、查询码和个人信息" style={span(8)}>
        <Switch checkedChildren="发表" unCheckedChildren="不发表" />
      </Form.Item>
    </>
  );
}

function Trial({ form, settings }: { form: FormInstance; settings: () => WeiboSettings }) {
  const trial = useMutation({ mutationFn: () => weibo.test(settings()) });
  const go = () => {
    form.setFields(form.getFieldsError().map(({ name }) => ({ name, errors: [] })));
    trial.mutate();
  };
  const refusal = trial.error ? (placed(form, trial.error) ?? "请按提示修改后再试") : undefined;
  const { data } = trial;
  return (
    <div className="mail-trial" style={span(12)}>
      <Button loading={trial.isPending} onClick={go}>
        测试连接
      </Button>
      {data && (
        <span className={data.token_days < SOON_D ? "note note-amber" : "note note-green"} role="status">
          测试通过：起始日期及以后提到本账号的微博 {data.posts} 条、评论 {data.comments} 条；访问令牌还有 {data.token_days} 天到期
        </span>
      )}
      {refusal && (
        <span className="note note-red" role="alert">
          测试未通过：{refusal}
        </span>
      )}
      {!data && !trial.error && <span className="muted">用上面填写的设置核对令牌、查看条数，不发表评论，也不保存</span>}
    </div>
  );
}

function Settings({ view }: { view: WeiboView }) {
  const [form] = Form.useForm<Values>();
  const { busy, refusal, save } = useSaving(form as FormInstance, KEY, "已保存，从下一次读取起生效");
  const on = Form.useWatch("on", form) ?? view.settings.on;
  const settings = (): WeiboSettings => {
    // Also what is not on screen while it is off.
    const { reason: _, ...all } = { ...view.settings, ...(form.getFieldsValue(true) as Values) };
    return all;
  };
  const begin = (next: boolean) => {
    if (next && !form.getFieldValue("since")) form.setFieldValue("since", date(serverNow()));
  };
  return (
    <Form<Values> form={form} layout="vertical" initialValues={{ ...view.settings, reason: "" }} onFinish={({ reason }) => void save(() => weibo.save({ settings: settings(), reason }))} disabled={busy}>
      <div className="sms-form">
        <Form.Item name="on" label="接收提到本账号的微博" valuePropName="checked" style={span(12)}>
          <Switch checkedChildren="已接入" unCheckedChildren="未接入" onChange={begin} />
        </Form.Item>
        {on && (
          <>
            <Fields />
            <Trial form={form as FormInstance} settings={settings} />
          </>
        )}
        <SaveWithReason busy={busy} />
      </div>
      <Refusal text={refusal} />
    </Form>
  );
}

export default function WeiboRoom() {
  const view = useQuery({ queryKey: KEY, queryFn: weibo.view, refetchInterval: EVERY });
  return (
    <AccountRoom
      title="微博"
      hint="提到（@）本账号的微博和评论进入渠道来信；访问令牌加密保存，保存后不再显示"
      counted="近24小时公开评论"
      off="微博不读取，也不发表评论。"
      query={view}
      what={(v) => (v.settings.on ? `UID ${v.settings.uid ?? ""}` : "未接入")}
    >
      {(v) => <Settings view={v} />}
    </AccountRoom>
  );
}
