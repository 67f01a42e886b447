// What can be told from an order without drawing anything.
import type { AllowedAction, ClockView, Id, OrderView, TaskView } from "@/api/types";

/** What stays hidden of one group of fields, and whether a reason opens it. */
export interface Mask {
  hidden: boolean;
  revealable: boolean;
}
type MaskGroup = "pii_basic" | "pii_id" | "identity" | "internal_opinion";

export function maskOf({ masks }: Pick<OrderView, "masks">, group: MaskGroup): Mask {
  return { hidden: masks[group], revealable: masks.revealable };
}

/** The clock the header's due date comes from: the one that ends then, a running one first. */
export function leadingClock(order: Pick<OrderView, "clocks" | "due_at">): ClockView | undefined {
  const same = order.clocks.filter((c) => c.due_at === order.due_at);
  return same.find((c) => c.stop_at === null) ?? same[0] ?? order.clocks.find((c) => c.kind === "order" && c.stop_at === null);
}

const STAGES = ["dispatch", "accept", "unified_reply", "callback", "return_decide", "ext_decide"];

/** The clock of the step the order waits in: dispatch, signature, reply, callback, a decision. The next to end. */
export function stageClock(order: Pick<OrderView, "clocks">): ClockView | undefined {
  return order.clocks.filter((c) => c.outcome === "open" && STAGES.includes(c.kind)).sort((a, b) => a.due_at - b.due_at)[0];
}

/** Running clocks first, the next to end on top; then finished ones, latest first. */
export function clocksInOrder(clocks: readonly ClockView[]): ClockView[] {
  const running = clocks.filter((c) => c.stop_at === null).sort((a, b) => a.due_at - b.due_at);
  const stopped = clocks.filter((c) => c.stop_at !== null).sort((a, b) => (b.stop_at ?? 0) - (a.stop_at ?? 0));
  return [...running, ...stopped];
}

/** The task's organisation, `处置单位` when the task is unknown. */
export function orgOf(order: Pick<OrderView, "tasks">, task: Id | null): string | null {
  return order.tasks.find((t) => t.id === task)?.org.name ?? null;
}

export interface Round {
  round: number;
  lead: TaskView[];
  co: TaskView[];
}

/** Tasks by round, the present one first; within a round in order of dispatch. */
export function roundsOf(tasks: readonly TaskView[]): Round[] {
  const numbers = [...new Set(tasks.map((t) => t.round))].sort((a, b) => b - a);
  return numbers.map((round) => {
    const all = tasks.filter((t) => t.round === round).sort((a, b) => b.dispatched_at - a.dispatched_at);
    return { round, lead: all.filter((t) => t.role !== "co"), co: all.filter((t) => t.role === "co") };
  });
}

/** What moves an order on, most decisive first; what is not named comes after in the server's order. */
const RANK = [
  "sign",
  "decide",
  "supervise_reply",
  "supervise_evaluate",
  "dispatch",
  "consult_conclude",
  "direct_reply",
  "submit",
  "unit_approve",
  "center_accept",
  "unified_reply",
  "callback",
  "submit_unit",
  "co_reply",
  "unit_send_back",
  "center_send_back",
  "assign",
  "contact",
  "start",
  "redo",
  "reopen",
  "recall",
  "extension_apply",
  "return_apply",
  "instruct",
  "supervise_issue",
  "report_up",
];

/** Offered on the card of the round they are about, where there may be several. */
export const ON_ROUND: ReadonlySet<string> = new Set(["supervise_sign", "supervise_revoke"]);
const MAIN = 3;

/** The buttons in sight and those under 更多. What cannot be done now is never a main button. */
export function splitActions(allowed: readonly AllowedAction[]): { main: AllowedAction[]; more: AllowedAction[] } {
  const rank = (a: AllowedAction) => {
    const at = RANK.indexOf(a.action);
    return at < 0 ? RANK.length : at;
  };
  const here = allowed.filter((a) => !ON_ROUND.has(a.action));
  const ready = here.filter((a) => a.enabled).sort((a, b) => rank(a) - rank(b));
  const barred = here.filter((a) => !a.enabled).sort((a, b) => rank(a) - rank(b));
  const named = ready.filter((a) => rank(a) < RANK.length);
  const main = (named.length > 0 ? named : ready).slice(0, MAIN);
  return { main, more: [...ready.filter((a) => !main.includes(a)), ...barred] };
}

/** While another platform is asked to take the matter, what would decide about it stays in sight and grey; the head says why. */
const HELD_MAIN: ReadonlySet<string> = new Set(["dispatch", "direct_reply", "reject"]);
export function barredMain(order: Pick<OrderView, "allowed" | "elsewhere">): AllowedAction[] {
  return order.elsewhere?.waiting ? order.allowed.filter((a) => !a.enabled && HELD_MAIN.has(a.action)) : [];
}

/** The words of a button; of several decisions each says what it decides. */
export function actionLabel(order: Pick<OrderView, "allowed" | "requests">, a: AllowedAction): string {
  const several = order.allowed.filter((x) => x.action === "decide").length > 1;
  const request = a.action === "decide" && several ? order.requests.find((r) => r.id === a.request) : undefined;
  return request ? `${a.label}${request.kind_cn}` : a.label;
}

/** `decide` on two requests are two actions. */
export function actionKey(a: AllowedAction): string {
  return [a.action, a.task ?? "", a.request ?? "", a.supervision ?? ""].join(":");
}
