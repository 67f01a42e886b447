// 平台对接: the platforms orders go to and come from, with a lamp of the last exchange and the keys of both sides.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Form, Input, Popconfirm, Select } from "antd";
import { Fragment, useState } from "react";
import { messageOf } from "@/api/client";
import { partners, type PartnerForm, type PartnerLine, type PartnerTerms, type Topic } from "@/partner/calls";
import { CopyButton } from "@/ui/copy";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { FormDrawer, Room } from "./room";

const KEY = ["admin", "partners"];
const TONE: Record<string, string> = { good: "tag tag-green", bad: "tag tag-red", no_key: "tag tag-amber", idle: "tag", stopped: "tag" };
const KINDS = [
  { value: "upper", label: "上级平台" },
  { value: "lower", label: "下级平台" },
  { value: "neighbour", label: "兄弟城市平台" },
  { value: "police", label: "110" },
  { value: "fire", label: "119" },
  { value: "ambulance", label: "120" },
  { value: "traffic", label: "122" },
  { value: "water", label: "供水热线" },
  { value: "power", label: "供电热线" },
  { value: "gas", label: "燃气热线" },
  { value: "heat", label: "供热热线" },
];

function last(at: number | null, error: string | null, none: string) {
  if (at === null) return <span className="muted">{none}</span>;
  return (
    <>
      <span className="num">{dateTime(at)}</span>
      {error && <div className="bad">{error}</div>}
    </>
  );
}

function directions(p: PartnerLine): string {
  return [p.sends ? "转出" : "", p.receives ? "接收" : ""].filter(Boolean).join("、");
}

/** 同步: what is published there whenever it changes. */
function Shares({ p }: { p: PartnerLine }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const save = useMutation({
    mutationFn: (topics: Topic[]) => partners.share(p.id, topics),
    // An older list still on its way would undo what is shown.
    onMutate: () => client.cancelQueries({ queryKey: KEY }),
    onSuccess: (list) => {
      client.setQueryData(KEY, list);
      message.success("已保存，有变化时自动发送");
    },
    onError: (error) => message.error(messageOf(error)),
  });
  const again = useMutation({
    mutationFn: (topic: Topic) => partners.shareAgain(p.id, topic),
    onSuccess: (list) => {
      client.setQueryData(KEY, list);
      message.success("已重新发送，稍后查看结果");
    },
    onError: (error) => message.error(messageOf(error)),
  });
  // What was just asked for shows at once, and goes back when it is refused.
  const chosen = save.isPending ? save.variables : p.shares.filter((s) => s.chosen).map((s) => s.topic);
  return (
    <div className="partner-shares">
      {p.shares.map((s) => (
        <Checkbox key={s.topic} checked={chosen.includes(s.topic)} disabled={save.isPending} onChange={(e) => save.mutate(e.target.checked ? [...chosen, s.topic] : chosen.filter((t) => t !== s.topic))}>
          {s.topic_cn}
          {s.chosen && <span className="muted">（{s.told_at === null ? "尚未发送" : `${dateTime(s.told_at)} 发送`}）</span>}
        </Checkbox>
      ))}
      <span className="muted">有变化时自动发给对方，由对方决定是否采纳</span>
      {p.shares.map(
        (s) =>
          s.untaken && (
            <div key={s.topic} className="partner-untaken">
              <span className="bad">
                {s.topic_cn}：对方未接收{s.untaken.count > 1 && ` ${s.untaken.count} 件`}（{dateTime(s.untaken.at)}）{s.untaken.reason}
              </span>
              <Button size="small" loading={again.isPending && again.variables === s.topic} onClick={() => again.mutate(s.topic)}>
                重新发送
              </Button>
            </div>
          ),
      )}
    </div>
  );
}

