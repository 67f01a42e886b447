import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Link } from "./link";

beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => vi.useRealTimers());

function line(...answers: boolean[]) {
  const ask = vi.fn(() => Promise.resolve(answers.shift() ?? true));
  const link = new Link(ask);
  const seen: (number | null)[] = [];
  link.watch(() => seen.push(link.state.since));
  return { link, ask, seen };
}

test("one lost answer is no outage: the server is asked before anything is said", async () => {
  const { link, ask, seen } = line(true);
  link.doubt();
  await vi.advanceTimersByTimeAsync(0);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(link.away).toBe(false);
  expect(seen).toEqual([]);
});

test("an outage is told with its beginning, asked about every two seconds, and ends by itself", async () => {
  const { link, ask, seen } = line(false, false, false, true);
  const began = Date.now();
  link.doubt();
  await vi.advanceTimersByTimeAsync(0);
  expect(link.state.since).toBe(began);
  link.doubt();
  link.again();
  await vi.advanceTimersByTimeAsync(0);
  expect(ask).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(link.state.since).toBe(began);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(link.away).toBe(false);
  expect(seen).toEqual([began, null]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ask, "one question at a time, whatever else made it ask").toHaveBeenCalledTimes(4);
});
