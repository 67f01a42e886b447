// One event: its orders, adding and taking out, and answering all citizens.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Form, Input, Modal } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { RATING } from "@/api/codes";
import { orders } from "@/api/calls";
import { messageOf, OnceKey } from "@/api/client";
import type { Id } from "@/api/types";
import { OrderRefField } from "@/order/commands/fields";
import { Lamp } from "@/ui/lamp";
import { Loaded } from "@/ui/states";
import { shortTime } from "@/ui/time";
import { joint, type EventView, type Member } from "./api";
import { ReplyAll } from "./reply-all";

/** Joins one order to the event. */
export async function joinTo(lead: Id, order: { id: Id; version: number }, reason: string): Promise<void> {
  await orders.command(order.id, order.version, { action: "join", lead, reason }, new OnceKey().for([order.id, order.version, lead]));
}

function Row({ m, picked, pick }: { m: Member; picked: boolean; pick: (on: boolean) => void }) {
  const o = m.order;
  return (
    <tr className={m.leading ? "jt-lead" : undefined}>
      <td>{(m.may_leave || m.may_reply) && <Checkbox checked={picked} onChange={(e) => pick(e.target.checked)} aria-label={`选择${o.case_no}`} />}</td>
      <td>
        <div className="clip" title={o.title}>{o.title}</div>
        <Link to={`/orders/${o.id}`} className="num jt-no">{o.case_no}</Link>
        {m.leading && <span className="tag tag-blue">主单</span>}
      </td>
      <td>{o.requester_masked ?? ""}</td>
      <td>{o.state_cn}</td>
      <td><Lamp light={o.light} due={o.due_at} remaining={o.remaining_cn} compact /></td>
      <td className="num">{m.reply_at ? <span title={m.reply ?? undefined}>{shortTime(m.reply_at)}</span> : <span className="muted">未回复</span>}</td>
      <td>{m.rating ? RATING[m.rating] : ""}</td>
    </tr>
  );
}

/** A dialog that asks why, and with whom when an order is added. */
function Ask({ event, mode, chosen, close }: { event: EventView; mode: "add" | "out"; chosen: readonly Member[]; close: () => void }) {
  const [form] = Form.useForm<{ other?: Id; reason: string }>();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const act = async (v: { other?: Id; reason: string }) => {
    setBusy(true);
    try {
      if (mode === "add" && v.other) await joinTo(event.lead, await orders.one(v.other), v.reason.trim());
      for (const m of mode === "out" ? chosen : []) {
        await orders.command(m.order.id, m.order.version, { action: "leave", reason: v.reason.trim() }, new OnceKey().for([m.order.id, m.order.version]));
      }
      message.success(mode === "add" ? "已并案" : `已移出 ${chosen.length} 件`);
      close();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
      void client.invalidateQueries({ queryKey: joint.key });
    }
  };
  return (
    <Modal open title={mode === "add" ? "添加工单" : `移出 ${chosen.length} 件工单`} onCancel={close} onOk={() => form.submit()} okText={mode === "add" ? "并案" : "移出"} cancelText="取消" confirmLoading={busy} width={460}>
      <Form form={form} layout="vertical" onFinish={(v) => void act(v)}>
        {mode === "add" ? (
          <OrderRefField name="other" label="并案工单" not={event.lead} />
        ) : (
          <div className="note">尚未答复的工单回到待派单，对诉求人的承诺期限不变；已答复的只解除并案关系。</div>
        )}
        <Form.Item name="reason" label={mode === "add" ? "并案理由" : "移出理由"} rules={[{ required: true, whitespace: true, min: 2, message: "请填写理由，不少于2个字" }]}>
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function Members({ event }: { event: EventView }) {
  const [picked, setPicked] = useState<ReadonlySet<Id>>(new Set());
  const [open, setOpen] = useState<"add" | "out" | "reply" | null>(null);
  const chosen = event.members.filter((m) => picked.has(m.order.id));
  const out = chosen.filter((m) => m.may_leave && !m.leading);
  const waiting = event.members.filter((m) => m.may_reply);
  const answers = chosen.filter((m) => m.may_reply);
  const close = () => {
    setOpen(null);
    setPicked(new Set());
  };
  const pick = (id: Id, on: boolean) => setPicked((old) => new Set(on ? [...old, id] : [...old].filter((x) => x !== id)));
  return (
    <>
      <div className="jt-bar">
        <b>{event.members.length} 件诉求</b>
        {event.hidden > 0 && <span className="muted">另有 {event.hidden} 件不在您的查看范围内</span>}
        <span className="jt-acts">
          {event.may_join && <Button onClick={() => setOpen("add")}>添加工单</Button>}
          {event.members.some((m) => m.may_leave) && <Button disabled={out.length === 0} onClick={() => setOpen("out")}>移出{out.length > 0 && ` ${out.length} 件`}</Button>}
          {waiting.length > 0 && (
            <Button type="primary" onClick={() => setOpen("reply")}>
              统一回复 {answers.length || waiting.length} 件
            </Button>
          )}
        </span>
      </div>
      <div className="jt-rows">
        <table className="jt-grid" aria-label="并案工单">
          <thead>
            <tr>
              <th style={{ width: 30 }} />
              <th>诉求</th>
              <th style={{ width: 64 }}>诉求人</th>
              <th style={{ width: 72 }}>状态</th>
              <th style={{ width: 100 }}>承诺期限</th>
              <th style={{ width: 72 }}>回复</th>
              <th style={{ width: 72 }}>评价</th>
            </tr>
          </thead>
          <tbody>
            {event.members.map((m) => (
              <Row key={m.order.id} m={m} picked={picked.has(m.order.id)} pick={(on) => pick(m.order.id, on)} />
            ))}
          </tbody>
        </table>
      </div>
      {(open === "add" || open === "out") && <Ask event={event} mode={open} chosen={out} close={close} />}
      {open === "reply" && <ReplyAll event={event} members={answers.length > 0 ? answers : waiting} close={close} />}
    </>
  );
}

export function EventPanel({ id }: { id: Id }) {
  const query = useQuery({ queryKey: [...joint.key, id], queryFn: () => joint.one(id) });
  return (
    <section className="jt" aria-label="并案事件">
      <Loaded query={query}>
        {(event) => {
          const lead = event.members.find((m) => m.leading);
          return (
            <>
              {lead && (
                <header className="jt-head">
                  <h2>{lead.order.title}</h2>
                  <div className="muted">
                    主单 <Link to={`/orders/${lead.order.id}`} className="num">{lead.order.case_no}</Link>　{lead.order.state_cn}　{lead.order.lead_org ? `主办 ${lead.order.lead_org.name}` : "尚未派单"}　{lead.order.region_path}
                  </div>
                </header>
              )}
              <Members event={event} />
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
