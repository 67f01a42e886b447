// 建议并案: groups of orders told by different people that look like one event; a person decides.
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Radio } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { messageOf } from "@/api/client";
import type { Id, OrderLine } from "@/api/types";
import { Empty } from "@/ui/states";
import { shortTime } from "@/ui/time";
import { joint, type Suggestion } from "./api";
import { joinTo } from "./event";

/** Only work not begun elsewhere is put behind another's. */
function Group({ one, onMade }: { one: Suggestion; onMade: (lead: Id) => void }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const [lead, setLead] = useState(one.orders[0]?.id);
  const [out, setOut] = useState<ReadonlySet<Id>>(new Set());
  const [busy, setBusy] = useState(false);
  const others = one.orders.filter((o) => o.id !== lead && !out.has(o.id));
  const make = async () => {
    if (!lead) return;
    setBusy(true);
    try {
      for (const o of others) await joinTo(lead, o, `不同诉求人反映同一事件：${one.reasons.join("、")}`);
      message.success(`已并案 ${others.length + 1} 件`);
      onMade(lead);
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
      void client.invalidateQueries({ queryKey: joint.key });
    }
  };
  const turn = (o: OrderLine, on: boolean) => setOut((old) => new Set(on ? [...old].filter((x) => x !== o.id) : [...old, o.id]));
  return (
    <article className="card jt-group">
      <header>
        <b>{one.orders.length} 件疑似同一事件</b>
        <span className="muted clip" title={one.reasons.join("、")}>{one.reasons.join("、")}</span>
        <span className="card-end">
          <Button type="primary" size="small" loading={busy} disabled={others.length === 0} onClick={() => void make()}>
            并案 {others.length + 1} 件
          </Button>
        </span>
      </header>
      <table className="jt-grid">
        <tbody>
          {one.orders.map((o) => (
            <tr key={o.id}>
              <td style={{ width: 28 }}>
                <Checkbox checked={o.id === lead || !out.has(o.id)} disabled={o.id === lead} onChange={(e) => turn(o, e.target.checked)} aria-label={`并入${o.case_no}`} />
              </td>
              <td style={{ width: 62 }}>
                <Radio checked={o.id === lead} onChange={() => setLead(o.id)}>主单</Radio>
              </td>
              <td className="num" style={{ width: 196 }}><Link to={`/orders/${o.id}`}>{o.case_no}</Link></td>
              <td><div className="clip" title={o.title}>{o.title}</div></td>
              <td style={{ width: 72 }}>{o.state_cn}</td>
              <td className="num" style={{ width: 84 }}>{shortTime(o.registered_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </article>
  );
}

export function Suggested({ all, onMade }: { all: readonly Suggestion[]; onMade: (lead: Id) => void }) {
  if (all.length === 0) return <Empty title="没有疑似同一事件的工单" hint="系统比对待派单工单的地点和内容；同一诉求人的重复反映请用“并单”。" />;
  return (
    <div className="jt-groups">
      {all.map((s) => (
        <Group key={s.orders.map((o) => o.id).join()} one={s} onMade={onMade} />
      ))}
    </div>
  );
}
