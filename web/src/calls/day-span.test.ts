import { expect, test } from "vitest";
import { lastDays, momentsOf } from "./day-span";

test("days are Beijing days, the last one to its end", () => {
  expect(momentsOf({ from: "2026-11-24", to: "2026-11-24" })).toEqual({ from: Date.UTC(2026, 10, 23, 16), to: Date.UTC(2026, 10, 24, 16) });
});

test("the last days include today", () => {
  const now = Date.UTC(2026, 10, 24, 17);
  expect(lastDays(1, now)).toEqual({ from: "2026-11-25", to: "2026-11-25" });
  expect(lastDays(7, now)).toEqual({ from: "2026-11-19", to: "2026-11-25" });
});
