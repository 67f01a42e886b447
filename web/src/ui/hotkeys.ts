// Keyboard shortcuts. Written as on the keycaps: "F2", "Alt+J", "ArrowDown", "c".
import { useEffect, useEffectEvent } from "react";

export type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** The name under which a key event is looked up. Alt combinations go by the physical key: on some layouts Alt changes the character. */
export function keyName(event: Pick<KeyboardEvent, "key" | "code" | "altKey" | "ctrlKey" | "metaKey">): string {
  const letter = /^(?:Key|Digit)(.)$/.exec(event.code)?.[1];
  if (event.altKey) return `Alt+${letter ?? event.key}`;
  if (event.ctrlKey || event.metaKey) return `Ctrl+${letter ?? event.key}`;
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** A dialog or drawer is open: the page below must not react. */
function covered(): boolean {
  return document.querySelector(".ant-modal-wrap:not([style*='display: none']), .ant-drawer-open") !== null;
}

/**
 * Listens on the window while mounted. Plain letters and arrows are left alone while somebody is typing;
 * function keys and combinations work everywhere. Nothing fires below an open dialog unless `always`.
 */
export function useHotkeys(map: Hotkeys, { enabled = true, always = false }: { enabled?: boolean; always?: boolean } = {}): void {
  const handle = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = keyName(event);
    const action = map[name];
    if (!action) return;
    const plain = !/^(F\d|Alt|Ctrl)/.test(name) && name !== "Escape";
    if (plain && typing(event.target)) return;
    if (!always && covered()) return;
    event.preventDefault();
    action(event);
  });
  useEffect(() => {
    if (!enabled) return;
    const listener = (e: KeyboardEvent) => handle(e);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, [enabled]);
}
