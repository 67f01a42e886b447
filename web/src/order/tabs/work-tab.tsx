// 办理: tasks round by round, and every contact with the requester.
import { CONTACT_RESULT, CONTACT_WAY } from "@/api/codes";
import type { ContactView, OrderView } from "@/api/types";
import { Empty } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { BounceNote } from "../evidence";
import { orgOf, roundsOf } from "../order-facts";
import { TaskCard } from "./task-card";

function Contacts({ order, contacts }: { order: OrderView; contacts: readonly ContactView[] }) {
  const made = contacts.filter((c) => c.in_force && c.result !== "none").length;
  return (
    <section className="panel">
      <div className="panel-head">联系记录{made > 0 && <span className="muted">{made} 次</span>}</div>
      {contacts.length === 0 ? (
        <p className="panel-body muted">{order.anonymous ? "匿名诉求，无需联系。" : "尚未联系诉求人；提交办结前须有联系记录。"}</p>
      ) : (
        <table className="op-grid">
          <thead>
            <tr>
              <th style={{ width: 128 }}>时间</th>
              <th style={{ width: 64 }}>方式</th>
              <th style={{ width: 88 }}>结果</th>
              <th style={{ width: 200 }}>联系人</th>
              <th>记录</th>
            </tr>
          </thead>
          <tbody>
            {contacts.map((c) => (
              <tr key={c.id} className={c.in_force ? "" : "muted"}>
                <td className="num">{dateTime(c.at)}</td>
                <td>{c.way_cn ?? CONTACT_WAY[c.way]}</td>
                <td className={c.result === "reached" || !c.in_force ? "" : "warn"}>{c.result_cn ?? CONTACT_RESULT[c.result]}</td>
                <td>{[c.by_name, orgOf(order, c.task_id)].filter(Boolean).join("，")}</td>
                <td className="prose">
                  {!c.in_force && <span className="tag">原记录</span>}
                  {c.corrects && <span className="tag">更正后</span>}
                  {c.note}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

export function WorkTab({ order }: { order: OrderView }) {
  const rounds = roundsOf(order.tasks).filter((r) => r.lead.length > 0);
  const contacts = [...order.contacts].sort((a, b) => b.at - a.at);
  return (
    <div className="op-stack">
      {rounds.length === 0 && (
        <section className="panel">
          <Empty title="尚未派单" hint="派单后，承办单位的签收、办理和反馈显示在这里。" />
        </section>
      )}
      <BounceNote bounce={order.bounce} />
      {rounds.map((r) => (
        <div key={r.round} className="op-stack">
          {rounds.length > 1 && (
            <h3 className="op-stack-title">
              第 {r.round} 轮{r.round === order.round ? "（当前）" : ""}
            </h3>
          )}
          {r.lead.map((t) => (
            <TaskCard key={t.id} order={order} task={t} />
          ))}
        </div>
      ))}
      {order.tasks.length > 0 && <Contacts order={order} contacts={contacts} />}
    </div>
  );
}
