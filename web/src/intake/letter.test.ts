import { expect, test } from "vitest";
import type { ItemView } from "@/inbox/calls";
import { ofLetter } from "./letter";

const item = {
  id: "i1",
  channel: "07",
  address: "gao@example.com",
  name: "高晓梅",
  full_subject: "回复：Re: 桂巷路路灯不亮",
  own_words: "桂巷路182号路灯坏了一个星期，我的电话13805310001，请尽快维修。",
  about: null,
} as unknown as ItemView;

test("what the sender wrote fills the form; the agent adds the rest", () => {
  const form = ofLetter(item);
  expect(form).toMatchObject({ channel: "07", email: "gao@example.com", name: "高晓梅", phone: "13805310001", title: "桂巷路路灯不亮", inbox: "i1" });
  expect(form.content).toBe(item.own_words);
  expect(form.demand_type).toBeNull();
});

test("of two numbers neither is taken for the sender's, and digits of a longer number are none", () => {
  expect(ofLetter({ ...item, own_words: "13805310001或13905310002" }).phone).toBe("");
  expect(ofLetter({ ...item, own_words: "卡号6222021380531000112" }).phone).toBe("");
});

test("a subject that says nothing gives way to the text; a letter without text is its subject", () => {
  expect(ofLetter({ ...item, full_subject: "Re: 你好" }).title).toBe("桂巷路182号路灯坏了一个星期，我的电话13805310001，请尽快维修");
  expect(ofLetter({ ...item, own_words: "" }).content).toBe("回复：Re: 桂巷路路灯不亮");
  expect([...ofLetter({ ...item, own_words: "字".repeat(3000) }).content].length).toBe(2000);
});

test("a name made up for Weibo is nobody's", () => {
  expect(ofLetter({ ...item, channel: "05", address: "1700000001" })).toMatchObject({ channel: "05", name: "", email: "" });
});

test("an answer stays with the order it answers", () => {
  const about = { id: "o1", case_no: "1", title: "t", state_cn: "", may_open: true };
  expect(ofLetter({ ...item, about }).previous_order).toBe("o1");
});
