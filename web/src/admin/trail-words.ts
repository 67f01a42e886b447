// Words for audit lines. Action codes are `object.verb`; commands of orders reuse the words of the flow.
import { ORDER_STATE } from "@/api/codes";
import type { AuditLine } from "./types";
import { AUDIT_ACTION, OBJECT_KIND } from "./words";

export function actionWord(action: string): string {
  const [, verb = action] = action.split(".");
  return AUDIT_ACTION[action] ?? AUDIT_ACTION[`order.${verb}`] ?? action;
}

export function objectWord(line: Pick<AuditLine, "object_kind" | "object_id">): string {
  const kind = OBJECT_KIND[line.object_kind] ?? line.object_kind;
  if (!line.object_id) return kind;
  const uuid = /^[0-9a-f]{8}-/.test(line.object_id);
  return `${kind} ${uuid ? `…${line.object_id.slice(-8)}` : line.object_id}`;
}

/** Names of the facts that audit records carry; others are told without a name. */
const FACT: Record<string, string> = {
  login: "登录名",
  case_no: "工单编号",
  flow: "步骤",
  state: "状态",
  seq: "序号",
  rows: "行数",
  format: "格式",
  fields: "字段",
  roles: "角色",
  key: "参数",
  value: "现值",
  before: "原值",
  after: "新值",
  code: "代码",
  name: "名称",
  date: "日期",
  kind: "类型",
  note: "说明",
  org: "机构",
  user: "用户",
  position: "岗位",
  count: "数量",
  orders: "工单数",
  users: "用户数",
  file: "文件",
  version: "版本",
  appointment: "任职",
  decided: "决定",
  why: "原因",
};
/** Facts for the chain and the machine, shown in the detail only. */
const HIDDEN = new Set(["head", "seq"]);

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "空";
  if (typeof value === "object") return Array.isArray(value) ? value.map(valueText).join("、") : JSON.stringify(value);
  return String(value);
}

function factText(key: string, value: unknown): string {
  return key === "state" && typeof value === "string" ? ((ORDER_STATE as Record<string, string>)[value] ?? value) : valueText(value);
}

/** The detail on one line: the reason first, then what else is there. */
export function detailText(detail: unknown): string {
  if (typeof detail !== "object" || detail === null) return detail === null || detail === undefined ? "" : String(detail);
  const { reason, ...rest } = detail as Record<string, unknown>;
  const facts = Object.entries(rest).filter(([k]) => !HIDDEN.has(k));
  const parts = facts.map(([k, v]) => (FACT[k] ? `${FACT[k]}：${factText(k, v)}` : valueText(v)));
  if (reason) parts.unshift(`理由：${valueText(reason)}`);
  return parts.join("；");
}
