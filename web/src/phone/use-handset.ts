// The handset of this tab, alive as long as somebody who has a phone is signed in.
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useEffect, useRef } from "react";
import { BASE, newKey } from "@/api/client";
import { keys } from "@/api/hooks";
import { useSession } from "@/app/session";
import { shortTime } from "@/ui/time";
import { storedDevices } from "./devices";
import { TabHandset, type Bus } from "./handset";
import type { Socket } from "./link";
import { BrowserVoice } from "./media";
import { phone } from "./store";

function openSocket(): Socket {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}${BASE}/phone`) as unknown as Socket;
}

export function useHandset(): { current: TabHandset | null } {
  const user = useSession().user.id;
  const { notification } = App.useApp();
  const client = useQueryClient();
  const held = useRef<TabHandset | null>(null);
  useEffect(() => {
    const handset = new TabHandset({
      tab: newKey(),
      user,
      open: openSocket,
      voice: new BrowserVoice(storedDevices()),
      bus: new BroadcastChannel(`hotline.phone.${user}`) as unknown as Bus,
      locks: navigator.locks,
      newId: newKey,
      publish: (state) => {
        // The platform ended the session: the desk finds out now rather than with its next request.
        if (state.link === "closed" && phone.state.link !== "closed") void client.invalidateQueries({ queryKey: keys.session });
        phone.publish(state);
      },
      onSaid: (said) => notification.warning({ title: `${said.from} ${shortTime(said.at)}`, description: said.text, duration: 0 }),
    });
    held.current = handset;
    phone.connect(handset);
    handset.start();
    const back = () => handset.hurry();
    window.addEventListener("online", back);
    return () => {
      window.removeEventListener("online", back);
      held.current = null;
      handset.stop();
      phone.disconnect();
    };
  }, [user, notification, client]);
  return held;
}
