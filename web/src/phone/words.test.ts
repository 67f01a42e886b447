import { expect, test } from "vitest";
import { clock, hidden, partyName, spaced, unavailableText } from "./words";

test("lengths are read as on a telephone", () => {
  expect([0, 9_999, 192_000, 3_792_000, -5].map(clock)).toEqual(["00:00", "00:09", "03:12", "1:03:12", "00:00"]);
});

test("a mobile number is read out in groups, others as they are", () => {
  expect(spaced("13800001234")).toBe("138 0000 1234");
  expect(spaced("053285912345")).toBe("053285912345");
  expect(spaced("138****1234")).toBe("138****1234");
  expect(spaced("")).toBe("号码未显示");
});

test("an emergency service is called by what it is for, a department by its name, a stranger by the number", () => {
  expect(partyName({ kind: "service", name: "120" })).toBe("120 急救");
  expect(partyName({ kind: "department", name: "云溪市水务局" })).toBe("云溪市水务局");
  expect(partyName({ kind: "department", name: "13800001234" })).toBe("138 0000 1234");
});

test("over the desktop a number is told in part only", () => {
  expect(hidden("13800001234")).toBe("138****1234");
  expect(hidden("12345")).toBe("12345");
});

test("a system's error text is not for agents", () => {
  expect(unavailableText({ code: "failed", message: "话务未能启动：Address already in use" })).not.toMatch(/[A-Za-z]/);
  expect(unavailableText({ code: "starting", message: "话务平台正在启动，请稍候" })).toBe("话务平台正在启动，请稍候");
});
