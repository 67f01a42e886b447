import { describe, expect, test } from "vitest";
import { actionWord, detailText, objectWord } from "./trail-words";
import { monthsOf, works } from "./calendar-year";
import { nextCode } from "./categories";
import { conflicts } from "./grants";
import { checkValue, choicesOf, descriptionText, sameValue, valueText, wordsOf, type Shape } from "./param-value";
import { visibleRows } from "./tree";
import type { CategoryView, DayView, ParamView, RoleView } from "./types";

const days = (qty: number) => ({ qty, unit: "work_day" });

const param = (kind: ParamView["kind"], more: Partial<Shape> = {}): Shape => ({
  kind, unit: "", min: null, max: null, choices: [], sum: null, description: "", ...more,
});
const scheme = param("int", { choices: ["3", "5"], description: "3 红黄绿三级，5 按时长百分比五级" });

test("choices take their words from the description", () => {
  expect(choicesOf(scheme)).toEqual([
    { value: "3", label: "红黄绿三级" },
    { value: "5", label: "按时长百分比五级" },
  ]);
});

test("codes do not show in descriptions", () => {
  expect(descriptionText(param("choice", { choices: ["midnight", "business"], description: "midnight 到期日24时，business 到期日下班时" }))).toBe("到期日24时，到期日下班时");
  expect(descriptionText(param("int", { description: "超过后转督办" }))).toBe("超过后转督办");
});

describe("values in words", () => {
  test("carry their units", () => {
    expect(valueText(param("span"), days(3))).toBe("3个工作日");
    expect(valueText(param("int", { unit: "分钟" }), 20)).toBe("20分钟");
    expect(valueText(param("object", { unit: "%" }), [50, 100])).toBe("50%、100%");
    expect(valueText(param("flag"), false)).toBe("关");
    expect(valueText(scheme, 5)).toBe("5（按时长百分比五级）");
  });
  test("say combined values part by part", () => {
    expect(wordsOf({ respond: 30, solve: 35, satisfy: 35 })).toBe("响应率30，解决率35，满意率35");
    expect(wordsOf([["09:00", "12:00"], ["13:00", "18:00"]])).toBe("09:00–12:00、13:00–18:00");
    expect(wordsOf([{ after: days(2), level: "normal" }])).toBe("逾期后2个工作日，升为一般督办");
    expect(wordsOf({ city: days(3) })).toBe("市级3个工作日");
  });
});

describe("a value that cannot be set says why", () => {
  test("out of bounds", () => {
    expect(checkValue(param("span", { min: 1, max: 3650 }), days(0))).toBe("请填写1至3650之间的数量");
    expect(checkValue(param("span", { min: 1, max: 3650 }), days(2))).toBeUndefined();
    expect(checkValue(param("int", { min: 3, max: 10 }), 2)).toBe("请填写3至10之间的整数");
    expect(checkValue(param("int", { min: 3, max: 10 }), 3.5)).toBe("请填写3至10之间的整数");
  });
  test("not among the choices", () => {
    expect(checkValue(scheme, 4)).toBe("请选择一项");
    expect(checkValue(scheme, 5)).toBeUndefined();
  });
  test("of the wrong shape", () => {
    expect(checkValue(param("span"), { qty: null, unit: "work_day" })).toBe("请填写数量和单位");
    expect(checkValue(param("window"), { from: "21:00", to: "08:00" })).toBe("结束须晚于开始");
    expect(checkValue(param("windows"), [["09:00", "12:00"], ["11:00", "13:00"]])).toBe("各段须按先后填写，不得重叠");
    expect(checkValue(param("object"), { a: null })).toBe("各项都须填写");
  });
  test("weights that do not add up", () => {
    expect(checkValue(param("object", { sum: 100 }), { a: 50, b: 40 })).toBe("各项之和须为100，现为90");
    expect(checkValue(param("object", { sum: 100 }), { a: 60, b: 40 })).toBeUndefined();
  });
});

test("two values are the same whatever the order of their parts", () => {
  expect(sameValue({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
  expect(sameValue([1, 2], [2, 1])).toBe(false);
});

test("a search in a tree keeps what is above and below a hit", () => {
  const items = [
    { id: "1", parent: null, name: "市政府" },
    { id: "2", parent: "1", name: "住建局" },
    { id: "3", parent: "2", name: "照明所" },
    { id: "4", parent: "1", name: "教育局" },
  ];
  expect(visibleRows(items, new Set(), "").map((r) => r.id)).toEqual(["1"]);
  expect(visibleRows(items, new Set(["1"]), "").map((r) => r.id)).toEqual(["1", "2", "4"]);
  expect(visibleRows(items, new Set(), "住建").map((r) => r.id)).toEqual(["1", "2", "3"]);
  expect(visibleRows(items, new Set(), "照明").map((r) => r.id)).toEqual(["1", "2", "3"]);
  expect(visibleRows(items, new Set(), "无此").length).toBe(0);
});

test("a draft day counts as worked or not before it is saved", () => {
  const day = (date: string, weekday: string, working: boolean): DayView => ({ date, weekday, working, kind: null, note: null, overridden: false });
  const week = [day("2027-01-01", "周五", true), day("2027-01-02", "周六", false)];
  const drafts = new Map([["2027-01-02", { date: "2027-01-02", kind: "work" as const, note: null }]]);
  expect(monthsOf(week, new Map())[0]).toMatchObject({ month: 1, lead: 4, working: 1 });
  expect(monthsOf(week, drafts)[0]?.working).toBe(2);
  expect(works(day("2027-01-02", "周六", true), { date: "2027-01-02", kind: null, note: null })).toBe(false);
});

test("the next category code is free and belongs below its parent", () => {
  const category = (code: string, parent: string | null, level: number) => ({ code, parent, level }) as CategoryView;
  const all = [category("010000", null, 1), category("010100", "010000", 2), category("010200", "010000", 2), category("010101", "010100", 3), category("990000", null, 1)];
  expect(nextCode(all, null)).toBe("020000");
  expect(nextCode(all, all[0] ?? null)).toBe("010300");
  expect(nextCode(all, all[1] ?? null)).toBe("010102");
  expect(nextCode(all, all[3] ?? null)).toBe("");
});

test("roles that exclude each other are named before anything is asked", () => {
  const role = (code: string, cn: string, exclusive_with: string[]) => ({ code, cn, exclusive_with, permissions: [], users: 0 }) as RoleView;
  const roles = [role("sysadmin", "系统管理员", ["agent"]), role("agent", "话务员", []), role("handler", "经办人", [])];
  expect(conflicts(["agent", "sysadmin"], roles)).toEqual(["“话务员”与“系统管理员”不得由同一人担任"]);
  expect(conflicts(["agent", "handler"], roles)).toEqual([]);
});

test("audit lines speak Chinese, unknown codes stay as they are", () => {
  expect(actionWord("session.open")).toBe("登录");
  expect(actionWord("order.dispatch")).toBe("派单");
  expect(actionWord("made.up")).toBe("made.up");
  expect(objectWord({ object_kind: "order", object_id: "0192f3a0-0005-7000-8000-000000000092" })).toBe("工单 …00000092");
  expect(objectWord({ object_kind: "param", object_id: "sla.accept" })).toBe("参数 sla.accept");
  expect(detailText({ fields: ["pii.basic"], reason: "核实" })).toBe("理由：核实；字段：pii.basic");
  expect(detailText(null)).toBe("");
});
