// One question of the builder: its text, how it is answered, and where its answers lead.
import { Button, Input, InputNumber, Select, Switch } from "antd";
import type { AnswerForm, Jump, Question } from "./api";
import { FORMS, formOf, nextId, values } from "./model";

interface Props {
  question: Question;
  at: number;
  all: readonly Question[];
  /** 即时评价: texts may be changed, nothing else. */
  fixed: boolean;
  wrong: boolean;
  change: (next: Question) => void;
  move: (by: -1 | 1) => void;
  remove: () => void;
}

const END = "end";

function Choices({ form, change }: { form: Extract<AnswerForm, { choices: unknown }>; change: (next: AnswerForm) => void }) {
  const set = (choices: typeof form.choices) => change({ ...form, choices });
  return (
    <div className="sv-choices">
      {form.choices.map((c, i) => (
        <span key={c.code} className="sv-choice">
          <i className={form.type === "single" ? "sv-dot" : "sv-box"} aria-hidden />
          <Input value={c.text} maxLength={60} placeholder={`选项${i + 1}`} aria-label={`选项${i + 1}`} onChange={(e) => set(form.choices.map((o) => (o.code === c.code ? { ...o, text: e.target.value } : o)))} />
          <Button type="text" size="small" aria-label={`删除选项${i + 1}`} disabled={form.choices.length <= 2} onClick={() => set(form.choices.filter((o) => o.code !== c.code))}>×</Button>
        </span>
      ))}
      <span className="sv-choice-more">
        <Button size="small" onClick={() => set([...form.choices, { code: nextId("a", form.choices.map((c) => c.code)), text: "" }])}>添加选项</Button>
        {form.type === "multiple" && (
          <>
            <span className="muted">最多选</span>
            <InputNumber size="small" min={1} max={form.choices.length} value={form.most ?? null} placeholder="不限" aria-label="最多选几项" onChange={(most) => change({ ...form, most })} style={{ width: 70 }} />
            <span className="muted">项</span>
          </>
        )}
      </span>
    </div>
  );
}

function Answering({ form, change, fixed }: { form: AnswerForm; change: (next: AnswerForm) => void; fixed: boolean }) {
  if ("choices" in form) return <Choices form={form} change={change} />;
  if (form.type === "text") {
    return (
      <span className="sv-line">
        <span className="muted">最多</span>
        <InputNumber size="small" min={1} max={1000} value={form.most} aria-label="字数上限" onChange={(v) => change({ ...form, most: v ?? 300 })} style={{ width: 80 }} />
        <span className="muted">字</span>
      </span>
    );
  }
  return (
    <span className="sv-line">
      <span className="muted">1 分</span>
      <Input size="small" value={form.low} maxLength={12} aria-label="最低分的含义" onChange={(e) => change({ ...form, low: e.target.value })} style={{ width: 110 }} />
      <span className="muted">至</span>
      <InputNumber size="small" min={3} max={fixed ? 5 : 10} value={form.top} aria-label="最高分" onChange={(v) => change({ ...form, top: v ?? 5 })} style={{ width: 60 }} />
      <span className="muted">分</span>
      <Input size="small" value={form.high} maxLength={12} aria-label="最高分的含义" onChange={(e) => change({ ...form, high: e.target.value })} style={{ width: 110 }} />
    </span>
  );
}

function Jumps({ question, at, all, change }: Pick<Props, "question" | "at" | "all" | "change">) {
  const set = (jumps: Jump[]) => change({ ...question, jumps });
  const targets = [...all.slice(at + 1).map((q, i) => ({ value: q.id, label: `跳到第${at + 2 + i}题 ${q.text}` })), { value: END, label: "结束作答" }];
  return (
    <div className="sv-jumps">
      {question.jumps.map((j, i) => (
        <span key={i} className="sv-line">
          <span className="muted">选</span>
          <Select mode="multiple" size="small" value={j.when} options={values(question.form)} placeholder="哪些选项" aria-label={`跳转${i + 1}的条件`} onChange={(when) => set(question.jumps.map((o, n) => (n === i ? { ...o, when } : o)))} style={{ minWidth: 190, flex: 1 }} />
          <span className="muted">后</span>
          <Select size="small" value={j.to ?? END} options={targets} aria-label={`跳转${i + 1}的目标`} onChange={(to) => set(question.jumps.map((o, n) => (n === i ? { ...o, to: to === END ? null : to } : o)))} style={{ width: 240 }} />
          <Button type="text" size="small" aria-label={`删除跳转${i + 1}`} onClick={() => set(question.jumps.filter((_, n) => n !== i))}>×</Button>
        </span>
      ))}
      <Button type="link" size="small" onClick={() => set([...question.jumps, { when: [], to: null }])}>添加跳转</Button>
    </div>
  );
}

export function QuestionCard({ question: q, at, all, fixed, wrong, change, move, remove }: Props) {
  const no = at + 1;
  return (
    <li className={`sv-card${wrong ? " wrong" : ""}`} aria-label={`第${no}题`}>
      <div className="sv-card-head">
        <b className="num">{no}</b>
        <Select size="small" value={q.form.type} options={FORMS} disabled={fixed} aria-label={`第${no}题题型`} onChange={(type) => change({ ...q, form: formOf(type, q.form) })} style={{ width: 78 }} />
        <Input value={q.text} maxLength={200} placeholder="题目" aria-label={`第${no}题题目`} onChange={(e) => change({ ...q, text: e.target.value })} />
        <span className="sv-must"><Switch size="small" checked={q.required} disabled={fixed} aria-label={`第${no}题必答`} onChange={(required) => change({ ...q, required })} /> 必答</span>
        {!fixed && (
          <span className="sv-tools">
            <Button type="text" size="small" aria-label={`第${no}题上移`} disabled={at === 0} onClick={() => move(-1)}>↑</Button>
            <Button type="text" size="small" aria-label={`第${no}题下移`} disabled={at === all.length - 1} onClick={() => move(1)}>↓</Button>
            <Button type="text" size="small" danger aria-label={`删除第${no}题`} onClick={remove}>删除</Button>
          </span>
        )}
      </div>
      <Answering form={q.form} fixed={fixed} change={(form) => change({ ...q, form })} />
      {!fixed && q.form.type !== "text" && <Jumps question={q} at={at} all={all} change={change} />}
    </li>
  );
}
