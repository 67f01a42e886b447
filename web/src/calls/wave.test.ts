import { expect, test } from "vitest";
import { columns, momentAt } from "./wave";

test("no peak is lost when many values share a column", () => {
  expect(columns([1, 9, 2, 3, 8, 4], 2)).toEqual([9, 8]);
});

test("few values are spread over many columns", () => {
  expect(columns([5, 7], 4)).toEqual([5, 5, 7, 7]);
  expect(columns([], 4)).toEqual([]);
});

test("the pointer names a moment, inside the recording only", () => {
  expect(momentAt(50, 200, 60_000)).toBe(15_000);
  expect(momentAt(-10, 200, 60_000)).toBe(0);
  expect(momentAt(999, 200, 60_000)).toBe(60_000);
});
