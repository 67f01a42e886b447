// Click to dial: from an order, the callback desk or a duty. The page never needs the number: the platform knows it.
import { Button, type ButtonProps } from "antd";
import type { Id } from "@/api/types";
import { useCan } from "@/app/session";
import { may, usePhone } from "./store";
import { usePhoneCommand } from "./use-command";

export interface DialButtonProps {
  order?: Id;
  task?: Id;
  label?: string;
  size?: ButtonProps["size"];
  type?: ButtonProps["type"];
}

/** Calls whom the order or the duty is about; the call and its result are bound to it. Absent for people without a phone. */
export function DialButton({ order, task, label = "拨打", size = "small", type = "default" }: DialButtonProps) {
  const { seat } = usePhone();
  const send = usePhoneCommand();
  if (!useCan()("call.handle")) return null;
  const ready = may(seat, "dial");
  const why = !seat || seat.state === "signed_out" ? "请先在上方话务条签入" : "当前状态不能外呼，请先结束通话或话后整理";
  return (
    <Button
      size={size}
      type={type}
      disabled={!ready}
      title={ready ? "由平台拨打，通话自动关联并录音" : why}
      onClick={() => void send({ type: "dial", number: "", order: order ?? null, task: task ?? null })}
    >
      {label}
    </Button>
  );
}
