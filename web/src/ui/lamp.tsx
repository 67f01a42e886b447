import { useSyncExternalStore } from "react";
import { LIGHT, type Light } from "@/api/codes";
import { remaining, serverNow } from "./time";
import "./lamp.css";

const TICK_MS = 30_000;
const listeners = new Set<() => void>();
let beat = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    beat += 1;
    for (const l of listeners) l();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Re-renders twice a minute; one timer serves the whole page. */
export function useTick(): number {
  return useSyncExternalStore(subscribe, () => beat);
}

/** The light as of now: a page left open must not show green past the deadline. */
export function lightNow(light: Light, due: number | null | undefined, warn: number | null | undefined, now: number): Light {
  if (light !== "green" && light !== "yellow") return light;
  if (due !== null && due !== undefined && now > due) return "red";
  if (warn !== null && warn !== undefined && now >= warn) return "yellow";
  return light;
}

export interface LampProps {
  light: Light;
  due?: number | null;
  warn?: number | null;
  /** The server's words for the time left; counted here when missing or outdated. */
  remaining?: string | null;
  /** Leave the word out where the column is narrow; it stays readable to screen readers. */
  compact?: boolean;
}

/** 红黄绿灯: colour, word and time left together, never colour alone. */
export function Lamp({ light, due, warn, remaining: said, compact = false }: LampProps) {
  useTick();
  const now = serverNow();
  const shown = lightNow(light, due, warn, now);
  const running = shown === "green" || shown === "yellow" || shown === "red";
  const left = running ? (shown === light && said) || (due ? remaining(due, now) : "") : "";
  return (
    <span className={`lamp lamp-${shown}`} title={[LIGHT[shown], left].filter(Boolean).join("，")}>
      <i className="lamp-dot" aria-hidden />
      <span className={left && (compact || left.startsWith("逾期")) ? "sr-only" : "lamp-word"}>{LIGHT[shown]}</span>
      {left && <span className="lamp-left">{left}</span>}
    </span>
  );
}
