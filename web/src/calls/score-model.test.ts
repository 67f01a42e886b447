import { expect, test } from "vitest";
import { fullMarks, marksOf, missingNotes, totalOf } from "./score-model";
import type { SheetItem } from "./types";

const sheet: { items: SheetItem[] } = {
  items: [
    { code: "greet", name: "规范用语", weight: 40, fatal: false, hint: "" },
    { code: "record", name: "记录准确", weight: 60, fatal: false, hint: "" },
    { code: "rude", name: "辱骂群众", weight: 0, fatal: true, hint: "" },
  ],
};

test("a scorer begins with full marks and takes off", () => {
  const { points, hits } = fullMarks(sheet);
  expect(totalOf(sheet, points, hits)).toEqual({ total: 100, fatal: false });
  expect(totalOf(sheet, { ...points, greet: 32 }, hits).total).toBe(92);
});

test("a fatal fault leaves nothing", () => {
  const { points } = fullMarks(sheet);
  expect(totalOf(sheet, points, { rude: true })).toEqual({ total: 0, fatal: true });
});

test("whoever takes off says why", () => {
  const { points, hits } = fullMarks(sheet);
  expect(missingNotes(sheet, points, hits, {})).toEqual([]);
  expect(missingNotes(sheet, { ...points, greet: 30 }, { rude: true }, { rude: " " }).map((i) => i.code)).toEqual(["greet", "rude"]);
  expect(missingNotes(sheet, { ...points, greet: 30 }, hits, { greet: "未报工号" })).toEqual([]);
});

test("every item of the sheet is answered", () => {
  expect(marksOf(sheet, { greet: 30, record: 60 }, { rude: false }, { greet: "未报工号" })).toEqual([
    { code: "greet", points: 30, hit: false, note: "未报工号" },
    { code: "record", points: 60, hit: false, note: null },
    { code: "rude", points: 0, hit: false, note: null },
  ]);
});
