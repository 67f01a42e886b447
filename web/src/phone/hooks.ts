import { useCallback, useSyncExternalStore } from "react";
import { useDictionary } from "@/api/hooks";
import { serverNow } from "@/ui/time";
import { OWN_REASON } from "./words";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = serverNow();
    for (const l of listeners) l();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The platform's now, renewed every second; one timer serves the whole page. */
export function useSecond(): number {
  const beat = useSyncExternalStore(subscribe, () => now);
  // Between two beats a state may have begun: never show a negative length.
  return Math.max(beat, serverNow());
}

function useNames(dictionary: string): (code: string) => string {
  const items = useDictionary(dictionary);
  return useCallback((code) => items.find((i) => i.code === code)?.name ?? code, [items]);
}

export const useSkillNames = () => useNames("skill");

/** Why a seat is busy, in words. */
export function useReason(): (code: string) => string {
  const name = useNames("busy_reason");
  return useCallback((code) => OWN_REASON[code] ?? name(code), [name]);
}
