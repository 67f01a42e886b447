import { describe, expect, test } from "vitest";
import type { OrderView, RequestView, TaskView } from "@/api/types";
import { callbackForm, callbackOutcome } from "./callback";
import { auditedReply, proposedReply, replyChannelOf } from "./center";
import { handlingForm } from "./handle";
import { SPECS, specFor } from "./registry";
import { contextOf, type CommandContext } from "./spec";

const task = { id: "t1", role: "lead", round: 1, org: { id: "u1", name: "城管局" }, public_reply: "已修复路灯。" } as TaskView;
const request = { id: "r1", kind: "return", state: "pending" } as RequestView;
const order = {
  id: "o1",
  round: 1,
  urgency: "u3",
  channel: "01",
  confidentiality: "none",
  title: "路灯不亮",
  content: "中山路路灯不亮",
  demand_type: "help",
  category: "010203",
  tasks: [task],
  requests: [request],
  contacts: [],
  clocks: [],
  reply: null,
} as unknown as OrderView;
const ctx: CommandContext = { order, task, request };

/** action, what the form holds, what is sent. */
const CASES: [keyof typeof SPECS, object, object][] = [
  [
    "dispatch",
    { lead: "u1", co: [{ org: "u2", question: " 核实产权 " }, { org: null }], advice: " ", urgency: "u3", due_at: null },
    { lead: "u1", co: [{ org: "u2", question: "核实产权" }], advice: null, due_at: null, urgency: null },
  ],
  ["dispatch", { lead: "u1", urgency: "u2", advice: "速办" }, { lead: "u1", co: [], advice: "速办", due_at: null, urgency: "u2" }],
  ["submit", { urgency: "u2" }, { urgency: "u2", suggested_org: null }],
  ["recall", { reason: " 派错单位 " }, { reason: "派错单位" }],
  ["reassign", { lead: "u2", reason: "职责调整" }, { lead: "u2", reason: "职责调整" }],
  ["consult", { participants: ["u1", "u2"], question: "由谁养护" }, { participants: ["u1", "u2"], question: "由谁养护" }],
  ["consult_conclude", { lead: "u1", conclusion: "由城管局负责" }, { lead: "u1", co: [], conclusion: "由城管局负责", rule: null }],
  ["consult_conclude", { lead: "u1", conclusion: "由城管局负责", write: true, region: "", legal_basis: "权责清单" }, { lead: "u1", co: [], conclusion: "由城管局负责", rule: { region: "", legal_basis: "权责清单" } }],
  ["sign", {}, { task: "t1" }],
  ["start", {}, { task: "t1" }],
  ["assign", { to: "user", handler: "p1", org: "u9" }, { task: "t1", handler: "p1", org: null, advice: null }],
  ["assign", { to: "org", handler: "p1", org: "u9", advice: "请办理" }, { task: "t1", handler: null, org: "u9", advice: "请办理" }],
  ["contact", { at: 5, way: "phone", result: "reached" }, { task: "t1", at: 5, way: "phone", result: "reached", note: null }],
  ["add_co", { org: "u2", question: "核实" }, { co: { org: "u2", question: "核实" }, due_at: null }],
  ["co_reply", { reply: "已核实" }, { task: "t1", reply: "已核实", unable_reason: null }],
  ["unit_approve", {}, { task: "t1", opinion: null }],
  ["unit_send_back", { opinion: "补充依据" }, { task: "t1", opinion: "补充依据" }],
  ["return_apply", { reason_code: "01", reason: "非本单位职责", basis: "权责清单", disputed: "rule" }, { task: "t1", reason_code: "01", reason: "非本单位职责", basis: "权责清单", suggested_org: null, disputed: "rule" }],
  ["extension_apply", { reason_code: "01", reason: "需检测", days: 3 }, { task: "t1", reason_code: "01", reason: "需检测", basis: null, days: 3 }],
  ["decide", { approve: true, designate: true }, { request: "r1", approve: true, opinion: null, designate: false }],
  ["decide", { approve: false, opinion: "属你单位职责", designate: true }, { request: "r1", approve: false, opinion: "属你单位职责", designate: true }],
  ["center_accept", { reply: "已修复路灯。" }, { opinion: null, reply: null }],
  ["center_accept", { reply: "已于今日修复路灯。", opinion: "同意" }, { opinion: "同意", reply: "已于今日修复路灯。" }],
  ["center_send_back", { defect: "D2", opinion: "补充依据" }, { defect: "D2", opinion: "补充依据" }],
  ["track", { reason: "需等汛期后", measures: "先围挡", until: 9 }, { reason: "需等汛期后", measures: "先围挡", until: 9 }],
  ["unified_reply", { channel: "sms", reply: " 已修复 " }, { channel: "sms", reply: "已修复" }],
  ["redo", { reason: "仍未解决" }, { reason: "仍未解决", lead: null }],
  ["withdraw", { reason: "已自行解决" }, { reason: "已自行解决" }],
  ["reject", { reason: "N06", explanation: "正在办理", linked_order: "o9" }, { reason: "N06", explanation: "正在办理", redirect_target: null, linked_order: "o9" }],
  ["transfer_out", { target: "110", receipt: "JJ001" }, { target: "110", receipt: "JJ001", reason: null }],
  ["to_petition", { petition_no: "XF1", reason: "已信访" }, { petition_no: "XF1", reason: "已信访" }],
  ["direct_reply", { reply: "请带身份证办理" }, { reply: "请带身份证办理", kb_id: null }],
  ["merge", { into: "o9", reason: "同一事项" }, { into: "o9", reason: "同一事项" }],
  ["link", { other: "o9", kind: "same_event" }, { other: "o9", kind: "same_event", reason: null }],
  [
    "split",
    { parts: [{ title: " 路灯 ", content: "路灯不亮", demand_type: "help", category: "010203" }], reason: "两件事" },
    { parts: [{ title: "路灯", content: "路灯不亮", demand_type: "help", category: "010203" }], reason: "两件事" },
  ],
  ["reopen", { reason: "发现新事实" }, { reason: "发现新事实", redo: false }],
  ["instruct", { text: "请抓紧办理" }, { text: "请抓紧办理", due_at: null, urgency: null }],
  ["amend", { supplement: "补充照片", reason: "来电补充" }, { reason: "来电补充", form: null, supplement: "补充照片", limit_at: null }],
  ["amend", { supplement: "省督〔2026〕8号同意延期", reason: "上级延期", limit_at: 9 }, { reason: "上级延期", form: null, supplement: "省督〔2026〕8号同意延期", limit_at: 9 }],
  ["terminate", { ground: "N08", explanation: "已有结论" }, { ground: "N08", explanation: "已有结论" }],
  ["exempt", { code: "E1", reason: "政策不支持" }, { code: "E1", reason: "政策不支持" }],
  ["pause", { reason: "appraisal", note: "送检" }, { reason: "appraisal", note: "送检" }],
  ["resume", {}, { note: null }],
  ["archive", {}, {}],
];

