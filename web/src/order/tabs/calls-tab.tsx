// 通话录音: every call about this order, in and out, with its sound.
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import type { OrderView } from "@/api/types";
import { records } from "@/calls/calls";
import { Player } from "@/calls/player";
import { lengthText, outcomeTone } from "@/calls/words";
import { BindButton } from "@/phone/bind";
import { DialButton } from "@/phone/dial";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";

export default function CallsTab({ order }: { order: OrderView }) {
  const query = useQuery({ queryKey: ["order", order.id, "calls"], queryFn: () => records.ofOrder(order.id) });
  return (
    <section className="panel">
      <div className="panel-head">
        通话
        <span className="panel-more">
          <BindButton order={order.id} /> <DialButton order={order.id} label="联系诉求人" />
        </span>
      </div>
      <Loaded query={query}>
        {(calls) =>
          calls.length === 0 ? (
            <Empty title="没有关联的通话" hint="来电登记、回访外呼和联系诉求人的通话会自动出现在这里。" />
          ) : (
            <table className="op-grid">
              <thead>
                <tr>
                  <th style={{ width: 132 }}>时间</th>
                  <th style={{ width: 64 }}>类型</th>
                  <th style={{ width: 96 }}>结果</th>
                  <th style={{ width: 110 }}>号码</th>
                  <th style={{ width: 84 }}>通话</th>
                  <th style={{ width: 84 }}>话务员</th>
                  <th style={{ width: 84 }}>评价</th>
                  <th>话后小结</th>
                </tr>
              </thead>
              <tbody>
                {calls.map((c) => (
                  <Fragment key={c.id}>
                    <tr>
                      <td className="num">{dateTime(c.started_at)}</td>
                      <td>{c.direction_cn}</td>
                      <td>
                        <span className={outcomeTone(c.outcome)}>{c.outcome_cn}</span>
                      </td>
                      <td className="num">{c.number_masked}</td>
                      <td className="num">{lengthText(c.talk_ms)}</td>
                      <td>{c.agent?.name}</td>
                      <td>{c.rating_cn ?? (c.rating_asked ? "未评" : "")}</td>
                      <td>{[c.wrap_up_cn, c.note, c.joint && `联动 ${c.joint}`].filter(Boolean).join("，")}</td>
                    </tr>
                    {c.recordings.length > 0 && (
                      <tr>
                        <td colSpan={8}>
                          {c.recordings.map((r) => (
                            <Player key={r.id} recording={r} />
                          ))}
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
    </section>
  );
}
