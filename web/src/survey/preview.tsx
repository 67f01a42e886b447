// The questions as they will be asked, with where their answers lead.
import type { Question, SurveyView } from "./api";
import { values } from "./model";

function Answering({ q }: { q: Question }) {
  if (q.form.type === "text") return <p className="sv-blank muted">（文字，最多{q.form.most}字）</p>;
  if (q.form.type === "scale") {
    return (
      <p className="sv-steps">
        {q.form.low && <span className="muted">{q.form.low}</span>}
        {values(q.form).map((v) => <span key={v.value} className="tag num">{v.value}</span>)}
        {q.form.high && <span className="muted">{q.form.high}</span>}
      </p>
    );
  }
  const mark = q.form.type === "single" ? "sv-dot" : "sv-box";
  return <ul className="sv-listed">{q.form.choices.map((c) => <li key={c.code}><i className={mark} aria-hidden />{c.text}</li>)}</ul>;
}

function Ways({ q, all }: { q: Question; all: readonly Question[] }) {
  if (q.jumps.length === 0) return null;
  const named = new Map(values(q.form).map((v) => [v.value, v.label]));
  return (
    <ul className="muted">
      {q.jumps.map((j) => {
        const to = all.findIndex((o) => o.id === j.to);
        return <li key={j.when.join() + (j.to ?? "")}>选“{j.when.map((w) => named.get(w) ?? w).join("、")}”→ {to < 0 ? "结束作答" : `第${to + 1}题`}</li>;
      })}
    </ul>
  );
}

export function Preview({ survey }: { survey: SurveyView }) {
  const { questions, intro, thanks } = survey.text;
  return (
    <div className="sv-preview">
      {intro && <p className="prose">{intro}</p>}
      <ol>
        {questions.map((q, i) => (
          <li key={q.id}>
            <h3><span className="num">{i + 1}.</span> {q.text} {q.required ? "" : <span className="muted">（选填）</span>} {q.form.type === "multiple" && <span className="muted">（{q.form.most ? `最多选${q.form.most}项` : "可多选"}）</span>}</h3>
            <Answering q={q} />
            <Ways q={q} all={questions} />
          </li>
        ))}
      </ol>
      {thanks && <p className="muted">结束语：{thanks}</p>}
    </div>
  );
}
