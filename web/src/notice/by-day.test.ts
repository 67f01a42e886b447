import { expect, test } from "vitest";
import type { NoticeView } from "@/api/types";
import { dayTitle, groupByDay, kindWord } from "./by-day";

const NOW = Date.parse("2026-11-24T10:00:00+08:00");
const notice = (id: string, text: string) => ({ id, at: Date.parse(`${text}+08:00`) }) as NoticeView;

test("notices are grouped by the day in Beijing", () => {
  const groups = groupByDay([notice("a", "2026-11-24T00:05:00"), notice("b", "2026-11-23T23:55:00"), notice("c", "2026-11-23T08:00:00")]);
  expect(groups.map(([day, rows]) => [day, rows.map((r) => r.id)])).toEqual([
    ["2026-11-24", ["a"]],
    ["2026-11-23", ["b", "c"]],
  ]);
});

test("days are named as people say them", () => {
  expect(dayTitle("2026-11-24", NOW)).toBe("今天");
  expect(dayTitle("2026-11-23", NOW)).toBe("昨天");
  expect(dayTitle("2026-11-22", NOW)).toBe("11月22日 周日");
  expect(dayTitle("2025-11-22", NOW)).toBe("2025年11月22日");
  expect(kindWord("unheard_of")).toBe("通知");
});
