// 异常评价: each pattern with the answers it was made of; a person looks, nothing follows by itself.
import { Link } from "react-router";
import { RATING } from "@/api/codes";
import type { Answer } from "@/api/types";
import { Empty } from "@/ui/states";
import { dateTime } from "@/ui/time";

type Found = Answer<"anomaly_list">;

function Pattern({ one }: { one: Found["items"][number] }) {
  return (
    <details className="ap-anomaly" open={one.n <= 6}>
      <summary>
        <span className="tag tag-red">{one.rule_cn}</span>
        <b>{one.sentence}</b>
        {one.org && <span className="muted">{one.org.name}</span>}
        <span className="num muted">{one.n} 件</span>
      </summary>
      <table className="ap-grid">
        <thead>
          <tr>
            <th style={{ width: 128 }}>评价时间</th>
            <th style={{ width: 72 }}>方式</th>
            <th>事项</th>
            <th style={{ width: 80 }}>结果</th>
            <th>意见</th>
            <th style={{ width: 84 }}>登记人</th>
            <th style={{ width: 84 }}>经办人</th>
          </tr>
        </thead>
        <tbody>
          {one.answers.map((a) => (
            <tr key={`${a.order}-${a.at}`}>
              <td className="num">{dateTime(a.at)}</td>
              <td>{a.mode_cn}</td>
              <td><Link to={`/orders/${a.order}?tab=callback`} title={a.case_no}>{a.title}</Link></td>
              <td>{a.rating ? RATING[a.rating] : ""}</td>
              <td className="prose">{a.opinion}</td>
              <td>{a.by_name}</td>
              <td>{a.handler_name}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {one.n > one.answers.length && <p className="muted">只列出前 {one.answers.length} 件。</p>}
    </details>
  );
}

export function Anomalies({ found }: { found: Found }) {
  const checked = `已检查 ${found.looked_at} 件评价：短时集中登记、同一经办人评价集中、无通话记录、意见雷同、同一号码多次评价、满意率突升。`;
  const blind = found.has_calls ? "" : "本期没有经平台拨出的电话，不检查通话记录。";
  if (found.items.length === 0) return <Empty title="没有发现异常评价" hint={`${checked}${blind}`} />;
  return (
    <div className="ap-anomalies">
      <p className="muted">{checked}{blind}异常只供核查，不自动影响考核。</p>
      {found.items.map((a, i) => (
        <Pattern key={`${a.rule}-${i}`} one={a} />
      ))}
    </div>
  );
}
