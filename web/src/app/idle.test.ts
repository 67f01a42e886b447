import { expect, test } from "vitest";
import { isIdle } from "./idle";

test("fifteen minutes without a sign of life are idle, one second less is not", () => {
  const now = 1_800_000_000_000;
  expect(isIdle(now - 15 * 60_000, now, 15)).toBe(true);
  expect(isIdle(now - 15 * 60_000 + 1000, now, 15)).toBe(false);
});

test("no limit means never idle", () => {
  expect(isIdle(0, 1_800_000_000_000, 0)).toBe(false);
});
