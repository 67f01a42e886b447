import { Button, Dropdown } from "antd";
import { lazy, Suspense, useState } from "react";
import type { AllowedAction, OrderView } from "@/api/types";
import { actionLabel, ON_ROUND } from "./order-facts";

const CommandDrawer = lazy(() => import("./commands/drawer"));

/** What moves the order forward comes first; what ends or diverts it comes last. */
const RANK = [
  "sign", "decide", "supervise_reply", "supervise_evaluate", "dispatch", "consult_conclude", "assign", "start", "contact", "submit_unit", "co_reply", "unit_approve", "center_accept",
  "unified_reply", "callback", "direct_reply", "submit", "unit_send_back", "center_send_back", "extension_apply", "return_apply", "add_co",
  "consult", "track", "redo", "instruct", "supervise_issue", "reassign", "merge", "split", "link", "amend", "recall", "report_up", "pause", "resume", "reopen",
];
/** Switches of the dispatch desk, not forms. */
const NO_FORM = new Set(["claim", "release"]);
const DANGER = new Set(["recall", "reject", "withdraw", "terminate"]);

function rank(action: string): number {
  const at = RANK.indexOf(action);
  return at < 0 ? RANK.length : at;
}

/** The actions to show, what can be done first; `hide` leaves out what the desk offers as a form of its own. */
export function shownActions(allowed: readonly AllowedAction[], hide: readonly string[] = []): AllowedAction[] {
  return allowed.filter((a) => !NO_FORM.has(a.action) && !ON_ROUND.has(a.action) && !hide.includes(a.action)).sort((a, b) => Number(b.enabled) - Number(a.enabled) || rank(a.action) - rank(b.action));
}

export interface ActionBarProps {
  order: OrderView;
  hide?: readonly string[];
  /** How many stand as buttons; the rest goes under 更多. */
  room?: number;
  /** The desk has the main action as a form of its own: no button stands out here. */
  quiet?: boolean;
  onDone?: (order: OrderView) => void;
}

/** What may be done with the order now, as the server says; what may not says why. */
export function ActionBar({ order, hide, room = 5, quiet = false, onDone }: ActionBarProps) {
  const [pressed, setPressed] = useState<AllowedAction | null>(null);
  const actions = shownActions(order.allowed, hide);
  const front = actions.slice(0, room);
  const rest = actions.slice(room);
  const primary = quiet ? undefined : front.find((a) => a.enabled);
  return (
    <div className="actions">
      {front.map((a) => (
        <Button
          key={`${a.action}-${a.task ?? ""}-${a.request ?? ""}-${a.supervision ?? ""}`}
          type={a === primary ? "primary" : "default"}
          disabled={!a.enabled}
          title={a.enabled ? undefined : (a.reason ?? undefined)}
          onClick={() => setPressed(a)}
        >
          {actionLabel(order, a)}
        </Button>
      ))}
      {rest.length > 0 && (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: rest.map((a, i) => ({
              key: String(i),
              label: actionLabel(order, a),
              disabled: !a.enabled,
              danger: DANGER.has(a.action),
              ...(a.reason && { title: a.reason }),
            })),
            onClick: ({ key }) => setPressed(rest[Number(key)] ?? null),
          }}
        >
          <Button>更多</Button>
        </Dropdown>
      )}
      {actions.length === 0 && <span className="muted">{quiet ? "没有其他操作" : "当前没有可进行的操作"}</span>}
      {pressed && (
        <Suspense fallback={null}>
          <CommandDrawer order={order} pressed={pressed} onClose={() => setPressed(null)} onDone={onDone} />
        </Suspense>
      )}
    </div>
  );
}
