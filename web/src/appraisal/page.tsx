// 评价与考核: rates of a period by unit, each with what it was taken of. Nobody is ranked.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { appraisal } from "@/api/calls";
import type { AppraisalRow, OrderRates, OrderSums, Rate } from "@/api/types";
import { DaySpanPicker, lastDays, momentsOf } from "@/calls/day-span";
import { Empty, Loaded } from "@/ui/states";
import "./appraisal.css";

const RATES: { key: keyof OrderRates; name: string; of: string; low?: boolean }[] = [
  { key: "sign_ontime", name: "按时签收率", of: "按时签收 / 应签收" },
  { key: "close_ontime", name: "按时办结率", of: "按时办结 / 应办结（剔除退回、撤回、并单、考核剔除）" },
  { key: "overdue_rate", name: "超期率", of: "超期 / 应办结", low: true },
  { key: "return_rate", name: "退单率", of: "同意退回 / 派单", low: true },
  { key: "bad_return_rate", name: "不当退单率", of: "驳回的退单 / 申请退单", low: true },
  { key: "reach_rate", name: "回访成功率", of: "接通 / 回访工单" },
  { key: "contact_rate", name: "联系率", of: "诉求人说已联系 / 说已联系或未联系" },
  { key: "process_rate", name: "过程满意率", of: "过程满意（含基本满意） / 有效评价" },
  { key: "satisfy_rate", name: "结果满意率", of: "结果满意（含基本满意） / 有效评价" },
  { key: "solve_rate", name: "解决率", of: "已解决 / 已解决、部分解决、未解决" },
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

function Figures({ sums, rates }: { sums: OrderSums; rates: OrderRates }) {
  return (
    <>
      <td className="num">{sums.dispatched}</td>
      <td className="num">{sums.left_out}</td>
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
      <Figures sums={row.sums} rates={row.rates} />
    </tr>
  );
}

export default function AppraisalPage() {
  const [span, setSpan] = useState(() => lastDays(30));
  const [group, setGroup] = useState("");
  const { from, to } = momentsOf(span);
  const ask = { from, until: to, group };
  const query = useQuery({ queryKey: ["appraisal", ask], queryFn: () => appraisal.view(ask) });
  const groups = query.data?.groups ?? [];
  return (
    <section className="panel ap">
      <header className="ap-bar">
        <h1>评价与考核</h1>
        <DaySpanPicker value={span} onChange={setSpan} />
        <Select aria-label="考核分组" value={group} onChange={setGroup} options={[{ value: "", label: "全部分组" }, ...groups.map((g) => ({ value: g, label: g }))]} style={{ width: 150 }} />
        <span className="muted ap-note">
          每个比率下方为分子/分母；单位含下级。办结按到期日、派单按派出日、评价按回访日统计。
          {query.data && `应办结不足 ${query.data.min_n} 件的标为样本不足。`}不作排名。
        </span>
      </header>
      <div className="ap-scroll">
        <Loaded query={query}>
          {(v) =>
            v.rows.length === 0 ? (
              <Empty title="这段时间没有可统计的工单" hint="请选择其他日期或分组。" />
            ) : (
              <table className="ap-table" aria-label="考核指标">
                <thead>
                  <tr>
                    <th style={{ width: 178 }}>单位</th>
                    <th style={{ width: 56 }} title="期间派给该单位主办的任务">派单</th>
                    <th style={{ width: 56 }} title="到期但不计入考核：退回、撤回、改派、随单终止、批准剔除">剔除</th>
                    {RATES.map((r) => (
                      <th key={r.key} title={r.of}>{r.name}</th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {group === "" && (
                    <tr className="ap-total">
                      <td>合计（每件只计一次）</td>
                      <Figures sums={v.total} rates={v.total_rates} />
                    </tr>
                  )}
                  {v.rows.map((r) => (
                    <Unit key={r.org.id} row={r} />
                  ))}
                </tbody>
              </table>
            )
          }
        </Loaded>
      </div>
    </section>
  );
}
