const DESK: Record<string, string> = {
  inbox: "/inbox",
  to_complete: "/dispatch?pool=to_complete",
  to_dispatch: "/dispatch?pool=to_dispatch",
  consulting: "/dispatch?pool=consulting",
  return_pending: "/dispatch?pool=return_pending",
  ext_pending: "/audit?pool=ext_pending",
  to_audit: "/audit?pool=to_audit",
  tracking: "/audit?pool=tracking",
  hard: "/audit?pool=hard",
  to_reply: "/reply",
  to_callback: "/callback",
};

/** Where a queue is worked off. Queues without a desk of their own open as a query. */
export function deskOf(queue: string): string {
  return DESK[queue] ?? `/query?pool=${encodeURIComponent(queue)}`;
}
