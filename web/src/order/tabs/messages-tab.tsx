// 短信: what the citizen was told by message or mail about this order, and what they answered.
import { useQuery } from "@tanstack/react-query";
import type { OrderView } from "@/api/types";
import { messages } from "@/messages/calls";
import { Resend } from "@/messages/sms-detail";
import { OUTCOME_TONE, STATE_TONE } from "@/messages/words";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";

export default function MessagesTab({ order }: { order: OrderView }) {
  const query = useQuery({ queryKey: ["messages", "order", order.id, order.version], queryFn: () => messages.ofOrder(order.id) });
  return (
    <Loaded query={query}>
      {({ sent, received }) => (
        <div className="op-stack">
          {received.length > 0 && (
            <section className="panel">
              <div className="panel-head">
                诉求人回复<span className="muted">{received.length} 条</span>
              </div>
              <table className="op-grid">
                <thead>
                  <tr>
                    <th style={{ width: 132 }}>时间</th>
                    <th style={{ width: 110 }}>号码</th>
                    <th>内容</th>
                    <th style={{ width: 100 }}>处理</th>
                    <th style={{ width: 260 }}>说明</th>
                  </tr>
                </thead>
                <tbody>
                  {received.map((m) => (
                    <tr key={m.id}>
                      <td className="num">{dateTime(m.at)}</td>
                      <td className="num">{m.phone}</td>
                      <td className="prose">{m.text}</td>
                      <td>
                        <span className={OUTCOME_TONE[m.outcome] ?? "tag"}>{m.outcome_cn}</span>
                      </td>
                      <td className="muted">{m.note}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          )}
          <section className="panel">
            <div className="panel-head">
              发给诉求人{sent.length > 0 && <span className="muted">{sent.length} 条</span>}
            </div>
            {sent.length === 0 ? (
              <Empty title="没有发过短信或邮件" hint="没有登记手机号码或邮箱，或该工单不宜发送。" />
            ) : (
              <table className="op-grid">
                <thead>
                  <tr>
                    <th style={{ width: 132 }}>时间</th>
                    <th style={{ width: 76 }}>状态</th>
                    <th style={{ width: 52 }}>方式</th>
                    <th style={{ width: 136 }}>收件</th>
                    <th style={{ width: 110 }}>模板</th>
                    <th>内容</th>
                    <th style={{ width: 200 }}>送达</th>
                    <th style={{ width: 66 }} />
                  </tr>
                </thead>
                <tbody>
                  {[...sent].reverse().map((m) => (
                    <tr key={m.id}>
                      <td className="num">{dateTime(m.created_at)}</td>
                      <td>
                        <span className={STATE_TONE[m.state] ?? "tag"}>{m.state_cn}</span>
                      </td>
                      <td>{m.medium_cn}</td>
                      <td className="num">{m.to}</td>
                      <td>{m.template_cn}</td>
                      <td className="prose sms-text">{m.text}</td>
                      <td className={m.error ? "bad" : "num muted"}>{m.error ?? (m.done_at === null ? "" : dateTime(m.done_at))}</td>
                      <td>
                        <Resend line={m} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </section>
        </div>
      )}
    </Loaded>
  );
}
