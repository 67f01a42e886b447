import { expect, test } from "vitest";
import type { SeatLine } from "@/phone/protocol";
import { alarmOf, countStates, lingers, ratesOf, rateText, seatsInOrder } from "./floor-model";

const today = { offered: 200, answered: 190, answered_in_15: 171, abandoned: 8, short_abandoned: 2, wait_ms: 1_140_000, talk_ms: 19_000_000, outbound: 4, missed_open: 3 };
const seat = (change: Partial<SeatLine>): SeatLine => ({ user: "u", name: "李娜", state: "ready", reason: null, since: 0, skills: [], media: true, call: null, number: null, answered: 0, talk_ms: 0, ...change });

test("the 15-second rate is given over the answered and over all who asked", () => {
  const r = ratesOf(today);
  expect(rateText(r.in15Answered)).toBe("90.0%");
  expect(rateText(r.in15Offered)).toBe("85.5%");
  expect(rateText(r.connect)).toBe("95.0%");
  expect(r.abandon).toEqual({ num: 8, den: 198 });
  expect(r.wait).toBe(6_000);
});

test("nothing is shown of nothing", () => {
  expect(rateText({ num: 0, den: 0 })).toBe("—");
  expect(ratesOf({ ...today, answered: 0 }).talk).toBeNull();
});

test("rates are rounded half up", () => {
  expect(rateText({ num: 1, den: 3 }, 2)).toBe("33.33%");
  expect(rateText({ num: 1, den: 800 }, 2)).toBe("0.13%");
  expect(rateText({ num: 1, den: 1 }, 2)).toBe("100.00%");
});

test("a missed target is amber near it and red beyond", () => {
  expect(alarmOf({ num: 95, den: 100 }, 95)).toBe("none");
  expect(alarmOf({ num: 92, den: 100 }, 95)).toBe("amber");
  expect(alarmOf({ num: 80, den: 100 }, 95)).toBe("red");
  expect(alarmOf({ num: 7, den: 100 }, 5, true)).toBe("amber");
  expect(alarmOf({ num: 0, den: 0 }, 95)).toBe("none");
});

test("busy seats are counted by reason", () => {
  const counts = countStates([seat({ state: "busy", reason: "rest" }), seat({ state: "busy", reason: "rest" }), seat({ state: "busy", reason: "meal" }), seat({})]);
  expect(counts.find((c) => c.state === "busy")).toEqual({ state: "busy", n: 3, reasons: [{ reason: "rest", n: 2 }, { reason: "meal", n: 1 }] });
  expect(counts.find((c) => c.state === "ready")?.n).toBe(1);
});

test("who rings stands on top, then who talks longest", () => {
  const order = seatsInOrder([seat({ name: "甲", state: "busy" }), seat({ name: "乙", state: "talking", since: 9 }), seat({ name: "丙", state: "talking", since: 3 }), seat({ name: "丁", state: "ringing" })]);
  expect(order.map((s) => s.name)).toEqual(["丁", "丙", "乙", "甲"]);
});

test("a wrap-up beyond three minutes is marked, a talk of that length is not", () => {
  expect(lingers(seat({ state: "wrap_up" }), 200_000)).toBe(true);
  expect(lingers(seat({ state: "talking" }), 200_000)).toBe(false);
  expect(lingers(seat({ state: "ready" }), 9e9)).toBe(false);
});
