import { expect, test } from "vitest";
import { freshQueue, isQueues, withoutQueue, withQueue, type QueueRule } from "./queue-rules";

const rule = (skill: string, change: Partial<QueueRule> = {}): QueueRule => ({ skill, ...freshQueue(undefined), ...change });

test("a rule keeps its place when changed: the first one is the default for all others", () => {
  const all = [rule("public"), rule("policy")];
  expect(withQueue(all, "public", rule("public", { full_at: 7 })).map((q) => [q.skill, q.full_at])).toEqual([["public", 7], ["policy", 100]]);
  expect(withQueue(all, null, rule("dialect")).map((q) => q.skill)).toEqual(["public", "policy", "dialect"]);
});

test("the last rule cannot go", () => {
  expect(withoutQueue([rule("public"), rule("policy")], "public").map((q) => q.skill)).toEqual(["policy"]);
  expect(withoutQueue([rule("public")], "public")).toHaveLength(1);
});

test("what is no list of queues is not taken for one", () => {
  expect(isQueues([rule("public")])).toBe(true);
  expect(isQueues([])).toBe(false);
  expect(isQueues({ public: {} })).toBe(false);
});
