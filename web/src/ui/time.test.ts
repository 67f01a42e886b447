import { describe, expect, test } from "vitest";
import { ago, dateTime, fromPicker, length, remaining, shortTime, toPicker } from "./time";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** 2026-11-24 10:00 in Beijing. */
const NOW = Date.UTC(2026, 10, 24, 2, 0);

describe("remaining time", () => {
  test("counts down in at most two units", () => {
    expect(remaining(NOW + 2 * DAY + 3 * HOUR + 59 * MINUTE, NOW)).toBe("剩2天3小时");
    expect(remaining(NOW + 3 * HOUR + 5 * MINUTE, NOW)).toBe("剩3小时5分");
    expect(remaining(NOW + 35 * MINUTE, NOW)).toBe("剩35分钟");
  });
  test("leaves out a unit that is zero", () => {
    expect(remaining(NOW + 2 * DAY, NOW)).toBe("剩2天");
    expect(remaining(NOW + 4 * HOUR, NOW)).toBe("剩4小时");
  });
  test("is overdue only after the moment itself", () => {
    expect(remaining(NOW, NOW)).toBe("剩不足1分钟");
    expect(remaining(NOW - 1, NOW)).toBe("逾期不足1分钟");
    expect(remaining(NOW - DAY - 3 * HOUR, NOW)).toBe("逾期1天3小时");
  });
  test("has nothing to say without a deadline", () => {
    expect(remaining(null, NOW)).toBe("—");
  });
  test("a length has no sign", () => {
    expect(length(-90 * MINUTE)).toBe("1小时30分");
  });
});

describe("moments on screen", () => {
  test("are Beijing time whatever the workstation's zone", () => {
    expect(dateTime(Date.UTC(2026, 10, 24, 17, 5))).toBe("2026-11-25 01:05");
  });
  test("are as short as stays clear", () => {
    expect(shortTime(NOW - HOUR, NOW)).toBe("09:00");
    expect(shortTime(NOW - 2 * DAY, NOW)).toBe("11-22 10:00");
    expect(shortTime(NOW - 400 * DAY, NOW)).toBe("2025-10-20");
  });
  test("tell how long ago", () => {
    expect(ago(NOW - 10_000, NOW)).toBe("刚刚");
    expect(ago(NOW - 3 * MINUTE, NOW)).toBe("3分钟前");
    expect(ago(NOW - 20 * HOUR, NOW)).toBe("昨天 14:00");
  });
  test("survive the way through a picker", () => {
    expect(fromPicker(toPicker(NOW))).toBe(NOW);
    expect(fromPicker(null)).toBeNull();
  });
});
