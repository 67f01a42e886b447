import { expect, test } from "vitest";
import { seatCall } from "./fakes";
import { popWhen, wantsIntake } from "./screen-pop";

test("the form opens on ring, and waits for the answer only while something is being written", () => {
  expect(popWhen(seatCall({ state: "ringing" }), false)).toBe("now");
  expect(popWhen(seatCall({ state: "ringing" }), true)).toBe("wait");
  expect(popWhen(seatCall({ state: "talking" }), true)).toBe("now");
  expect(popWhen(seatCall({ state: "wrap_up" }), false)).toBe("never");
});

test("a call about an order opens no new form; a callback to a missed caller does, once answered", () => {
  expect(wantsIntake(seatCall({ order: "o1" }))).toBe(false);
  expect(wantsIntake(seatCall({ direction: "inner" }))).toBe(false);
  expect(wantsIntake(seatCall({ direction: "out", task: null }))).toBe(false);
  expect(popWhen(seatCall({ direction: "out", task: "d1", state: "dialling" }), false)).toBe("never");
  expect(popWhen(seatCall({ direction: "out", task: "d1", state: "talking" }), false)).toBe("now");
});
