// The builder: what is asked, of whom, and until when.
import { App, Button, Drawer, Input, InputNumber, Segmented, Switch } from "antd";
import { useState } from "react";
import { ApiError, messageOf } from "@/api/client";
import type { FieldProblem } from "@/api/types";
import { MomentPicker } from "@/ui/moment-picker";
import { surveys, useSurveysChanged, type Kind, type SurveyText, type SurveyView } from "./api";
import { FORMS, KINDS, blank, instant, move, newQuestion, rated, remove, replace } from "./model";
import { QuestionCard } from "./question";
import "./survey.css";

function Settings({ text, kind, set }: { text: SurveyText; kind: Kind; set: (t: Partial<SurveyText>) => void }) {
  return (
    <div className="sv-settings">
      <label className="wide">标题<Input value={text.title} maxLength={60} onChange={(e) => set({ title: e.target.value })} aria-label="标题" /></label>
      <label className="wide">说明<Input.TextArea value={text.intro} autoSize={{ minRows: 2, maxRows: 5 }} maxLength={1000} onChange={(e) => set({ intro: e.target.value })} placeholder="调查目的、大约需要几分钟" aria-label="说明" /></label>
      <label>开始时间<MomentPicker value={text.opens_at ?? null} onChange={(v) => set({ opens_at: v })} placeholder="发布后立即开始" /></label>
      <label>截止时间<MomentPicker value={text.closes_at ?? null} onChange={(v) => set({ closes_at: v })} placeholder="长期有效" /></label>
      <label>总配额<InputNumber value={text.quota ?? null} min={1} max={10_000_000} onChange={(v) => set({ quota: v })} placeholder="不限份数" style={{ width: "100%" }} aria-label="总配额" /></label>
      {rated(kind) && <label>每个对象配额<InputNumber value={text.quota_point ?? null} min={1} max={10_000_000} onChange={(v) => set({ quota_point: v })} placeholder="不限份数" style={{ width: "100%" }} aria-label="每个对象配额" /></label>}
      {!instant(kind) && (
        <label>
          手机核验
          <span><Switch checked={text.verified} onChange={(v) => set({ verified: v })} aria-label="手机核验" /> <span className="muted">{text.verified ? "一号一份，不保存号码" : "匿名"}</span></span>
        </label>
      )}
      <label className="wide">结束语<Input value={text.thanks} maxLength={300} onChange={(e) => set({ thanks: e.target.value })} placeholder="您的评价会如实计入结果。" aria-label="结束语" /></label>
    </div>
  );
}

function Problems({ problems, top }: { problems: readonly FieldProblem[]; top: string | undefined }) {
  if (!top && problems.length === 0) return null;
  return (
    <div className="note note-red sv-problems" role="alert">
      {top && <p>{top}</p>}
      {problems.map((p) => <p key={p.field + p.message}>{p.message}{p.remedy && `，${p.remedy}`}</p>)}
    </div>
  );
}

/** Saves a new survey or a draft; what is refused is told above, and marked at its question. */
function useSaving(survey: SurveyView | null, kind: Kind, text: SurveyText, saved: (s: SurveyView) => void) {
  const { message } = App.useApp();
  const changed = useSurveysChanged();
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const [top, setTop] = useState<string>();
  const save = async () => {
    setBusy(true);
    setProblems([]);
    setTop(undefined);
    try {
      const next = survey ? await surveys.act(survey.row.id, survey.version, { act: "save", text }) : await surveys.create({ kind, text });
      message.success("草稿已保存");
      saved(next);
      await changed();
    } catch (error) {
      if (error instanceof ApiError && error.fields.length > 0) setProblems(error.fields);
      else setTop(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, problems, top, save };
}

export function Editor({ survey, close, saved }: { survey: SurveyView | null; close: () => void; saved: (s: SurveyView) => void }) {
  const [kind, setKind] = useState<Kind>(survey?.row.kind ?? "questionnaire");
  const [text, setText] = useState<SurveyText>(survey?.text ?? blank("questionnaire"));
  const { busy, problems, top, save } = useSaving(survey, kind, text, saved);
  const set = (part: Partial<SurveyText>) => setText((t) => ({ ...t, ...part }));
  const questions = text.questions;
  const pick = (next: Kind) => {
    setKind(next);
    setText((t) => (t.questions.every((q) => q.text === "") || instant(next) || instant(kind) ? { ...blank(next), intro: t.intro } : t));
  };
  return (
    <Drawer
      open
      title={survey ? `修改：${survey.row.title}` : "新建评议"}
      onClose={close}
      size={900}
      mask={{ closable: false }}
      footer={
        <div className="adm-drawer-foot">
          <Button type="primary" loading={busy} onClick={() => void save()}>保存草稿</Button>
          <Button onClick={close}>取消</Button>
          <span className="muted sv-foot-note">保存后可预览题目；发布后内容固定，修改须另出新版本。</span>
        </div>
      }
    >
      <Problems problems={problems} top={top} />
      {!survey && (
        <div className="sv-kind">
          <Segmented<Kind> value={kind} onChange={pick} options={KINDS.map(({ value, label }) => ({ value, label }))} aria-label="评议方式" />
          <span className="muted">{KINDS.find((k) => k.value === kind)?.hint}</span>
        </div>
      )}
      <Settings text={text} kind={kind} set={set} />
      <h3 className="sv-head">题目（{questions.length}）</h3>
      <ol className="sv-questions">
        {questions.map((q, i) => (
          <QuestionCard
            key={q.id}
            question={q}
            at={i}
            all={questions}
            fixed={instant(kind)}
            wrong={problems.some((p) => p.field === `questions.${q.id}`)}
            change={(next) => set({ questions: replace(questions, i, next) })}
            move={(by) => set({ questions: move(questions, i, by) })}
            remove={() => set({ questions: remove(questions, i) })}
          />
        ))}
      </ol>
      {!instant(kind) && (
        <div className="sv-add">
          <span className="muted">添加：</span>
          {FORMS.map((f) => (
            <Button key={f.value} onClick={() => set({ questions: [...questions, newQuestion(f.value, questions)] })}>{f.label}题</Button>
          ))}
        </div>
      )}
    </Drawer>
  );
}
