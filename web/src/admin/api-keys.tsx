// 开放接口: keys of other systems, and where changes are pushed to.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Checkbox, DatePicker, Form, Input, InputNumber, Popconfirm } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { apiKeys, webhooks } from "./calls";
import { FormDrawer, Room } from "./room";
import type { HookForm, HookLine, KeyForm, KeyLine } from "./types";

const TONE: Record<string, string> = { active: "tag tag-green", failing: "tag tag-red", expired: "tag", revoked: "tag", stopped: "tag" };
const SCOPES = [
  { value: "open311", label: "Open311 提交与查询" },
  { value: "changes", label: "变更查询" },
];

function Keys({ keys, revoke }: { keys: readonly KeyLine[]; revoke: (key: KeyLine) => void }) {
  if (keys.length === 0) return <Empty title="还没有接口密钥" hint="公开诉求不用密钥即可查询；提交诉求、查询变更需要密钥。" />;
  return (
    <table className="adm-table">
      <thead>
        <tr>
          <th style={{ width: 72 }}>状态</th>
          <th>使用方</th>
          <th style={{ width: 110 }}>密钥开头</th>
          <th style={{ width: 210 }}>用途</th>
          <th style={{ width: 90 }}>每分钟</th>
          <th style={{ width: 140 }}>到期</th>
          <th style={{ width: 140 }}>最近使用</th>
          <th style={{ width: 80 }} />
        </tr>
      </thead>
      <tbody>
        {keys.map((k) => (
          <tr key={k.id}>
            <td>
              <span className={TONE[k.state] ?? "tag"}>{k.state_cn}</span>
            </td>
            <td title={`${k.created_by} 于 ${dateTime(k.created_at)} 发放`}>{k.name}</td>
            <td className="num">{k.hint}…</td>
            <td>{k.scopes_cn.join("、")}</td>
            <td className="num">{k.per_minute} 次</td>
            <td className="num">{k.expires_at === null ? "长期" : dateTime(k.expires_at)}</td>
            <td className="num">{k.last_used_at === null ? "未使用" : dateTime(k.last_used_at)}</td>
            <td>
              {k.state === "active" && (
                <Popconfirm title={`停用“${k.name}”的密钥？`} description="立即失效，不能恢复。" onConfirm={() => revoke(k)}>
                  <Button size="small" danger>
                    停用
                  </Button>
                </Popconfirm>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function lastWord(hook: HookLine): string {
  const [last] = hook.deliveries;
  if (!last) return "尚未推送";
  const said = last.status === null ? (last.error ?? "没有应答") : `应答 ${last.status}`;
  return `${dateTime(last.at)} 推送 ${last.changes} 条，${said}，${last.took_ms} 毫秒`;
}

function Deliveries({ hook }: { hook: HookLine }) {
  if (hook.deliveries.length === 0) return <span className="muted">尚未推送</span>;
  return (
    <table className="adm-table">
      <thead>
        <tr>
          <th style={{ width: 140 }}>时间</th>
          <th style={{ width: 80 }}>第几次</th>
          <th style={{ width: 80 }}>条数</th>
          <th>结果</th>
          <th style={{ width: 90 }}>用时</th>
        </tr>
      </thead>
      <tbody>
        {hook.deliveries.map((d, n) => (
          <tr key={`${d.at}-${n}`}>
            <td className="num">{dateTime(d.at)}</td>
            <td className="num">{d.attempt}</td>
            <td className="num">{d.changes}</td>
            <td className={d.status !== null && d.status < 300 ? "" : "bad"}>{d.status === null ? (d.error ?? "没有应答") : `HTTP ${d.status}`}</td>
            <td className="num">{d.took_ms} 毫秒</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Hooks({ hooks, stop }: { hooks: readonly HookLine[]; stop: (hook: HookLine) => void }) {
  const [open, setOpen] = useState<string>();
  if (hooks.length === 0) return <Empty title="还没有推送" hint="公开诉求有变化时，主动通知到登记的地址，失败自动重试。" />;
  return (
    <table className="adm-table">
      <thead>
        <tr>
          <th style={{ width: 72 }}>状态</th>
          <th style={{ width: 160 }}>接收方</th>
          <th>接收地址</th>
          <th style={{ width: 360 }}>最近一次</th>
          <th style={{ width: 150 }} />
        </tr>
      </thead>
      <tbody>
        {hooks.flatMap((h) => [
          <tr key={h.id}>
            <td>
              <span className={TONE[h.state] ?? "tag"}>{h.state_cn}</span>
            </td>
            <td>{h.name}</td>
            <td className="num">{h.url}</td>
            <td className={h.state === "failing" ? "bad" : ""}>
              {lastWord(h)}
              {h.next_at !== null && `；已失败 ${h.tries} 次，${dateTime(h.next_at)} 重试`}
            </td>
            <td>
              <Button size="small" type="link" onClick={() => setOpen(open === h.id ? undefined : h.id)}>
                {open === h.id ? "收起" : "推送记录"}
              </Button>
              {h.state !== "stopped" && (
                <Popconfirm title={`停止向“${h.name}”推送？`} description="不能恢复，需要时重新登记。" onConfirm={() => stop(h)}>
                  <Button size="small" danger>
                    停止
                  </Button>
                </Popconfirm>
              )}
            </td>
          </tr>,
          open === h.id && (
            <tr key={`${h.id}-log`}>
              <td colSpan={5}>
                <Deliveries hook={h} />
              </td>
            </tr>
          ),
        ])}
      </tbody>
    </table>
  );
}

type KeyValues = Omit<KeyForm, "expires_at"> & { expires?: Dayjs | null };

export default function OpenRoom() {
  const keys = useQuery({ queryKey: ["admin", "api-keys"], queryFn: apiKeys.list });
  const hooks = useQuery({ queryKey: ["admin", "webhooks"], queryFn: webhooks.list, refetchInterval: 10_000 });
  const [form, setForm] = useState<"key" | "hook">();
  const { message, modal } = App.useApp();

  /** Shown once: it cannot be read again. */
  const show = (title: string, secret: string) =>
    modal.success({
      title,
      width: 560,
      content: (
        <>
          <p>只显示这一次，请立即复制并妥善交给使用方。</p>
          <Input.TextArea value={secret} readOnly autoSize aria-label={title} />
        </>
      ),
      okText: "我已复制",
      closable: false,
    });
  const act = async (what: Promise<unknown>, done: string, refetch: () => Promise<unknown>) => {
    try {
      await what;
      message.success(done);
    } catch (error) {
      message.error(error instanceof Error ? error.message : "操作失败，请重试");
    }
    await refetch();
  };
  const createKey = async ({ expires, ...values }: KeyValues) => {
    const made = await apiKeys.create({ ...values, expires_at: expires ? expires.endOf("day").valueOf() : null });
    show(`“${made.line.name}”的接口密钥`, made.key);
    await keys.refetch();
  };
  const createHook = async (values: HookForm) => {
    const made = await webhooks.create({ ...values, from_beginning: values.from_beginning ?? false });
    show(`“${made.line.name}”的签名密钥`, made.secret);
    await hooks.refetch();
  };

  return (
    <Room title="开放接口" hint="供门户网站、统一平台等系统查询公开诉求、提交诉求、接收变更；只提供可公开的内容">
      <section className="panel" style={{ display: "flex", flexDirection: "column", flex: "1 1 0", minHeight: 0 }}>
        <div className="panel-head">
          接口密钥
          <Button size="small" type="primary" style={{ marginLeft: "auto" }} onClick={() => setForm("key")}>
            发放密钥
          </Button>
        </div>
        <div className="adm-scroll">
          <Loaded query={keys}>{(list) => <Keys keys={list} revoke={(k) => void act(apiKeys.revoke(k.id), "密钥已停用", keys.refetch)} />}</Loaded>
        </div>
      </section>
      <section className="panel" style={{ display: "flex", flexDirection: "column", flex: "1 1 0", minHeight: 0 }}>
        <div className="panel-head">
          变更推送
          <Button size="small" type="primary" style={{ marginLeft: "auto" }} onClick={() => setForm("hook")}>
            新增推送
          </Button>
        </div>
        <div className="adm-scroll">
          <Loaded query={hooks}>{(list) => <Hooks hooks={list} stop={(h) => void act(webhooks.stop(h.id), "推送已停止", hooks.refetch)} />}</Loaded>
        </div>
      </section>
      {form === "key" && (
        <FormDrawer<KeyValues> title="发放接口密钥" confirm="发放" done="" initial={{ scopes: ["open311"], per_minute: 60 }} send={createKey} close={() => setForm(undefined)}>
          {() => (
            <>
              <Form.Item name="name" label="使用方" rules={[{ required: true, message: "请填写使用方名称" }]}>
                <Input placeholder="例如：市政府门户网站" maxLength={50} />
              </Form.Item>
              <Form.Item name="scopes" label="用途" rules={[{ required: true, message: "请至少选择一项" }]}>
                <Checkbox.Group options={SCOPES} />
              </Form.Item>
              <Form.Item name="per_minute" label="每分钟最多请求次数" rules={[{ required: true, message: "请填写次数" }]}>
                <InputNumber min={1} max={6000} precision={0} style={{ width: 160 }} />
              </Form.Item>
              <Form.Item name="expires" label="到期日" extra="不填为长期有效">
                <DatePicker style={{ width: 160 }} />
              </Form.Item>
            </>
          )}
        </FormDrawer>
      )}
      {form === "hook" && (
        <FormDrawer<HookForm> title="新增推送" confirm="保存" done="" initial={{ from_beginning: false }} send={createHook} close={() => setForm(undefined)}>
          {() => (
            <>
              <Form.Item name="name" label="接收方" rules={[{ required: true, message: "请填写接收方名称" }]}>
                <Input placeholder="例如：市政府门户网站" maxLength={50} />
              </Form.Item>
              <Form.Item name="url" label="接收地址" extra="政务网内的 http:// 地址；需要 HTTPS 时填出口代理的地址" rules={[{ required: true, message: "请填写接收地址" }]}>
                <Input placeholder="http://10.1.2.3:8080/hotline" maxLength={500} />
              </Form.Item>
              <Form.Item name="from_beginning" valuePropName="checked">
                <Checkbox>先推送现有的全部公开诉求</Checkbox>
              </Form.Item>
            </>
          )}
        </FormDrawer>
      )}
    </Room>
  );
}
