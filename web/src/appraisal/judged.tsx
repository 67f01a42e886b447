// 剔除与申诉: who asked for what with which evidence, who decided, and what it takes out of the figures.
import { Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { appraisal } from "@/api/calls";
import { usePages } from "@/api/hooks";
import type { Answer, OrderSums } from "@/api/types";
import { PageFoot } from "@/ui/order-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { shortTime } from "@/ui/time";

type Line = Answer<"judged_list">["items"][number];
const TONE: Record<string, string> = { pending: "tag tag-amber", approved: "tag tag-green", rejected: "tag tag-red" };

/** Pairs of the sums with the words for both sides. */
const PAIRS: { name: string; num: keyof OrderSums; den: keyof OrderSums }[] = [
  { name: "签收", num: "sign_ontime", den: "sign_due" },
  { name: "响应", num: "respond_ontime", den: "respond_due" },
  { name: "办结", num: "close_ontime", den: "due" },
  { name: "超期", num: "overdue", den: "due" },
  { name: "联系", num: "contact_yes", den: "contact_told" },
  { name: "过程满意", num: "process_sat", den: "process_rated" },
  { name: "结果满意", num: "result_sat", den: "result_rated" },
];

/** What leaves numerator and denominator; nothing for pairs that stay. */
export function takenText(t: OrderSums): string {
  const told = t.solved + t.partial + t.unsolved;
  const pairs = PAIRS.map((p) => ({ name: p.name, num: t[p.num], den: t[p.den] }));
  pairs.push({ name: "解决", num: t.solved, den: told });
  const out = pairs.filter((p) => p.den > 0 && !(p.name === "超期" && p.num === 0));
  return out.map((p) => `${p.name} −${p.num}/−${p.den}`).join("，");
}

function Row({ line }: { line: Line }) {
  const { request: r, order: o } = line;
  return (
    <tr>
      <td className="num">{shortTime(r.applied_at)}</td>
      <td><span className="tag tag-blue">{r.kind_cn}</span></td>
      <td>
        <div className="clip" title={`${o.case_no} ${o.title}`}><Link to={`/orders/${o.id}?tab=requests`}>{o.title}</Link></div>
      </td>
      <td><div className="clip" title={`${r.applied_org.name} ${r.applied_by_name}`}>{r.applied_org.name}</div></td>
      <td>
        <div className="clip" title={`${r.reason_cn}：${r.reason}`}>{r.items_cn && <b>{r.items_cn}　</b>}{r.reason_cn}</div>
      </td>
      <td>{line.evidence > 0 ? `${line.evidence} 份` : <span className="tag tag-red">无证据</span>}</td>
      <td><span className={TONE[r.state] ?? "tag"}>{r.state === "pending" ? `待${r.awaiting_cn ?? ""}` : r.state_cn}</span></td>
      <td>
        {r.decisions.length === 0 ? <span className="muted">—</span> : r.decisions.map((d) => (
          <div key={`${d.step}-${d.at}`} className="clip" title={d.opinion ?? undefined}>
            {d.by_name} <span className={d.approve ? "" : "bad"}>{d.approve ? "同意" : "驳回"}</span> <span className="num muted">{shortTime(d.at)}</span>
          </div>
        ))}
      </td>
      <td><div className="ap-taken num" title="同意后从分子、分母中去掉的数">{r.state === "rejected" ? <span className="muted">照常计入</span> : takenText(line.taken) || "—"}</div></td>
    </tr>
  );
}

export function Judged({ from, until }: { from: number; until: number }) {
  const [kind, setKind] = useState("");
  const [state, setState] = useState("");
  const query = { from, until, kind, state };
  const pages = usePages(["appraisal", "judged", query], appraisal.judged, query);
  return (
    <>
      <div className="ap-filters">
        <Select aria-label="申请类别" value={kind} onChange={setKind} style={{ width: 130 }} options={[{ value: "", label: "剔除和申诉" }, { value: "exempt", label: "剔除" }, { value: "contest", label: "评价申诉" }]} />
        <Select aria-label="申请状态" value={state} onChange={setState} style={{ width: 130 }} options={[{ value: "", label: "全部状态" }, { value: "pending", label: "待审批" }, { value: "approved", label: "已同意" }, { value: "rejected", label: "已驳回" }, { value: "cancelled", label: "已取消" }]} />
        <span className="muted">按申请时间；每次评价只能申诉一次，原始评价原样保留。</span>
      </div>
      <div className="ap-scroll">
        {pages.isPending ? (
          <Loading />
        ) : pages.error && pages.rows.length === 0 ? (
          <Failed error={pages.error} retry={() => void pages.refetch()} />
        ) : pages.rows.length === 0 ? (
          <Empty title="这段时间没有剔除申请和评价申诉" hint="承办单位在工单页申请剔除考核或对评价提出申诉，审批过程和影响显示在这里。" />
        ) : (
          <>
            <table className="ap-table ap-list" aria-label="剔除与申诉">
              <thead>
                <tr>
                  <th style={{ width: 92 }}>申请时间</th>
                  <th style={{ width: 84 }}>类别</th>
                  <th>事项</th>
                  <th style={{ width: 128 }}>申请单位</th>
                  <th style={{ width: 196 }}>情形</th>
                  <th style={{ width: 70 }}>证据</th>
                  <th style={{ width: 108 }}>状态</th>
                  <th style={{ width: 196 }}>审批人</th>
                  <th style={{ width: 200 }}>影响（分子/分母）</th>
                </tr>
              </thead>
              <tbody>
                {pages.rows.map((l) => (
                  <Row key={l.request.id} line={l} />
                ))}
              </tbody>
            </table>
            <PageFoot pages={pages} />
          </>
        )}
      </div>
    </>
  );
}
