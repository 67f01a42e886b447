import { describe, expect, test } from "vitest";
import type { AllowedAction, ClockView, FlowEntry } from "@/api/types";
import { countKinds, dueChange, kindOf, moveText, whoText, together } from "./flow-entry";
import { clocksInOrder, maskOf, splitActions } from "./order-facts";

const beijing = (text: string) => Date.parse(`${text}+08:00`);
const entry = (more: Partial<FlowEntry>): FlowEntry => ({
  seq: 1,
  code: "W10",
  action: "dispatch",
  action_cn: "派单",
  from_cn: "待派单",
  to_cn: "待签收",
  task_id: null,
  org_name: "市12345热线中心",
  actor_name: "王芳",
  role_cn: "派单员",
  at: 0,
  opinion: null,
  reason_cn: null,
  fields_cn: [],
  due_before: null,
  due_after: null,
  hash: "abcdef0123456789",
  ...more,
});

describe("a flow entry in words", () => {
  test("names who did it, as what and where", () => {
    expect(whoText(entry({}))).toBe("王芳（派单员，市12345热线中心）");
    expect(whoText(entry({ role_cn: null, org_name: null, actor_name: "" }))).toBe("系统");
  });

  test("shows a move only when there was one", () => {
    expect(moveText(entry({}))).toBe("待派单 → 待签收");
    expect(moveText(entry({ from_cn: "办理中", to_cn: "办理中" }))).toBe("");
    expect(moveText(entry({ from_cn: "-", to_cn: "已登记" }))).toBe("已登记");
  });

  test("tells by how much a due time moved", () => {
    const before = beijing("2026-11-24T18:00:00");
    expect(dueChange(entry({ due_before: before, due_after: before }))).toBeNull();
    expect(dueChange(entry({ due_before: before, due_after: before + 3 * 86_400_000 }))).toEqual({
      text: "期限 2026-11-24 18:00 → 2026-11-27 18:00，延后3天",
      by: 3 * 86_400_000,
    });
    expect(dueChange(entry({ due_before: before, due_after: before - 3_600_000 }))?.text).toContain("提前1小时");
    expect(dueChange(entry({ due_after: before }))?.text).toBe("期限定为 2026-11-24 18:00");
    expect(dueChange(entry({ due_before: before }))?.text).toBe("期限 2026-11-24 18:00 不再计时");
  });

  test("belongs to one kind, by action first and code second", () => {
    expect(kindOf(entry({}))).toBe("move");
    expect(kindOf(entry({ action: "sign", code: "W12" }))).toBe("work");
    expect(kindOf(entry({ action: "extension_apply", code: "X1" }))).toBe("request");
    expect(kindOf(entry({ action: "callback", code: "B2" }))).toBe("contact");
    expect(kindOf(entry({ action: "instruct", code: "W39" }))).toBe("watch");
    expect(kindOf(entry({ action: "remind_sign", code: "W13", actor_name: "系统", role_cn: null }))).toBe("system");
    expect(countKinds([entry({}), entry({}), entry({ action: "sign" })])).toEqual([
      ["move", 2],
      ["work", 1],
    ]);
  });
});

describe("an order's buttons", () => {
  const action = (name: string, enabled = true): AllowedAction => ({ action: name, label: name, enabled, reason: null, task: null, request: null, supervision: null });
  test("show the three decisive ones, and never a barred one among them", () => {
    const { main, more } = splitActions([action("link"), action("contact"), action("recall", false), action("sign"), action("submit_unit"), action("instruct")]);
    expect(main.map((a) => a.action)).toEqual(["sign", "submit_unit", "contact"]);
    expect(more.map((a) => a.action)).toEqual(["instruct", "link", "recall"]);
  });
});

test("a mask tells what is hidden and whether a reason opens it", () => {
  const masks = { pii_basic: false, pii_id: true, identity: false, internal_opinion: true, recording: true, revealable: true };
  expect(maskOf({ masks }, "pii_id")).toEqual({ hidden: true, revealable: true });
  expect(maskOf({ masks: { ...masks, revealable: false } }, "pii_basic")).toEqual({ hidden: false, revealable: false });
});

test("running clocks stand before finished ones, the next to end on top", () => {
  const clock = (id: string, due: number, stop: number | null) => ({ id, due_at: due, stop_at: stop }) as ClockView;
  const sorted = clocksInOrder([clock("late", 30, null), clock("old", 5, 4), clock("soon", 10, null), clock("older", 3, 2)]);
  expect(sorted.map((c) => c.id)).toEqual(["soon", "late", "old", "older"]);
});

test("an act that moves the order and a task is one entry, led by the order's", () => {
  const entry = (seq: number, task_id: string | null, action_cn = "签收", at = 5) => ({ seq, task_id, action_cn, at, actor_name: "谭浩然" }) as FlowEntry;
  const seqs = (entries: FlowEntry[]) => together(entries).map((g) => g.map((e) => e.seq));
  expect(seqs([entry(5, "t1"), entry(6, null), entry(7, "t1", "分派", 6)])).toEqual([[6, 5], [7]]);
  // Two co-handlers sign at the same moment: two acts.
  expect(seqs([entry(1, "t1"), entry(2, "t2")])).toEqual([[1], [2]]);
});
