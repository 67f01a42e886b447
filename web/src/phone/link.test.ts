import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakePlatform } from "./fake-platform";
import { backOff, Link, Refusal, type LinkState } from "./link";

let platform: FakePlatform;
let states: LinkState[];
let link: Link;

beforeEach(() => {
  vi.useFakeTimers();
  platform = new FakePlatform();
  states = [];
  link = new Link("t1", { open: platform.open, onState: (s) => states.push(s), onFrame: () => undefined, chance: () => 0.5 });
});
afterEach(() => {
  link.stop();
  vi.useRealTimers();
});

test("says hello as soon as the line stands", () => {
  link.start();
  platform.accept();
  expect(platform.heard()).toEqual([{ no: 1, type: "hello", tab: "t1" }]);
  expect(states).toEqual(["connecting", "open"]);
});

test("a command is settled by the answer with its own number, whatever the order", async () => {
  link.start();
  platform.accept();
  const ready = link.request({ type: "ready" });
  const busy = link.request({ type: "busy", reason: "rest" });
  platform.say({ type: "refused", no: 3, code: "not_now", message: "通话中不能示忙" });
  platform.say({ type: "done", no: 2 });
  await expect(ready).resolves.toBeUndefined();
  await expect(busy).rejects.toThrow("通话中不能示忙");
});

test("comes back by itself, later each time, and says hello again", () => {
  link.start();
  platform.accept();
  platform.cut();
  expect(link.state).toBe("lost");
  vi.advanceTimersByTime(backOff(0, 0.5));
  platform.cut();
  vi.advanceTimersByTime(backOff(0, 0.5));
  expect(platform.dialled).toBe(2);
  vi.advanceTimersByTime(backOff(1, 0.5));
  expect(platform.dialled).toBe(3);
  platform.accept();
  expect(link.state).toBe("open");
  expect(platform.heard().at(-1)).toMatchObject({ type: "hello" });
});

test("what was asked when the line broke is told, not left hanging", async () => {
  link.start();
  platform.accept();
  const hold = link.request({ type: "hold", call: "c1" });
  platform.cut();
  await expect(hold).rejects.toBeInstanceOf(Refusal);
  await expect(link.request({ type: "hold", call: "c1" })).rejects.toThrow("正在重新连接");
});

test("a line that is silent for too long is given up although the browser thinks it stands", () => {
  link.start();
  platform.accept();
  vi.advanceTimersByTime(30_000);
  expect(platform.heard().filter((f) => f.type === "ping")).toHaveLength(2);
  expect(link.state).toBe("open");
  vi.advanceTimersByTime(30_000);
  expect(link.state).not.toBe("open");
});

test("does not come back once the session is over or another place took the phone", () => {
  link.start();
  platform.accept();
  platform.cut(4401);
  vi.advanceTimersByTime(60_000);
  expect([link.state, platform.dialled]).toEqual(["closed", 1]);
  link.start();
  platform.accept();
  platform.say({ type: "replaced" });
  vi.advanceTimersByTime(60_000);
  expect([link.state, platform.dialled]).toEqual(["replaced", 2]);
});

test("a platform without a call centre just now is asked again, though not as often as a lost one", () => {
  link.start();
  platform.accept();
  platform.say({ type: "unavailable", code: "starting", message: "话务正在启动" });
  platform.cut(4503);
  expect(link.state).toBe("unavailable");
  vi.advanceTimersByTime(15_000);
  expect(platform.dialled).toBe(1);
  vi.advanceTimersByTime(6_000);
  expect(platform.dialled).toBe(2);
  platform.accept();
  expect(link.state).toBe("open");
});

test("an answer that never comes is a refusal after ten seconds", async () => {
  link.start();
  platform.accept();
  const ready = link.request({ type: "ready" });
  vi.advanceTimersByTime(10_001);
  await expect(ready).rejects.toThrow("未及时响应");
});

test("the network's return makes it try at once", () => {
  link.start();
  platform.accept();
  for (let n = 0; n < 4; n += 1) {
    platform.cut();
    vi.advanceTimersByTime(backOff(n, 0.5));
  }
  platform.cut();
  const before = platform.dialled;
  link.hurry();
  expect(platform.dialled).toBe(before + 1);
});
