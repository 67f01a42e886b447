import { App, Button } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { AllowedAction, OrderView } from "@/api/types";
import { useSession } from "@/app/session";
import { ActionBar } from "@/order/action-bar";
import { decide } from "@/order/commands/decide";
import { dispatch } from "@/order/commands/dispatch";
import { CommandForm, useCommand } from "@/order/commands/form";
import { contextOf, type AnySpec } from "@/order/commands/spec";
import { OrderPanel, type PanelTab } from "@/order/panel";
import { Elsewhere } from "@/partner/elsewhere";
import { PendingRequests } from "@/order/pending";
import { useHotkeys } from "@/ui/hotkeys";
import { Kbd } from "@/ui/kbd";
import { useTick } from "@/ui/lamp";
import { remaining, serverNow } from "@/ui/time";
import { DuplicateList } from "./duplicates";

function find(order: OrderView, action: string): AllowedAction | undefined {
  return order.allowed.find((a) => a.action === action && a.enabled);
}

/** 占用: nobody else may dispatch while the matter is being looked at. */
function Claim({ order }: { order: OrderView }) {
  useTick();
  const { message } = App.useApp();
  const { user } = useSession();
  const send = useCommand(order);
  const [busy, setBusy] = useState(false);
  const holder = order.claimed_by && (order.claimed_by.until ?? 0) > serverNow() ? order.claimed_by : null;
  const mine = holder?.id === user.id;
  const may = find(order, mine ? "release" : "claim");
  const toggle = async () => {
    if (busy || !may) return;
    setBusy(true);
    try {
      await send({ action: mine ? "release" : "claim" });
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  useHotkeys({ c: () => void toggle() });
  if (!holder && !may) return null;
  return (
    <div className={`note ${mine ? "note-blue" : holder ? "note-amber" : ""}`} style={{ display: "flex", alignItems: "center", gap: 8, marginBottom: 10 }}>
      <span>
        {mine ? `您已占用，${remaining(holder?.until)}后自动释放` : holder ? `${holder.name} 正在处理，${remaining(holder.until)}` : "尚无人占用"}
      </span>
      {may && (
        <Button size="small" loading={busy} onClick={() => void toggle()} style={{ marginLeft: "auto" }}>
          {mine ? "释放" : "占用"}
          <Kbd>C</Kbd>
        </Button>
      )}
    </div>
  );
}

/** What this desk does with the order: decide a request, or send it out. */
function Work({ order, onNext }: { order: OrderView; onNext: () => void }) {
  const request = find(order, "decide");
  const send = find(order, "dispatch");
  const press: [AllowedAction, AnySpec] | undefined = request ? [request, decide] : send ? [send, dispatch] : undefined;
  return (
    <>
      <Claim order={order} />
      {press ? (
        <CommandForm
          key={`${order.id}-${press[0].action}-${press[0].request ?? ""}`}
          spec={press[1]}
          ctx={contextOf(order, press[0].task, press[0].request)}
          onDone={onNext}
        />
      ) : order.elsewhere?.waiting ? (
        <>
          <Elsewhere order={order} />
          <Button type="primary" disabled title={order.allowed.find((a) => a.action === "dispatch")?.reason ?? undefined}>
            派单
          </Button>
        </>
      ) : (
        <p className="muted">{order.allowed.find((a) => a.action === "dispatch")?.reason ?? `工单处于“${order.state_cn}”，您在本台没有可办事项。`}</p>
      )}
    </>
  );
}

/** States in which the desk itself has something to do. */
const WAITING = new Set(["registered", "pending_dispatch", "consulting"]);

export function DispatchDetail({ id, onNext }: { id: string | null; onNext: () => void }) {
  const tabs = (order: OrderView): PanelTab[] => {
    const duplicates = { key: "duplicates", label: order.repeat_n > 0 ? `判重（${order.repeat_n}）` : "判重", children: <DuplicateList order={order} /> };
    if (WAITING.has(order.state) || find(order, "decide")) return [work(order), duplicates];
    // Somebody else decides: say who, before the matter itself.
    return order.pending.length > 0 ? [{ key: "pending", label: "待批申请", children: <PendingRequests order={order} /> }] : [];
  };
  const work = (order: OrderView): PanelTab => ({
    key: "dispatch",
    label: find(order, "decide") ? "审批" : "派单",
    children: (
      <>
        <p className="prose order-content clamp" title={order.content}>
          {order.content}
        </p>
        <Work order={order} onNext={onNext} />
      </>
    ),
  });
  return (
    <OrderPanel
      id={id}
      idle="请选择一件工单"
      tabs={tabs}
      foot={(order) => <ActionBar key={order.id} order={order} hide={["dispatch", "decide"]} room={4} quiet />}
    />
  );
}
