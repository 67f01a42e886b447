// 回访与评价: what the citizen was told, what the citizen said.
import { CALLBACK_MODE, CONTACTED, HANDLE_RESULT, RATING, SOLVED } from "@/api/codes";
import { useDictionary } from "@/api/hooks";
import type { CallbackView, OrderView } from "@/api/types";
import { Empty } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { Cited } from "@/knowledge/cited";
import { REPLY_CHANNELS } from "../commands/center";
import { Fact } from "./info-tab";

function Reply({ order }: { order: OrderView }) {
  return (
    <section className="panel">
      <div className="panel-head">
        统一答复
        {order.reply_at && (
          <span className="panel-more muted">
            {dateTime(order.reply_at)}
            {order.reply_channel ? `，${REPLY_CHANNELS.find((c) => c.value === order.reply_channel)?.label ?? order.reply_channel}` : ""}
          </span>
        )}
      </div>
      <div className="panel-body">
        <Cited order={order.id} />
        {order.reply ? <p className="prose">{order.reply}</p> : <p className="muted">{order.no_reply_wanted ? "诉求人不需要回复。" : "尚未答复。"}</p>}
      </div>
    </section>
  );
}

function Verdict({ order }: { order: OrderView }) {
  return (
    <section className="panel">
      <div className="panel-head">结论</div>
      <dl className="facts panel-body" style={{ "--facts": 1 } as React.CSSProperties}>
        <Fact label="办理结果">{order.result ? HANDLE_RESULT[order.result] : ""}</Fact>
        <Fact label="是否联系">{order.contacted ? CONTACTED[order.contacted] : ""}</Fact>
        <Fact label="是否解决">{order.solved ? SOLVED[order.solved] : ""}</Fact>
        <Fact label="满意评价">{order.rating ? RATING[order.rating] : ""}</Fact>
        <Fact label="计入考核">{order.exempt ? `已剔除：${order.exempt}` : "计入"}</Fact>
      </dl>
    </section>
  );
}

type Contest = NonNullable<CallbackView["contest"]>;
const CONTEST_WORD: Record<Contest, string> = { pending: "申诉中", approved: "申诉成立", rejected: "维持评价", cancelled: "已取消" };
const CONTEST_TONE: Record<Contest, string> = { pending: "tag tag-amber", approved: "tag tag-green", rejected: "tag", cancelled: "tag" };

function Call({ call }: { call: CallbackView }) {
  const reasons = useDictionary("dissatisfy_reason");
  const why = call.dissatisfy_reasons.map((c) => reasons.find((r) => r.code === c)?.name ?? c).join("、");
  return (
    <tr className={call.in_force ? undefined : "op-void"}>
      <td className="num">{dateTime(call.at)}</td>
      <td>{call.mode_cn ?? CALLBACK_MODE[call.mode]}</td>
      <td className={call.reached ? "" : "warn"}>{call.reached ? "接通" : (call.unreached_reason ?? "未接通")}</td>
      <td>{call.contacted ? CONTACTED[call.contacted] : ""}</td>
      <td>{call.solved ? SOLVED[call.solved] : ""}</td>
      <td>{call.process_rating ? RATING[call.process_rating] : ""}</td>
      <td>{call.rating ? RATING[call.rating] : ""}</td>
      <td>
        {!call.in_force && <span className="tag" title="已被更正后的记录取代，保留备查，不计入考核">原记录</span>}
        {call.in_force && call.corrected_at !== null && <span className="tag tag-blue" title={`${dateTime(call.corrected_at)} 更正`}>更正后</span>}
        {call.in_force && call.contest && <span className={CONTEST_TONE[call.contest]} title={call.taken_out.length > 0 ? "所申诉的评价项不计入考核" : undefined}>{CONTEST_WORD[call.contest]}</span>}
      </td>
      <td className="prose">{[why, call.opinion].filter(Boolean).join("；")}</td>
      <td>{call.outcome_cn ?? call.outcome}</td>
      <td>{call.by_name}</td>
    </tr>
  );
}

function Calls({ order }: { order: OrderView }) {
  const calls = [...order.callbacks].sort((a, b) => b.at - a.at || (b.corrected_at ?? 0) - (a.corrected_at ?? 0));
  return (
    <section className="panel">
      <div className="panel-head">回访记录{calls.length > 0 && <span className="muted">{calls.filter((c) => c.in_force).length} 次</span>}</div>
      {calls.length === 0 ? (
        <Empty title="尚未回访" hint={order.callback_wanted ? "统一答复后，由回访员按时限回访。" : "诉求人不接受回访。"} />
      ) : (
        <table className="op-grid">
          <thead>
            <tr>
              <th style={{ width: 128 }}>时间</th>
              <th style={{ width: 72 }}>方式</th>
              <th style={{ width: 80 }}>接通</th>
              <th style={{ width: 64 }}>已联系</th>
              <th style={{ width: 72 }}>已解决</th>
              <th style={{ width: 72 }}>过程</th>
              <th style={{ width: 72 }}>结果</th>
              <th style={{ width: 84 }}>申诉更正</th>
              <th>意见</th>
              <th style={{ width: 88 }}>结论</th>
              <th style={{ width: 64 }}>回访人</th>
            </tr>
          </thead>
          <tbody>
            {calls.map((c) => (
              <Call key={c.id} call={c} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

export function CallbackTab({ order }: { order: OrderView }) {
  return (
    <div className="op-stack">
      <div className="op-split">
        <Reply order={order} />
        <Verdict order={order} />
      </div>
      <Calls order={order} />
    </div>
  );
}
