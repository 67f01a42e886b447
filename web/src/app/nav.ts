// Which desks there are, who may open them, and which queues count on their tab.
import type { SessionView } from "@/api/types";
import { permitted } from "./session";

export interface Desk {
  path: string;
  name: string;
  /** Any of these opens the desk. Empty: everybody. */
  needs: readonly string[];
  /** Queue codes whose counts are shown on the tab. */
  queues: readonly string[];
  /** Every address below `path` belongs to the desk. */
  deep?: boolean;
}

export const DESKS: readonly Desk[] = [
  { path: "/", name: "首页", needs: [], queues: [] },
  { path: "/intake", name: "受理登记", needs: ["order.register"], queues: [] },
  { path: "/inbox", name: "渠道来信", needs: ["order.register"], queues: ["inbox"] },
  { path: "/dispatch", name: "派单台", needs: ["order.dispatch", "order.claim"], queues: ["to_dispatch", "return_pending"] },
  { path: "/joint", name: "并案", needs: ["order.join", "order.unified_reply"], queues: [] },
  { path: "/handling", name: "承办台", needs: ["task."], queues: ["unsigned"] },
  { path: "/letters", name: "写给我的信", needs: ["order.instruct"], queues: [] },
  { path: "/approvals", name: "待我审批", needs: ["order.decide"], queues: [] },
  { path: "/audit", name: "审核台", needs: ["order.center_accept", "order.track", "order.decide"], queues: ["to_audit", "ext_pending"] },
  { path: "/reply", name: "统一回复", needs: ["order.unified_reply"], queues: ["to_reply"] },
  { path: "/callback", name: "回访台", needs: ["order.callback"], queues: ["to_callback"] },
  { path: "/messages", name: "短信", needs: ["order.register", "order.unified_reply", "order.callback"], queues: [] },
  { path: "/calls", name: "话务", needs: ["call."], queues: [], deep: true },
  { path: "/supervise", name: "督办台", needs: ["supervise.issue"], queues: [] },
  { path: "/monitor", name: "电子监察", needs: ["monitor.read"], queues: [] },
  { path: "/appraisal", name: "评价考核", needs: ["report"], queues: [] },
  { path: "/surveys", name: "群众评议", needs: ["survey.read"], queues: [] },
  { path: "/knowledge", name: "知识库", needs: ["kb.read"], queues: [] },
  { path: "/query", name: "综合查询", needs: ["query"], queues: [] },
  { path: "/publish", name: "网上公开", needs: ["publish"], queues: [] },
  { path: "/admin", name: "系统管理", needs: ["admin.", "audit.", "job.", "session.unlock", "call.manage", "catalogue.edit"], queues: [], deep: true },
];

/** Center desks are of no use to a unit's people, although some of their permissions overlap (审批 of extensions). */
function atCenter(session: SessionView): boolean {
  return session.appointment.org.kind === "center";
}

export function mayOpen(session: SessionView, desk: Desk): boolean {
  if (desk.path === "/audit" && !atCenter(session)) return false;
  return desk.needs.length === 0 || desk.needs.some((p) => permitted(session, p));
}

export function desksOf(session: SessionView): Desk[] {
  return DESKS.filter((desk) => mayOpen(session, desk));
}

export function deskAt(pathname: string): Desk | undefined {
  return DESKS.find((d) => d.path === pathname || (d.deep && pathname.startsWith(`${d.path}/`)));
}
