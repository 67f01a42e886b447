// Where a letter to a leader may stand: what is asked of the list of orders.
export const TABS = [
  { code: "all", name: "全部来信", query: {} },
  { code: "work", name: "办理中", query: { state: "registered,pending_dispatch,consulting,dispatched,handling,center_audit,pending_reply" } },
  { code: "red", name: "已逾期", query: { light: "red" } },
  { code: "answered", name: "已答复", query: { reply: "replied" } },
] as const;
export type Tab = (typeof TABS)[number]["code"];
