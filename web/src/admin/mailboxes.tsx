// 领导信箱: whom citizens may write to on the portal.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, InputNumber, Select, Switch } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { keys } from "@/api/hooks";
import { Empty, Loaded } from "@/ui/states";
import { mailboxes as calls } from "./calls";
import { FormDrawer, Room } from "./room";
import type { MailboxForm, MailboxList, MailboxView } from "./types";

const KEY = ["admin", "mailboxes"] as const;
/** Places are given in tens, so that one can be put between two. */
const STEP = 10;

function Drawer({ item, list, close, saved }: { item: MailboxView | null; list: MailboxList; close: () => void; saved: (next: MailboxList) => void }) {
  const last = Math.max(0, ...list.items.map((m) => m.ord));
  const initial: Partial<MailboxForm> = item ?? { open: true, about: "", ord: Math.min(999, last + STEP), version: 0 };
  const send = async (v: MailboxForm) => {
    const form = { ...v, about: v.about ?? "", open: v.open ?? false, version: item?.version ?? 0 };
    saved(await (item ? calls.save(item.id, form) : calls.create(form)));
  };
  return (
    <FormDrawer<MailboxForm> title={item ? `编辑信箱：${item.name}` : "新建信箱"} initial={initial} send={send} done="信箱已保存，群众网站即时生效" close={close} width={460}>
      {() => (
        <>
          <Form.Item name="name" label="信箱名称" extra="用职务，不用姓名：换届后不必改名" rules={[{ required: true, whitespace: true, message: "请填写信箱名称" }]}>
            <Input maxLength={20} autoFocus placeholder="市长信箱" />
          </Form.Item>
          <Form.Item name="leader" label="所属领导" extra="任职角色为“市领导”的账号；来信出现在其“写给我的信”" rules={[{ required: true, message: "请选择所属领导" }]}>
            <Select showSearch={{ optionFilterProp: "label" }} options={list.leaders.map((l) => ({ value: l.id, label: l.name }))} notFoundContent="没有角色为“市领导”的账号，请先在“人员账号”中任职" />
          </Form.Item>
          <Form.Item name="about" label="职务和分管" extra="显示在信箱名称下，帮助群众选对信箱">
            <Input.TextArea rows={2} maxLength={60} showCount placeholder="例如：市长，主持市政府全面工作" />
          </Form.Item>
          <Form.Item name="ord" label="排序" rules={[{ required: true, message: "请填写排序" }]}>
            <InputNumber min={1} max={999} precision={0} style={{ width: 120 }} />
          </Form.Item>
          <Form.Item name="open" label="开放" valuePropName="checked" extra="关闭后群众网站不再显示，已收的信照常办理">
            <Switch checkedChildren="开放" unCheckedChildren="关闭" />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function Table({ list, edit }: { list: MailboxList; edit: (m: MailboxView) => void }) {
  if (list.items.length === 0) return <Empty title="还没有领导信箱" hint="新建并开放后，群众网站首页出现“领导信箱”，来信按工单办理，领导在“写给我的信”查看。" />;
  return (
    <table className="adm-table" aria-label="领导信箱">
      <thead>
        <tr>
          <th style={{ width: 56 }}>排序</th>
          <th style={{ width: 180 }}>信箱</th>
          <th style={{ width: 110 }}>所属领导</th>
          <th>职务和分管</th>
          <th style={{ width: 76 }}>状态</th>
          <th style={{ width: 88 }}>累计来信</th>
          <th style={{ width: 76 }}>在办</th>
          <th style={{ width: 70 }} />
        </tr>
      </thead>
      <tbody>
        {list.items.map((m) => (
          <tr key={m.id}>
            <td className="num">{m.ord}</td>
            <td className={m.open ? "" : "adm-off"}>{m.name}</td>
            <td>{list.leaders.some((l) => l.id === m.leader) ? m.leader_name : <span className="bad" title="不再担任市领导，请更换">{m.leader_name}（已离任）</span>}</td>
            <td className="muted">{m.about}</td>
            <td>
              <span className={m.open ? "tag tag-green" : "tag"}>{m.open ? "开放" : "关闭"}</span>
            </td>
            <td className="num">{m.letters > 0 ? <Link to={`/query?mailbox=${m.id}`}>{m.letters}</Link> : 0}</td>
            <td className="num">{m.at_work}</td>
            <td>
              <Button size="small" onClick={() => edit(m)}>
                编辑
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function MailboxesRoom() {
  const query = useQuery({ queryKey: KEY, queryFn: calls.list });
  const client = useQueryClient();
  const [form, setForm] = useState<{ item: MailboxView | null }>();
  const saved = (next: MailboxList) => {
    client.setQueryData(KEY, next);
    void client.invalidateQueries({ queryKey: keys.reference });
  };
  return (
    <Room
      title="领导信箱"
      hint="群众在网站上选择信箱写信；来信登记为工单照常办理，领导看到办理情况并可批示"
      actions={
        <Button onClick={() => setForm({ item: null })} disabled={!query.data}>
          新建信箱
        </Button>
      }
    >
      <div className="adm-scroll">
        <section className="panel">
          <Loaded query={query}>{(list) => <Table list={list} edit={(item) => setForm({ item })} />}</Loaded>
        </section>
      </div>
      {form && query.data && <Drawer item={form.item} list={query.data} close={() => setForm(undefined)} saved={saved} />}
    </Room>
  );
}