describe("what a command's form sends", () => {
  test.each(CASES)("%s", (action, values, sent) => {
    expect(SPECS[action].body(values, ctx)).toEqual({ action, ...sent });
  });

  test("every form is registered under its own action", () => {
    for (const [action, spec] of Object.entries(SPECS)) expect(spec.action).toBe(action);
    expect(specFor("claim")).toBeUndefined();
  });

  test("a command about a task is never sent without one", () => {
    expect(() => SPECS.sign.body({}, { ...ctx, task: undefined })).toThrow();
  });
});

describe("办理情况", () => {
  test("keeps the unsolved reason only when something is unsolved", () => {
    const base = { claim_true: "yes" as const, result: "solved" as const, unsolved_reason: "旧文字", handling_note: " 已换电缆 ", public_reply: "已修复" };
    expect(handlingForm(base)).toEqual({
      claim_true: true,
      beyond_duty: false,
      result: "solved",
      unsolved_reason: null,
      handling_note: "已换电缆",
      public_reply: "已修复",
      legal_basis: null,
      override_reason: null,
    });
    expect(handlingForm({ ...base, result: "partial" }).unsolved_reason).toBe("旧文字");
  });
});

describe("中心审核", () => {
  test("in a second round reads what the unit answers now, not what was answered in the first", () => {
    const place = { order: { ...order, round: 2, reply: "第一轮的答复" }, task: { ...task, round: 2, public_reply: "第二轮的答复" } };
    expect(proposedReply(place)).toBe("第二轮的答复");
    expect(SPECS.center_accept.body({ reply: "第一轮的答复" }, { ...ctx, ...place })).toMatchObject({ reply: "第一轮的答复" });
    expect(auditedReply(place)).toBe("第一轮的答复");
  });
});

describe("回访记录", () => {
  test("of an unreached citizen carries no answers left over from before", () => {
    const form = callbackForm({ mode: "phone", reached: false, unreached_reason: "无人接听", rating: "sat", solved: "solved", contacted: "yes" });
    expect([form.rating, form.solved, form.contacted, form.unreached_reason]).toEqual([null, null, null, "无人接听"]);
  });
  test("names reasons only for dissatisfaction", () => {
    const answers = { mode: "phone", reached: true, contacted: "yes", solved: "unsolved", dissatisfy_reasons: ["02"], unreasonable: true } as const;
    expect(callbackForm({ ...answers, rating: "sat", dissatisfy_reasons: ["02"] })).toMatchObject({ dissatisfy_reasons: [], unreasonable: false });
    expect(callbackForm({ ...answers, rating: "dissat", dissatisfy_reasons: ["02"] })).toMatchObject({ dissatisfy_reasons: ["02"], unreasonable: true });
  });
  test("tells beforehand where the answers lead", () => {
    expect(callbackOutcome({ reached: false })).toMatch(/稍后再访/);
    expect(callbackOutcome({ reached: true, rating: "sat", solved: "partial" })).toBe("办结");
    expect(callbackOutcome({ reached: true, rating: "dissat", solved: "solved" })).toBe("办结");
    expect(callbackOutcome({ reached: true, rating: "dissat", solved: "unsolved" })).toMatch(/二次办理/);
    expect(callbackOutcome({ reached: true, rating: "dissat", solved: "unsolved", unreasonable: true })).toMatch(/不合理/);
  });
});

test("without a named task the lead task of the present round is meant", () => {
  const old = { ...task, id: "t0", round: 1 };
  const co = { ...task, id: "t2", role: "co", round: 2 };
  const lead = { ...task, id: "t3", round: 2 };
  const second = { ...order, round: 2, tasks: [old, lead, co] } as OrderView;
  expect(contextOf(second).task?.id).toBe("t3");
  expect(contextOf(second, "t2").task?.id).toBe("t2");
});

test("the answer goes back the way the matter came", () => {
  expect(["01", "02", "04", "13"].map(replyChannelOf)).toEqual(["sms", "app", "wechat", "letter"]);
});
