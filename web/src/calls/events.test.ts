import { expect, test } from "vitest";
import { eventText } from "./events";

test("particulars are put into words, codes nobody knows are not shown", () => {
  expect(eventText({ data: { cause: "no_answer" } })).toBe("无人接听");
  expect(eventText({ data: { service: "110" } })).toBe("联动 110");
  expect(eventText({ data: { position: 3 } })).toBe("排在第 3 位");
  expect(eventText({ data: { cause: "unheard_of" } })).toBe("");
  expect(eventText({ data: null })).toBe("");
});
