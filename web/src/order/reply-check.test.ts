import { expect, test } from "vitest";
import { checkReply } from "./reply-check";

const rules = (text: string) => checkReply(text).map((f) => f.rule);

test("a concrete reply raises nothing", () => {
  expect(rules("经核实，中山路18号门前路灯因电缆故障熄灭，我局已于11月23日更换电缆并恢复照明，共修复6盏。")).toEqual([]);
});

test("a citizen's mobile number or ID number is grave", () => {
  const found = checkReply("已与张先生（13812345678，身份证110101199003071234）电话沟通，现场核实后已修复路灯并恢复照明。");
  expect(found.filter((f) => f.grave).map((f) => f.rule)).toEqual(["含手机号码", "含身份证号"]);
});

test("a vague promise is pointed out only when no date is given", () => {
  expect(rules("您反映的道路破损问题，我单位将协调相关部门尽快处理，请您耐心等待。")).toContain("措施空泛、无时限");
  expect(rules("您反映的道路破损问题，我单位将协调相关部门于12月5日前完成修补并恢复通行。")).toEqual([]);
});

test("short and template answers are pointed out", () => {
  expect(rules("已处理。")).toContain("内容过短");
  expect(rules("您反映的问题已收悉，感谢您对我们工作的支持与理解，祝您生活愉快。")).toContain("模板化答复");
});
