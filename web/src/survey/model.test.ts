import { expect, test } from "vitest";
import { blank, formOf, move, newQuestion, nextId, remove, replace, values } from "./model";
import type { Question } from "./api";

function three(): Question[] {
  const q: Question[] = [];
  for (const type of ["single", "scale", "text"] as const) q.push(newQuestion(type, q));
  const [first] = q;
  if (first) q[0] = { ...first, jumps: [{ when: ["a2"], to: "q3" }, { when: ["a1"], to: null }] };
  return q;
}

test("keys are never used twice", () => {
  expect(nextId("q", [])).toBe("q1");
  expect(nextId("q", ["q7", "q2"])).toBe("q8");
  expect(three().map((q) => q.id)).toEqual(["q1", "q2", "q3"]);
});

test("a jump goes with what it depends on", () => {
  expect(remove(three(), 2)[0]?.jumps).toEqual([{ when: ["a1"], to: null }]);
  const [first] = three();
  if (!first) throw new Error("there is a first question");
  expect(replace(three(), 0, { ...first, form: formOf("scale") })[0]?.jumps.map((j) => j.when)).toEqual([[], []]);
  const swapped = move(move(three(), 0, 1), 1, 1);
  expect(swapped.map((q) => q.id)).toEqual(["q2", "q3", "q1"]);
  expect(swapped[2]?.jumps).toEqual([{ when: ["a1"], to: null }]);
  expect(move(three(), 0, -1).map((q) => q.id)).toEqual(["q1", "q2", "q3"]);
});

test("choices survive a change between one and many", () => {
  const many = formOf("multiple", { type: "single", choices: [{ code: "a1", text: "网上" }, { code: "a2", text: "窗口" }] });
  expect(values(many).map((v) => v.label)).toEqual(["网上", "窗口"]);
  expect(values(formOf("text"))).toEqual([]);
});

test("a window is rated by one tap and words", () => {
  const text = blank("window");
  expect(text.questions.map((q) => [q.form.type, q.required])).toEqual([["scale", true], ["text", false]]);
  expect(blank("questionnaire").questions).toEqual([]);
});
