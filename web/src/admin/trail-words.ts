// Words for audit lines. Action codes are `object.verb`; commands of orders reuse the words of the flow.
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

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "空";
  if (typeof value === "object") return Array.isArray(value) ? value.map(valueText).join("、") : JSON.stringify(value);
  return String(value);
}

/** The detail on one line: the reason first, then what else is there. */
export function detailText(detail: unknown): string {
  if (typeof detail !== "object" || detail === null) return detail === null || detail === undefined ? "" : String(detail);
  const { reason, ...rest } = detail as Record<string, unknown>;
  const parts = Object.entries(rest).map(([k, v]) => `${k}: ${valueText(v)}`);
  if (reason) parts.unshift(`理由：${valueText(reason)}`);
  return parts.join("；");
}
