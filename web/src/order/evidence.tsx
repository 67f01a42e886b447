// 派单依据卡 of a task, and 退回流转耗时: why the order came here, and what wrong ways cost.
import { Link } from "react-router";
import type { BounceView, EvidenceView, TaskView } from "@/api/types";
import { dateTime, shortTime } from "@/ui/time";
import "./evidence.css";

function Rule({ evidence: e }: { evidence: EvidenceView }) {
  if (!e.rule) return <span className="muted">目录没有更具体的规则，按属地或派单员研判派出</span>;
  return (
    <>
      “{e.rule.category_path}”（{e.rule.region_cn}）由 <b>{e.rule.lead.name}</b> 主办
      <span className="muted">
        {"　"}
        {dateTime(e.rule.valid_from).slice(0, 10)} 起施行{e.rule.valid_to && `，至 ${dateTime(e.rule.valid_to).slice(0, 10)}`}
      </span>
    </>
  );
}

/** Rule, basis, area, similar past orders and who finished them. */
export function EvidenceCard({ task, evidence: e }: { task: Pick<TaskView, "org">; evidence: EvidenceView }) {
  return (
    <section className="evidence" aria-label="派单依据卡">
      <header>
        <b>派单依据卡</b>
        <span className={e.follows ? "tag tag-green" : "tag tag-amber"}>{e.follows ? "与目录一致" : "与目录不一致"}</span>
        <span className="muted evidence-at">{dateTime(e.at)} 派单时留存</span>
      </header>
      <dl className="facts" style={{ ["--facts" as string]: 1 }}>
        <div><dt>目录规则</dt><dd><Rule evidence={e} /></dd></div>
        <div><dt>法定依据</dt><dd>{e.basis}</dd></div>
        <div><dt>属地</dt><dd>{e.region_cn}{e.county && <span className="muted">　属{e.county.name}管辖</span>}</dd></div>
        <div>
          <dt>办理先例</dt>
          <dd>
            {e.support_of === 0 ? (
              <span className="muted">近一年本区县没有同类办结工单</span>
            ) : (
              <>
                近一年同类办结 <b>{e.support_of}</b> 件，{task.org.name}办结 <b>{e.support_n}</b> 件
                <span className="muted">（{e.finished.map((f) => `${f.org.name} ${f.n} 件，按期 ${f.on_time}`).join("；")}）</span>
                <div>
                  {e.precedents.map((p) => (
                    <Link key={p.id} to={`/orders/${p.id}`} className="evidence-case" title={`${p.org.name} ${dateTime(p.closed_at)} 办结`}>
                      {p.case_no}
                    </Link>
                  ))}
                </div>
              </>
            )}
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** Time lost by returns; booked to the dispatch, on nobody's clock. */
export function BounceNote({ bounce }: { bounce: BounceView | null }) {
  if (!bounce) return null;
  return (
    <section className="evidence" aria-label="退回流转耗时">
      <header>
        <b>退回流转耗时 {bounce.total_cn}</b>
        <span className="muted evidence-at">不计入现承办单位的办理时限；对诉求人的承诺期限不顺延</span>
      </header>
      <ol className="evidence-legs">
        {bounce.legs.map((l) => (
          <li key={`${l.org.id}-${l.sent_at}`}>
            {l.org.name}　派出 <span className="num">{shortTime(l.sent_at)}</span> → 退回 <span className="num">{shortTime(l.returned_at)}</span> →{" "}
            {l.again_at ? <>再派 <span className="num">{shortTime(l.again_at)}</span></> : "等待再派"}　<b>{l.lost_cn}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}
