// 操作栏: what this person may do with the order now, and why not the rest.
import { Button, Dropdown, Tooltip } from "antd";
import { lazy, Suspense, useState } from "react";
import type { AllowedAction, OrderView } from "@/api/types";
import { actionKey, actionLabel, barredMain, splitActions } from "./order-facts";

const CommandDrawer = lazy(() => import("./commands/drawer"));
/** Ways back are there, but they are not what the page asks for. */
const WAYS_BACK = new Set(["redo", "reopen", "recall", "reassign", "archive"]);
const DANGER = new Set(["reject", "terminate", "withdraw", "recall", "merge"]);

function MoreItem({ action, label }: { action: AllowedAction; label: string }) {
  if (action.enabled) return <>{label}</>;
  return (
    <Tooltip title={action.reason ?? "当前不能进行此操作"} placement="left">
      <span className="op-act-barred">
        {label}
        <small>{action.reason}</small>
      </span>
    </Tooltip>
  );
}

export function Actions({ order, onDone }: { order: OrderView; onDone?: (order: OrderView) => void }) {
  const [pressed, setPressed] = useState<AllowedAction | null>(null);
  const [opened, setOpened] = useState(false);
  const { main, more } = splitActions(order.allowed);
  const held = barredMain(order);
  const press = (action: AllowedAction) => {
    setOpened(true);
    setPressed(action);
  };
  if (order.allowed.length === 0) return <span className="muted">您对此工单没有可办操作</span>;
  return (
    <div className="op-acts">
      {main.map((a, i) => (
        <Button key={actionKey(a)} type={i === 0 && held.length === 0 && !WAYS_BACK.has(a.action) ? "primary" : "default"} onClick={() => press(a)}>
          {actionLabel(order, a)}
        </Button>
      ))}
      {held.map((a) => (
        <Button key={actionKey(a)} disabled title={a.reason ?? undefined}>
          {actionLabel(order, a)}
        </Button>
      ))}
      {more.length > 0 && (
        <Dropdown
          trigger={["click"]}
          placement="bottomRight"
          menu={{
            className: "op-acts-menu",
            items: more.map((a) => ({ key: actionKey(a), label: <MoreItem action={a} label={actionLabel(order, a)} />, disabled: !a.enabled, danger: a.enabled && DANGER.has(a.action) })),
            onClick: ({ key }) => {
              const action = more.find((a) => actionKey(a) === key);
              if (action?.enabled) press(action);
            },
          }}
        >
          <Button>更多 ▾</Button>
        </Dropdown>
      )}
      {opened && (
        <Suspense fallback={null}>
          <CommandDrawer order={order} pressed={pressed} onClose={() => setPressed(null)} onDone={onDone} />
        </Suspense>
      )}
    </div>
  );
}
