// 指标: rates of a period by unit, each with what it was taken of. Nobody is ranked.
import type { Answer, AppraisalRow, OrderRates, OrderSums, Rate } from "@/api/types";
import { Empty } from "@/ui/states";

const RATES: { key: keyof OrderRates; name: string; of: string; low?: boolean }[] = [
  { key: "sign_ontime", name: "按时签收率", of: "按时签收 / 应签收" },
  { key: "respond_rate", name: "响应率", of: "响应时限内联系上诉求人 / 应响应（有人可联系的派单）" },
  { key: "close_ontime", name: "按时办结率", of: "按时办结 / 应办结（剔除退回、撤回、并单、考核剔除）" },
  { key: "overdue_rate", name: "超期率", of: "超期 / 应办结", low: true },
  { key: "return_rate", name: "退单率", of: "同意退回 / 派单", low: true },
  { key: "bad_return_rate", name: "不当退单率", of: "驳回的退单 / 申请退单", low: true },
  { key: "reach_rate", name: "回访成功率", of: "接通 / 回访工单" },
  { key: "contact_rate", name: "联系率", of: "诉求人说已联系 / 说已联系或未联系" },
  { key: "process_rate", name: "过程满意率", of: "过程满意（含基本满意） / 有效评价" },
  { key: "satisfy_rate", name: "结果满意率", of: "结果满意（含基本满意） / 有效评价" },
  { key: "solve_rate", name: "解决率", of: "已解决 / 已解决、部分解决、未解决" },
  { key: "kb_fresh", name: "知识及时率", of: "知识更新及时率：复审期限前复审或修订 / 期间应复审的知识" },
];

function Cell({ rate, low = false }: { rate: Rate; low?: boolean }) {
  if (rate.value === null) return <td className="ap-rate muted">—</td>;
  const poor = low ? rate.value > 20 : rate.value < 80;
  return (
    <td className="ap-rate">
      <b className={poor ? "warn" : ""}>{rate.value.toFixed(2)}%</b>
      <small>
        {rate.num}/{rate.den}
      </small>
    </td>
  );
}

function Line({ sums, rates }: { sums: OrderSums; rates: OrderRates }) {
  return (
    <>
      <td className="num">{sums.dispatched}</td>
      <td className="num" title={`退回、撤回、改派、随单终止 ${sums.left_out - sums.exempt}，批准剔除 ${sums.exempt}；申诉成立 ${sums.contested}`}>
        {sums.left_out}
        {sums.exempt > 0 && <small className="muted"> 剔{sums.exempt}</small>}
      </td>
      {RATES.map((r) => (
        <Cell key={r.key} rate={rates[r.key]} low={r.low ?? false} />
      ))}
    </>
  );
}

function Unit({ row }: { row: AppraisalRow }) {
  return (
    <tr>
      <td>
        <div className="clip" title={row.org.name}>{row.org.name}</div>
        <small className="muted">
          {row.group}
          {row.few && <span className="tag" style={{ marginLeft: 4 }}>样本不足</span>}
        </small>
      </td>
      <Line sums={row.sums} rates={row.rates} />
    </tr>
  );
}

/** The table: the whole first, unless only one group is asked for. */
export function Figures({ view, whole }: { view: Answer<"appraisal_view">; whole: boolean }) {
  if (view.rows.length === 0) return <Empty title="这段时间没有可统计的工单" hint="请选择其他日期或分组。" />;
  return (
    <table className="ap-table" aria-label="考核指标">
      <thead>
        <tr>
          <th style={{ width: 168 }}>单位</th>
          <th style={{ width: 52 }} title="期间派给该单位主办的任务">派单</th>
          <th style={{ width: 62 }} title="到期但不计入考核：退回、撤回、改派、随单终止、批准剔除">不计</th>
          {RATES.map((r) => (
            <th key={r.key} title={r.of}>{r.name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {whole && (
          <tr className="ap-total">
            <td>合计（每件只计一次）</td>
            <Line sums={view.total} rates={view.total_rates} />
          </tr>
        )}
        {view.rows.map((r) => (
          <Unit key={r.org.id} row={r} />
        ))}
      </tbody>
    </table>
  );
}