function Details({ p, door, own }: { p: PartnerLine; door: string; own: string }) {
  return (
    <>
      <dl className="partner-keys">
        <dt className="head">交给对方</dt>
        <dt>平台代码</dt>
        <dd>
          <span className="mono">{own}</span> <CopyButton text={own} />
        </dd>
        <dt>接收地址</dt>
        <dd>
          <span className="mono">{`${window.location.origin}${door}`}</span> <span className="muted">（主机换成对方能访问的）</span>
        </dd>
        <dt>本平台公钥</dt>
        <dd className="partner-copy">
          <span className="mono key">{p.our_key}</span>
          <CopyButton text={p.our_key} />
        </dd>
        <dt className="head">对方与往来</dt>
        <dt>对方公钥</dt>
        <dd className="mono key">{p.their_key || <span className="warn">尚未登记，登记后才能往来；请点“修改”填写</span>}</dd>
        {p.shares.length > 0 && (
          <>
            <dt>同步给对方</dt>
            <dd>
              <Shares p={p} />
            </dd>
          </>
        )}
      </dl>
      {p.messages.length === 0 ? (
        <span className="muted">还没有消息</span>
      ) : (
        <table className="adm-table">
          <thead>
            <tr>
              <th style={{ width: 150 }}>时间</th>
              <th style={{ width: 60 }}>方向</th>
              <th style={{ width: 110 }}>消息</th>
              <th style={{ width: 150 }}>结果</th>
              <th>说明</th>
            </tr>
          </thead>
          <tbody>
            {p.messages.map((m, n) => (
              <tr key={`${m.at}-${n}`}>
                <td className="num">{dateTime(m.at)}</td>
                <td>{m.out ? "发出" : "收到"}</td>
                <td>{m.kind_cn}</td>
                <td className={m.error ? "bad" : ""}>{m.state_cn}</td>
                <td>
                  {m.error}
                  {m.tries > 1 && <span className="muted">（共 {m.tries} 次）</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Terms() {
  return (
    <>
      <Form.Item name="name" label="平台名称" rules={[{ required: true, message: "请填写平台名称" }]}>
        <Input placeholder="例如：省12345平台" maxLength={40} />
      </Form.Item>
      <Form.Item label="方向" required>
        <Form.Item name="sends" valuePropName="checked" noStyle>
          <Checkbox>向对方转出</Checkbox>
        </Form.Item>
        <Form.Item name="receives" valuePropName="checked" noStyle>
          <Checkbox>接收对方转来</Checkbox>
        </Form.Item>
      </Form.Item>
      <Form.Item name="url" label="对方接收地址" rules={[{ required: true, message: "请填写对方接收地址" }]}>
        <Input className="mono" placeholder="https://10.1.2.3/open/v1/exchange" maxLength={300} />
      </Form.Item>
      <Form.Item name="their_key" label="对方公钥" extra="SM2 公钥，04 开头的130位十六进制；可以保存后再登记">
        <Input.TextArea className="mono" autoSize={{ minRows: 3 }} maxLength={400} />
      </Form.Item>
    </>
  );
}

export default function PartnersRoom() {
  const list = useQuery({ queryKey: KEY, queryFn: partners.list, refetchInterval: 10_000 });
  const client = useQueryClient();
  const { message } = App.useApp();
  const [open, setOpen] = useState<string>();
  const [form, setForm] = useState<PartnerLine | "new">();
  const stop = async (p: PartnerLine) => {
    try {
      client.setQueryData(KEY, await partners.stop(p.id));
      message.success("已停用");
    } catch (error) {
      message.error(messageOf(error));
    }
  };
  return (
    <Room
      title="平台对接"
      hint="与上级、下级、兄弟城市平台和110、119、120、122、水电气热热线互转工单；消息签名（SM2），诉求人信息加密，每件只办一次"
      actions={
        <Button type="primary" onClick={() => setForm("new")}>
          新增平台
        </Button>
      }
    >
      <div className="panel adm-fill adm-scroll">
        <Loaded query={list}>
          {(v) =>
            v.partners.length === 0 ? (
              <Empty title="还没有对接平台" hint="新增后把本平台代码、接收地址和公钥交给对方，再登记对方的公钥。" />
            ) : (
              <table className="adm-table">
                <thead>
                  <tr>
                    <th style={{ width: 96 }}>状态</th>
                    <th>平台</th>
                    <th style={{ width: 106 }}>类别</th>
                    <th style={{ width: 78 }}>代码</th>
                    <th style={{ width: 88 }}>方向</th>
                    <th style={{ width: 140 }}>最近发出</th>
                    <th style={{ width: 140 }}>最近收到</th>
                    <th style={{ width: 148 }}>待发送</th>
                    <th style={{ width: 236 }} />
                  </tr>
                </thead>
                <tbody>
                  {v.partners.map((p) => (
                    <Fragment key={p.id}>
                      <tr>
                        <td>
                          <span className={TONE[p.lamp] ?? "tag"}>{p.lamp_cn}</span>
                          {p.shares.some((s) => s.untaken) && <div className="bad">同步未接收</div>}
                        </td>
                        <td>{p.name}</td>
                        <td>{p.kind_cn}</td>
                        <td className="num">{p.code}</td>
                        <td>{directions(p)}</td>
                        <td>{last(p.out_at, p.out_error, "尚未发出")}</td>
                        <td>{last(p.in_at, p.in_error, "尚未收到")}</td>
                        <td>
                          <span className={p.waiting > 0 ? "num warn" : "num"}>{p.waiting}</span>
                          {p.waiting_since !== null && <div className="muted">自{dateTime(p.waiting_since)}</div>}
                        </td>
                        <td>
                          <Button size="small" type="link" className="partner-more" aria-expanded={open === p.id} onClick={() => setOpen(open === p.id ? undefined : p.id)}>
                            {open === p.id ? "收起" : "密钥、同步与消息"}
                          </Button>
                          {p.stopped_at === null && (
                            <>
                              <Button size="small" onClick={() => setForm(p)}>
                                修改
                              </Button>{" "}
                              <Popconfirm title={`停用“${p.name}”？`} description="立即不再往来，不能恢复。" onConfirm={() => void stop(p)}>
                                <Button size="small" danger>
                                  停用
                                </Button>
                              </Popconfirm>
                            </>
                          )}
                        </td>
                      </tr>
                      {open === p.id && (
                        <tr className="partner-open">
                          <td colSpan={9}>
                            <Details p={p} door={v.door} own={v.own_code} />
                          </td>
                        </tr>
                      )}
                    </Fragment>
                  ))}
                </tbody>
              </table>
            )
          }
        </Loaded>
      </div>
      {form === "new" && (
        <FormDrawer<PartnerForm>
          title="新增对接平台"
          done="已新增，请把本平台公钥交给对方"
          initial={{ sends: true, receives: true, their_key: "" }}
          send={async (values) => client.setQueryData(KEY, await partners.create(values))}
          close={() => setForm(undefined)}
        >
          {() => (
            <>
              <Form.Item name="kind" label="类别" rules={[{ required: true, message: "请选择类别" }]}>
                <Select options={KINDS} />
              </Form.Item>
              <Form.Item name="code" label="平台代码" extra="对方在消息中使用的代码，一般为6位行政区划代码，保存后不能修改" rules={[{ required: true, message: "请填写平台代码" }]}>
                <Input className="mono" maxLength={20} />
              </Form.Item>
              <Terms />
            </>
          )}
        </FormDrawer>
      )}
      {form !== undefined && form !== "new" && (
        <FormDrawer<PartnerTerms>
          title={`修改“${form.name}”`}
          done="已保存"
          initial={{ name: form.name, sends: form.sends, receives: form.receives, url: form.url, their_key: form.their_key }}
          send={async (values) => client.setQueryData(KEY, await partners.save(form.id, { ...values, version: form.version }))}
          close={() => setForm(undefined)}
        >
          {() => <Terms />}
        </FormDrawer>
      )}
    </Room>
  );
}
