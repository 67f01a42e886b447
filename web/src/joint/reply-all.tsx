// 批量回复: one text for all, each citizen's own shown and open to change before anything is sent.
import { useQueryClient } from "@tanstack/react-query";
import { App, Drawer, Button, Input, Select } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { Id } from "@/api/types";
import { REPLY_CHANNELS } from "@/order/commands/center";
import { joint, type EventView, type Member } from "./api";
import { PLACES, textFor } from "./words";

const LEAST = 5;

export function ReplyAll({ event, members, close }: { event: EventView; members: readonly Member[]; close: () => void }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const [channel, setChannel] = useState("sms");
  const [common, setCommon] = useState(() => `{称呼}您好，您反映的“{标题}”（编号{编号}）办理结果如下：${event.reply ?? ""}`);
  const [own, setOwn] = useState<Record<Id, string>>({});
  const [refused, setRefused] = useState<Record<Id, string>>({});
  const [sent, setSent] = useState<ReadonlySet<Id>>(new Set());
  const [busy, setBusy] = useState(false);
  const left = members.filter((m) => !sent.has(m.order.id));
  const text = (m: Member) => own[m.order.id] ?? textFor(common, m);
  const short = left.some((m) => text(m).length < LEAST);
  const send = async () => {
    setBusy(true);
    try {
      const items = left.map((m) => ({ order: m.order.id, version: m.order.version, reply: text(m) }));
      const results = await joint.reply(event.lead, { channel, items });
      const failed = Object.fromEntries(results.flatMap((r) => (r.refused ? [[r.order, r.refused]] : [])));
      const done = results.filter((r) => r.refused === null).map((r) => r.order);
      setRefused(failed);
      setSent((old) => new Set([...old, ...done]));
      await client.invalidateQueries({ queryKey: joint.key });
      if (Object.keys(failed).length === 0) {
        message.success(`已回复 ${done.length} 位诉求人`);
        close();
      } else message.warning(`已回复 ${done.length} 位，${Object.keys(failed).length} 位未能发出`);
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Drawer
      open
      onClose={close}
      size={860}
      title={`统一回复 ${members.length} 位诉求人`}
      footer={
        <div className="command-foot">
          <Button type="primary" loading={busy} disabled={left.length === 0 || short} onClick={() => void send()}>
            发出 {left.length} 件回复
          </Button>
          <Button onClick={close}>取消</Button>
          {short && <span className="bad">每位诉求人的回复不少于{LEAST}个字</span>}
        </div>
      }
    >
      <div className="jt-common">
        <label htmlFor="jt-channel">回复方式</label>
        <Select id="jt-channel" value={channel} onChange={setChannel} options={REPLY_CHANNELS} style={{ width: 120 }} />
        <span className="muted">共同内容中可用 {PLACES.join("、")}，分别换成各人的编号、称呼和诉求标题。</span>
      </div>
      <Input.TextArea aria-label="共同内容" value={common} rows={4} maxLength={5000} onChange={(e) => setCommon(e.target.value)} />
      <ul className="jt-each" aria-label="每位诉求人的回复">
        {members.map((m) => (
          <li key={m.order.id}>
            <div>
              <b className="num">{m.order.case_no}</b> {m.order.requester_masked}
              {sent.has(m.order.id) && <span className="tag tag-green">已发出</span>}
              {refused[m.order.id] && <span className="bad">　{refused[m.order.id]}</span>}
              {own[m.order.id] !== undefined && !sent.has(m.order.id) && (
                <button type="button" className="link" onClick={() => setOwn(({ [m.order.id]: _, ...rest }) => rest)}>恢复共同内容</button>
              )}
            </div>
            <Input.TextArea aria-label={`${m.order.case_no}的回复`} disabled={sent.has(m.order.id)} value={text(m)} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(e) => setOwn((o) => ({ ...o, [m.order.id]: e.target.value }))} />
          </li>
        ))}
      </ul>
    </Drawer>
  );
}
