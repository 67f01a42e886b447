import { expect, test } from "vitest";
import { labelStep, niceMax, runs } from "./chart-model";

test("an axis ends at a round number", () => {
  expect([0, 3, 7, 41, 99, 100, 420, 801].map(niceMax)).toEqual([4, 4, 8, 50, 100, 100, 500, 1000]);
});

test("labels that would touch are left out", () => {
  expect(labelStep(24, 1200, 40)).toBe(1);
  expect(labelStep(31, 600, 40)).toBe(3);
});

test("a line is broken where nothing was measured", () => {
  expect(runs([1, null, 2, 3])).toEqual([[[0, 1]], [[2, 2], [3, 3]]]);
  expect(runs([null])).toEqual([]);
});
