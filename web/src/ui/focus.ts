const FIELDS = "textarea:not([disabled]), input:not([disabled]):not([type=hidden]):not([readonly])";

/** Puts the cursor into the first field of a dialog or drawer that has just opened. */
export function focusFirstField(container: string): void {
  const open = document.querySelectorAll<HTMLElement>(container);
  open[open.length - 1]?.querySelector<HTMLElement>(FIELDS)?.focus();
}
