import { describe, expect, test } from "vitest";
import type { Member } from "./api";
import { calledOf, textFor } from "./words";

const member = (requester_masked: string | null) => ({ order: { case_no: "A1", title: "路灯不亮", requester_masked } }) as Member;

describe("one answer for many citizens", () => {
  test("each gets their own number, address and matter", () => {
    expect(textFor(" {称呼}您好，您反映的“{标题}”（{编号}）已办结，编号{编号}。 ", member("王*明"))).toBe("王先生/女士您好，您反映的“路灯不亮”（A1）已办结，编号A1。");
  });
  test("nobody known is addressed neutrally", () => {
    expect([calledOf(null), calledOf("匿名"), calledOf("  ")]).toEqual(["诉求人", "诉求人", "诉求人"]);
  });
});
