import { Drawer } from "antd";
import type { AllowedAction, OrderView } from "@/api/types";
import { focusFirstField } from "@/ui/focus";
import { CommandForm } from "./form";
import { specFor } from "./registry";
import { contextOfAction } from "./spec";

export interface CommandDrawerProps {
  order: OrderView;
  /** What was pressed; null closes the drawer. */
  pressed: AllowedAction | null;
  onClose: () => void;
  onDone?: ((order: OrderView) => void) | undefined;
}

const WIDTH = 560;

/** The drawer of whichever command was pressed. */
export default function CommandDrawer({ order, pressed, onClose, onDone }: CommandDrawerProps) {
  const spec = pressed ? specFor(pressed.action) : undefined;
  return (
    <Drawer
      open={spec !== undefined}
      onClose={onClose}
      title={
        spec && (
          <>
            {pressed?.label ?? spec.title}
            <span className="muted num" style={{ marginLeft: 12, fontSize: 13, fontWeight: 400 }}>
              {order.case_no}
            </span>
          </>
        )
      }
      size={spec?.width ?? WIDTH}
      destroyOnHidden
      mask={{ closable: false }}
      afterOpenChange={(open) => open && focusFirstField(".ant-drawer-body")}
    >
      <details className="command-matter" open={spec?.draft !== undefined}>
        <summary>{order.title}</summary>
        <p className="prose">{order.content}</p>
      </details>
      {spec && pressed && (
        <CommandForm
          key={`${pressed.action}-${pressed.task ?? ""}-${pressed.request ?? ""}-${pressed.supervision ?? ""}`}
          spec={spec}
          ctx={contextOfAction(order, pressed)}
          onCancel={onClose}
          onDone={(next) => {
            onClose();
            onDone?.(next);
          }}
        />
      )}
    </Drawer>
  );
}
