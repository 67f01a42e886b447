// What the builder does to a questionnaire, as plain functions.
import type { AnswerForm, Choice, Jump, Kind, Question, SurveyText } from "./api";

export const KINDS: { value: Kind; label: string; hint: string }[] = [
  { value: "questionnaire", label: "问卷调查", hint: "一套题目，不针对某个部门" },
  { value: "poll", label: "网络测评", hint: "群众先选部门，再评价" },
  { value: "window", label: "窗口评价", hint: "每个窗口一个二维码，点一下即评" },
  { value: "efficiency", label: "审批效能评价", hint: "每个部门一个二维码，点一下即评" },
];

export const instant = (kind: Kind): boolean => kind === "window" || kind === "efficiency";
export const rated = (kind: Kind): boolean => kind !== "questionnaire";

export type FormType = AnswerForm["type"];
export const FORMS: { value: FormType; label: string }[] = [
  { value: "single", label: "单选" },
  { value: "multiple", label: "多选" },
  { value: "scale", label: "量表" },
  { value: "text", label: "填空" },
];

/** `q3` when there are q1 and q2, whatever their order. */
export function nextId(prefix: string, used: readonly string[]): string {
  const most = Math.max(0, ...used.map((id) => Number(id.replace(/\D/g, "")) || 0));
  return `${prefix}${most + 1}`;
}

const choices = (n: number): Choice[] => Array.from({ length: n }, (_, i) => ({ code: `a${i + 1}`, text: "" }));

/** An empty answer of a type; choices written before are kept. */
export function formOf(type: FormType, before?: AnswerForm): AnswerForm {
  const kept = before && "choices" in before ? before.choices : choices(2);
  if (type === "single") return { type, choices: kept };
  if (type === "multiple") return { type, choices: kept, most: null };
  if (type === "scale") return { type, top: 5, low: "很不满意", high: "非常满意" };
  return { type, most: 300 };
}

export function newQuestion(type: FormType, questions: readonly Question[]): Question {
  return { id: nextId("q", questions.map((q) => q.id)), text: "", hint: "", required: type !== "text", form: formOf(type), jumps: [] };
}

/** A text to begin with. */
export function blank(kind: Kind): SurveyText {
  const common = { title: "", intro: "", thanks: "", verified: false, opens_at: null, closes_at: null, quota: null, quota_point: null };
  const tap = (text: string): Question => ({ id: "q1", text, hint: "", required: true, form: formOf("scale"), jumps: [] });
  const words: Question = { id: "q2", text: "还想说点什么？", hint: "", required: false, form: { type: "text", most: 200 }, jumps: [] };
  if (kind === "window") return { ...common, title: "窗口服务评价", questions: [tap("您对本次窗口服务满意吗？"), words] };
  if (kind === "efficiency") return { ...common, title: "审批效能评价", questions: [tap("您对本次审批办理的效率满意吗？"), words] };
  return { ...common, questions: [] };
}

/** Values a jump can depend on. */
export function values(form: AnswerForm): { value: string; label: string }[] {
  if ("choices" in form) return form.choices.map((c) => ({ value: c.code, label: c.text || "（未填写）" }));
  if (form.type === "scale") return Array.from({ length: form.top }, (_, i) => ({ value: String(i + 1), label: `${i + 1}分` }));
  return [];
}

/** Jumps that still make sense: to a later question, after answers that exist. */
function sound(questions: Question[]): Question[] {
  return questions.map((q, i) => {
    const known = new Set(values(q.form).map((v) => v.value));
    const later = new Set(questions.slice(i + 1).map((o) => o.id));
    const jumps = q.jumps
      .map((j): Jump => ({ ...j, when: j.when.filter((w) => known.has(w)) }))
      .filter((j) => j.to === null || j.to === undefined || later.has(j.to));
    return { ...q, jumps };
  });
}

export function replace(questions: readonly Question[], at: number, next: Question): Question[] {
  return sound(questions.map((q, i) => (i === at ? next : q)));
}

export function remove(questions: readonly Question[], at: number): Question[] {
  return sound(questions.filter((_, i) => i !== at));
}

/** One place up (−1) or down (1). */
export function move(questions: readonly Question[], at: number, by: -1 | 1): Question[] {
  const to = at + by;
  const [a, b] = [questions[at], questions[to]];
  if (!a || !b) return [...questions];
  const out = [...questions];
  out[at] = b;
  out[to] = a;
  return sound(out);
}

/** 2026-11-01 至 2026-12-18, as far as it is bounded. */
export function spanText(opens: string | null, closes: string | null): string {
  if (!opens && !closes) return "长期有效";
  return opens ? `${opens} 至 ${closes ?? "长期"}` : `至 ${closes}`;
}
