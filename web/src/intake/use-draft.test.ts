import { expect, test } from "vitest";
import { blank } from "./model";
import { belongsElsewhere } from "./use-draft";

const call = { phone: "13800001234", call_id: "c1" };

test("a form that holds no more than a number gives way to a call", () => {
  expect(belongsElsewhere(blank({ phone: "13900000000" }), call)).toBe(false);
});

test("what was written for another call is put aside, what was written for this one stays", () => {
  const written = { ...blank({ phone: "13800001234" }), content: "路灯不亮" };
  expect(belongsElsewhere({ ...written, call_id: "c0" }, call)).toBe(true);
  expect(belongsElsewhere({ ...written, call_id: null }, call)).toBe(true);
  expect(belongsElsewhere({ ...written, call_id: "c1" }, call)).toBe(false);
});

test("without a call the number tells whose matter it is", () => {
  const written = { ...blank({ phone: "13800001234" }), content: "路灯不亮" };
  expect(belongsElsewhere(written, { phone: "13900000000", call_id: null })).toBe(true);
  expect(belongsElsewhere(written, { phone: "13800001234", call_id: null })).toBe(false);
  expect(belongsElsewhere(written, { phone: null, call_id: null })).toBe(false);
});
