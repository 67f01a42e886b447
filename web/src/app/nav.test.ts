import { expect, test } from "vitest";
import type { SessionView } from "@/api/types";
import { deskAt, desksOf } from "./nav";

function session(kind: string, permissions: string[]): SessionView {
  return { permissions, appointment: { org: { kind } } } as unknown as SessionView;
}

test("an agent sees intake and query, and no other desk", () => {
  expect(desksOf(session("center", ["order.register", "query"])).map((d) => d.name)).toEqual(["首页", "受理登记", "渠道来信", "短信", "综合查询"]);
});

test("a unit leader approves extensions at the unit's desk, not at the centre's audit desk", () => {
  const names = desksOf(session("department", ["order.decide", "task.unit_approve", "query"])).map((d) => d.name);
  expect(names).toEqual(["首页", "承办台", "待我审批", "综合查询"]);
});

test("any administrative permission opens administration, below whose address everything belongs to it", () => {
  expect(desksOf(session("center", ["admin.role"])).map((d) => d.name)).toEqual(["首页", "系统管理"]);
  expect(deskAt("/admin/users")?.name).toBe("系统管理");
  expect(deskAt("/nowhere")).toBeUndefined();
});
