import { expect, test } from "vitest";
import { passwordRules } from "./password-rules";

const unmet = (next: string) => passwordRules(next, "zhangsan", "Old-Passw0rd").filter((r) => !r.met).length;

test("a strong new password meets every rule", () => {
  expect(unmet("Qingdao-2026!")).toBe(0);
});

test("short, plain, telling and unchanged passwords each miss a rule", () => {
  expect(unmet("Ab1!")).toBe(1);
  expect(unmet("abcdefghijkl")).toBe(1);
  expect(unmet("ZhangSan-2026")).toBe(1);
  expect(unmet("Old-Passw0rd")).toBe(1);
});
