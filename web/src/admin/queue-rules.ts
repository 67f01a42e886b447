// The parameter `acd.queues`: a list of rules, one per skill. The first one serves every skill without a rule of its own.

export const QUEUES_KEY = "acd.queues";

export interface QueueRule {
  skill: string;
  priority: number;
  ageing_s: number;
  announce_s: number;
  overflow_after_s: number;
  overflow: string[];
  offer_after_s: number;
  full_at: number;
}

export function isQueues(value: unknown): value is QueueRule[] {
  return Array.isArray(value) && value.length > 0 && value.every((q: unknown) => typeof q === "object" && q !== null && "skill" in q && "full_at" in q);
}

/** A new queue begins as the default one. */
export function freshQueue(like: QueueRule | undefined): Omit<QueueRule, "skill"> {
  return {
    priority: 0,
    ageing_s: like?.ageing_s ?? 30,
    announce_s: like?.announce_s ?? 30,
    overflow_after_s: like?.overflow_after_s ?? 40,
    overflow: [],
    offer_after_s: like?.offer_after_s ?? 60,
    full_at: like?.full_at ?? 100,
  };
}

/** The list with one rule put in its place, or added at the end. */
export function withQueue(all: readonly QueueRule[], skill: string | null, rule: QueueRule): QueueRule[] {
  return skill === null ? [...all, rule] : all.map((q) => (q.skill === skill ? { ...rule, skill } : q));
}

/** The list without one rule; never empty. */
export function withoutQueue(all: readonly QueueRule[], skill: string): QueueRule[] {
  const rest = all.filter((q) => q.skill !== skill);
  return rest.length === 0 ? [...all] : rest;
}
