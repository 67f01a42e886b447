// Signing out after inactivity. The desk polls, so the server alone could never tell that nobody is sitting there.
import { useEffect, useEffectEvent } from "react";

const MARK = "hotline.active";
const CHECK_MS = 15_000;
const WRITE_MS = 5_000;
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

/** Whether the last sign of life, in any tab, is too long ago. */
export function isIdle(lastActive: number, now: number, minutes: number): boolean {
  return minutes > 0 && now - lastActive >= minutes * 60_000;
}

function lastActive(): number {
  return Number(localStorage.getItem(MARK) ?? 0);
}

/** `busy` tells of work without hands: whoever speaks with a citizen is not away. */
export function useIdle(minutes: number, onIdle: () => void, busy: () => boolean): void {
  const idle = useEffectEvent(onIdle);
  const works = useEffectEvent(busy);
  useEffect(() => {
    let written = 0;
    const alive = () => {
      const now = Date.now();
      if (now - written < WRITE_MS) return;
      written = now;
      localStorage.setItem(MARK, String(now));
    };
    alive();
    for (const sign of SIGNS) window.addEventListener(sign, alive, { passive: true });
    const timer = setInterval(() => {
      if (works()) alive();
      if (isIdle(lastActive(), Date.now(), minutes)) idle();
    }, CHECK_MS);
    return () => {
      for (const sign of SIGNS) window.removeEventListener(sign, alive);
      clearInterval(timer);
    };
  }, [minutes]);
}
