// 相关诉求: merged, split, same matter, same person.
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { LinkKind } from "@/api/codes";
import type { LinkView, OrderView } from "@/api/types";
import { Empty } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { OrderRef } from "./order-ref";

const GROUPS: [LinkKind, string, string][] = [
  ["parent_child", "拆分", "由一件诉求拆成，各自办理、各自答复"],
  ["joint", "并案", "不同诉求人反映同一事件，一件主单办理、分别答复"],
  ["same_event", "同一事件", "反映同一事件的其他工单"],
  ["repeat", "重复诉求", "同一事项再次反映"],
  ["same_person", "同一诉求人", "同一诉求人反映的其他事项"],
  ["supervise", "督办", ""],
  ["petition", "信访事项", "同一事项在信访程序中"],
];

interface Key {
  label: string;
  hint: string;
  body: ReactNode;
}

function anchorsOf(order: OrderView): Key[] {
  const list: Key[] = [];
  if (order.merged_into) list.push({ label: "并入", hint: "本件的进展和答复以此为准", body: <OrderRef id={order.merged_into} /> });
  if (order.parent) list.push({ label: "拆自", hint: "原诉求", body: <OrderRef id={order.parent} /> });
  if (order.previous_order) list.push({ label: "旧工单", hint: "登记时指明的上一件", body: <OrderRef id={order.previous_order} /> });
  return list;
}

export function relatedCount(order: OrderView): number {
  return order.links.length + anchorsOf(order).length;
}

function Rows({ links }: { links: readonly LinkView[] }) {
  return (
    <table className="op-grid">
      <tbody>
        {links.map((l) => (
          <tr key={`${l.order.id}-${l.kind}`}>
            <td className="num" style={{ width: 200 }}>
              <Link to={`/orders/${l.order.id}`}>{l.order.case_no}</Link>
            </td>
            <td className="clip" title={l.order.title}>
              {l.order.title}
            </td>
            <td style={{ width: 96 }}>{l.order.state_cn}</td>
            <td className="num" style={{ width: 128 }} title="登记时间">
              {dateTime(l.order.registered_at)}
            </td>
            <td className="muted clip" style={{ width: 240 }} title={l.reason ?? ""}>
              {l.reason}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function RelatedTab({ order }: { order: OrderView }) {
  const anchors = anchorsOf(order);
  if (relatedCount(order) === 0) {
    return (
      <section className="panel">
        <Empty title="没有相关诉求" hint="并单、拆分、关联和判重认定的同一事项显示在这里；可在“更多”中建立关联。" />
      </section>
    );
  }
  return (
    <div className="op-stack">
      {anchors.length > 0 && (
        <section className="panel">
          <dl className="facts panel-body" style={{ "--facts": 1 } as React.CSSProperties}>
            {anchors.map((a) => (
              <div key={a.label}>
                <dt>{a.label}</dt>
                <dd>
                  {a.body}
                  <span className="muted">　{a.hint}</span>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {GROUPS.map(([kind, name, hint]) => {
        const links = order.links.filter((l) => l.kind === kind);
        return links.length === 0 ? null : (
          <section key={kind} className="panel">
            <div className="panel-head">
              {name}
              <span className="muted">{links.length} 件</span>
              {hint && <span className="panel-more muted">{hint}</span>}
            </div>
            <Rows links={links} />
          </section>
        );
      })}
    </div>
  );
}
