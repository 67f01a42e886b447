// Results: counts, shares and means with their 95 % intervals, with and without what was excluded.
import { Segmented } from "antd";
import { useState } from "react";
import { Empty, Loaded } from "@/ui/states";
import { useResults, type Group, type Interval, type Part, type QuestionResult, type SurveyResult } from "./api";

/** 82.4% (78.1–86.0) */
function Share({ share }: { share: Interval | null }) {
  if (!share) return <span className="muted">—</span>;
  return (
    <span className="num">
      <b>{share.value.toFixed(1)}%</b> <small className="muted">{share.low.toFixed(1)}–{share.high.toFixed(1)}</small>
    </span>
  );
}

function Mean({ mean, top }: { mean: Interval; top: number }) {
  return (
    <span className="num sv-mean" title={`平均分的95%置信区间，满分${top}`}>
      <b>{mean.value.toFixed(2)}</b> <small className="muted">{mean.low.toFixed(2)}–{mean.high.toFixed(2)}</small>
    </span>
  );
}

/** The share as a bar, its interval as a whisker. */
function Bar({ share }: { share: Interval | null }) {
  if (!share) return <span className="sv-bar" />;
  return (
    <span className="sv-bar" aria-hidden>
      <i style={{ width: `${share.value}%` }} />
      <em style={{ left: `${share.low}%`, width: `${Math.max(0.4, share.high - share.low)}%` }} />
    </span>
  );
}

function Figures({ q, no }: { q: QuestionResult; no: number }) {
  return (
    <section className="sv-figures" aria-label={`第${no}题结果`}>
      <h3>
        <span className="num">{no}.</span> {q.text} <span className="tag">{q.form_cn}</span>
        <small className="muted num">{q.n} 人作答</small>
        {q.mean && <span className="sv-head-mean">平均 <Mean mean={q.mean} top={q.top ?? 5} /></span>}
      </h3>
      {q.options.length === 0 ? (
        <p className="muted">文字见“文字意见”。</p>
      ) : (
        <table className="sv-options">
          <tbody>
            {q.options.map((o) => (
              <tr key={o.code}>
                <th scope="row" title={o.text}>{o.text}</th>
                <td className="num sv-n">{o.n}</td>
                <td><Bar share={o.share ?? null} /></td>
                <td className="sv-share"><Share share={o.share ?? null} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** The question departments are compared by: the first scale, or the first choice. */
function leading(part: Part): QuestionResult | undefined {
  return part.questions.find((q) => q.mean !== null) ?? part.questions.find((q) => q.options.length > 0);
}

function Groups({ title, groups, part, least }: { title: string; groups: readonly Group[]; part: Part; least: number }) {
  const lead = leading(part);
  if (groups.length === 0 || !lead) return null;
  const best = lead.top ? lead.options.slice(-2) : lead.options;
  return (
    <section className="sv-groups">
      <h3>{title}<small className="muted">按“{lead.text}”；按名称排列，不作排名</small></h3>
      <table className="adm-table">
        <thead>
          <tr>
            <th>{title.replace("按", "")}</th>
            <th style={{ width: 80 }}>份数</th>
            {lead.mean && <th style={{ width: 150 }}>平均分（95%区间）</th>}
            {best.map((o) => <th key={o.code} style={{ width: 150 }}>{o.text}（95%区间）</th>)}
          </tr>
        </thead>
        <tbody>
          {groups.map((g) => {
            const own = g.questions.find((q) => q.id === lead.id);
            return (
              <tr key={g.org.id + g.name}>
                <td>{g.name || g.org.name}{g.name && g.name !== g.org.name && <small className="muted"> {g.org.name}</small>}</td>
                {g.n === null || !own ? (
                  <td colSpan={1 + (lead.mean ? 1 : 0) + best.length} className="muted">不足{least}份，或会推算出其他部门，不显示</td>
                ) : (
                  <>
                    <td className="num">{g.n}</td>
                    {lead.mean && <td>{own.mean && <Mean mean={own.mean} top={lead.top ?? 5} />}</td>}
                    {best.map((o) => <td key={o.code}><Share share={own.options.find((x) => x.code === o.code)?.share ?? null} /></td>)}
                  </>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Shown({ result }: { result: SurveyResult }) {
  const [view, setView] = useState<"kept" | "all">("kept");
  const part = view === "all" && result.all ? result.all : result.kept;
  return (
    <div className="sv-result">
      <div className="sv-result-head">
        {result.all && (
          <Segmented<"kept" | "all"> value={view} onChange={setView} aria-label="口径" options={[{ value: "kept", label: "剔除后" }, { value: "all", label: "剔除前" }]} />
        )}
        <span>
          {part.n === null ? `不足${result.min_cell}份` : <><b className="num">{part.n}</b> 份</>}
          {result.excluded_n > 0 && <span className="muted">（剔除 {result.excluded_n} 份{view === "all" ? "，此处计入" : ""}）</span>}
        </span>
        <span className="muted">占比用威尔逊区间，均值用t区间，置信水平95%。{result.partial && "仅统计对本单位及下级的评价。"}</span>
      </div>
      {part.n === null ? (
        <Empty title={`答卷不足${result.min_cell}份，暂不显示结果`} hint="份数少时可能认出答卷人。" />
      ) : (
        <>
          <Groups title="按窗口" groups={part.by_point} part={part} least={result.min_cell} />
          <Groups title="按部门" groups={part.by_org} part={part} least={result.min_cell} />
          {part.questions.map((q, i) => <Figures key={q.id} q={q} no={i + 1} />)}
        </>
      )}
    </div>
  );
}

export function Results({ id }: { id: string }) {
  return <Loaded query={useResults(id)}>{(r) => <Shown result={r} />}</Loaded>;
}
