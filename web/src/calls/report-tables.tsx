import type { AgentRow, FloorReport, FloorRow, RateView } from "./types";
import { lengthText } from "./words";

/** 96.35% with its sum below the pointer. */
function Rate({ rate, good, atMost = false }: { rate: RateView; good?: number; atMost?: boolean }) {
  if (rate.value === null) return <span className="muted">—</span>;
  const missed = good !== undefined && (atMost ? rate.value > good : rate.value < good);
  return (
    <span className={missed ? "bad" : undefined} title={`${rate.num} ÷ ${rate.den}`}>
      {rate.value.toFixed(2)}%
    </span>
  );
}
const seconds = (r: RateView) => (r.value === null ? <span className="muted">—</span> : <span title={`${r.num} ÷ ${r.den}`}>{r.value.toFixed(1)}</span>);

const HEAD: Record<string, string> = { hour: "时段", day: "日期", skill: "技能", agent: "话务员" };

function Cells({ r }: { r: FloorRow }) {
  return (
    <>
      <td>{r.offered}</td>
      <td>{r.answered}</td>
      <td>
        <Rate rate={r.conn_rate} good={95} />
      </td>
      <td>{r.in15}</td>
      <td>
        <Rate rate={r.sl15} good={80} />
      </td>
      <td>
        <Rate rate={r.sl15_offered} good={80} />
      </td>
      <td>
        <Rate rate={r.sl20} />
      </td>
      <td>{r.abandoned}</td>
      <td>{r.short_abandoned}</td>
      <td>
        <Rate rate={r.abandon_rate} good={5} atMost />
      </td>
      <td>{seconds(r.asa)}</td>
      <td>{seconds(r.aht)}</td>
      <td>{lengthText(r.max_talk_ms)}</td>
      <td>
        {r.messages} / {r.booked}
      </td>
      <td>
        {r.called_back} / {r.missed}
      </td>
      <td>
        <Rate rate={r.missed_cb_rate} good={100} />
      </td>
      <td>
        {r.outbound_reached} / {r.outbound}
      </td>
      <td>
        {r.satisfied} / {r.rated}
      </td>
      <td>{r.blocked}</td>
      <td>{r.total}</td>
    </>
  );
}

/** R01 话务量与接通. */
export function TrafficTable({ report, by }: { report: FloorReport; by: string }) {
  const [first = 15, second = 20] = report.thresholds;
  return (
    <section className="panel rp-table">
      <table aria-label="话务量与接通">
        <thead>
          <tr>
            <th>{HEAD[by]}</th>
            <th>请求人工</th>
            <th>接通</th>
            <th>接通率</th>
            <th>{first}秒内</th>
            <th title="占接通数">{first}秒率①</th>
            <th title="占请求数">{first}秒率②</th>
            <th>{second}秒率</th>
            <th>放弃</th>
            <th>短放弃</th>
            <th>放弃率</th>
            <th title="秒">平均等待</th>
            <th title="秒">平均通话</th>
            <th>最长通话</th>
            <th title="留言 / 预约回拨">留言/预约</th>
            <th title="30分钟内已回拨 / 漏接">回拨/漏接</th>
            <th>回拨率</th>
            <th title="接通 / 呼出">呼出</th>
            <th title="满意 / 参评">满意/参评</th>
            <th>拦截</th>
            <th title="接听 + 呼出">合计话务</th>
          </tr>
        </thead>
        <tbody>
          {report.rows.map((r) => (
            <tr key={r.key}>
              <th scope="row">{r.label}</th>
              <Cells r={r} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">合计</th>
            <Cells r={report.sum} />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

/** R14 话务员工作量. */
export function AgentTable({ rows }: { rows: readonly AgentRow[] }) {
  const reasons = [...new Map(rows.flatMap((r) => r.busy.map((b) => [b.reason ?? "", b.reason_cn] as const))).entries()];
  return (
    <section className="panel rp-table">
      <table aria-label="话务员工作量">
        <thead>
          <tr>
            <th>话务员</th>
            <th>工号</th>
            <th>签入</th>
            <th>空闲</th>
            {reasons.map(([code, cn]) => (
              <th key={code}>{cn}</th>
            ))}
            <th>振铃</th>
            <th>通话</th>
            <th>整理</th>
            <th>接听</th>
            <th>呼出</th>
            <th title="秒">平均通话</th>
            <th title="秒">平均整理</th>
            <th title="通话与整理占签入时间">利用率</th>
            <th>登记</th>
            <th>直办</th>
            <th>质检均分</th>
            <th>差错</th>
            <th>表扬</th>
            <th>投诉</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.user}>
              <th scope="row">{r.name}</th>
              <td>{r.login}</td>
              <td>{lengthText(r.signed_ms)}</td>
              <td>{lengthText(r.ready_ms)}</td>
              {reasons.map(([code]) => (
                <td key={code}>{lengthText(r.busy.find((b) => (b.reason ?? "") === code)?.ms ?? 0)}</td>
              ))}
              <td>{lengthText(r.ringing_ms)}</td>
              <td>{lengthText(r.talking_ms)}</td>
              <td>{lengthText(r.wrap_ms)}</td>
              <td>{r.answered}</td>
              <td>{r.outbound}</td>
              <td>{seconds(r.aht)}</td>
              <td>{seconds(r.avg_wrap)}</td>
              <td>
                <Rate rate={r.occupancy} />
              </td>
              <td>{r.registered}</td>
              <td>{r.direct}</td>
              <td>{r.score_avg.value === null ? <span className="muted">—</span> : r.score_avg.value.toFixed(1)}</td>
              <td className={r.errors > 0 ? "bad" : undefined}>{r.errors}</td>
              <td>{r.praises}</td>
              <td className={r.complaints > 0 ? "bad" : undefined}>{r.complaints}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
