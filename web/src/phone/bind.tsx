import { App, Button } from "antd";
import type { Id } from "@/api/types";
import { callAtHand, may, usePhone } from "./store";
import { usePhoneCommand } from "./use-command";

/** Binds the call at hand to an order that exists already: somebody asks how far their matter is. Absent when there is nothing to bind. */
export function BindButton({ order, label = "关联当前通话" }: { order: Id; label?: string }) {
  const { seat } = usePhone();
  const send = usePhoneCommand();
  const { message } = App.useApp();
  const call = callAtHand(seat);
  if (!call || call.order === order || !may(seat, "bind")) return null;
  return (
    <Button
      size="small"
      onClick={() =>
        void send({ type: "bind", call: call.call, order }).then((done) => {
          if (done) message.success("已关联，通话和录音记入该工单");
        })
      }
    >
      {label}
    </Button>
  );
}
