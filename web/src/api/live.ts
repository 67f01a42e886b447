// Server-sent events: what others do shows up without pressing refresh.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { BASE } from "./client";
import { keys } from "./hooks";
import { link } from "./link";
import type { LiveEvent } from "./types";

const SETTLE_MS = 800;
const REOPEN_MS = 5_000;

function parse(data: string): LiveEvent {
  try {
    return JSON.parse(data) as LiveEvent;
  } catch {
    return {};
  }
}

/** Collects what is to be refreshed and does it once the burst is over. */
function refresher(client: QueryClient) {
  const waiting = new Map<string, readonly unknown[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const queryKey of waiting.values()) void client.invalidateQueries({ queryKey });
    waiting.clear();
  };
  return {
    soon(...queryKeys: (readonly unknown[])[]) {
      for (const key of queryKeys) waiting.set(JSON.stringify(key), key);
      timer ??= setTimeout(flush, SETTLE_MS);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

/** Keeps the stream open while mounted. EventSource resumes by itself with Last-Event-ID. */
export function useLive(onNotice: (event: LiveEvent) => void): void {
  const client = useQueryClient();
  const notify = useEffectEvent(onNotice);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    const refresh = refresher(client);
    const source = new EventSource(`${BASE}/events`);
    // A stream that was refused is not tried again by the browser: a gateway answers in place of a platform that is away.
    let anew: ReturnType<typeof setTimeout> | undefined;
    source.addEventListener("error", () => {
      link.doubt();
      if (source.readyState === EventSource.CLOSED) anew ??= setTimeout(() => setTurn((n) => n + 1), REOPEN_MS);
    });
    source.addEventListener("notification", (e) => {
      refresh.soon(keys.notices);
      notify(parse((e as MessageEvent<string>).data));
    });
    source.addEventListener("order", (e) => {
      const { order_id } = parse((e as MessageEvent<string>).data);
      if (order_id) refresh.soon(keys.order(order_id));
      refresh.soon(["orders"], ["tasks"], keys.supervisions, keys.queues);
    });
    source.addEventListener("queue", () => refresh.soon(keys.queues, keys.home, ["orders"], ["tasks"]));
    source.addEventListener("session", () => refresh.soon(keys.session));
    return () => {
      clearTimeout(anew);
      source.close();
      refresh.stop();
    };
  }, [client, turn]);
}
