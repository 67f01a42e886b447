import { App } from "antd";
import { useCallback } from "react";
import { messageOf } from "@/api/client";
import { Refusal } from "./link";
import type { SeatCommand } from "./protocol";
import { phone } from "./store";

/** Sends a command of the phone; a refusal is shown in the platform's words. True when it was done. */
export function usePhoneCommand(): (command: SeatCommand) => Promise<boolean> {
  const { message } = App.useApp();
  return useCallback(
    async (command) => {
      try {
        await phone.send(command);
        return true;
      } catch (error) {
        // Why there is no microphone stands in the call bar until it is mended.
        if (error instanceof Refusal && error.code === "mic") return false;
        message.error(error instanceof Refusal ? error.message : messageOf(error));
        return false;
      }
    },
    [message],
  );
}
