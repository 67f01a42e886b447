import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakePlatform } from "./fake-platform";
import { FakeVoice, seatView } from "./fakes";
import { TabHandset, type Bus, type Note } from "./handset";
import type { Locks } from "./ownership";
import type { PhoneState } from "./store";

/** One browser: its locks and its bus, shared by its tabs. */
class Browser {
  private holder: { release: () => void; stolen: (e: Error) => void } | undefined;
  private queue: (() => void)[] = [];
  private buses: Bus[] = [];

  locks: Locks = {
    request: ((_name: string, options: LockOptions, hold: () => Promise<void>) =>
      new Promise<void>((done, fail) => {
        const grant = () => {
          this.holder = { release: () => done(), stolen: fail };
          void hold().then(() => {
            this.holder = undefined;
            done();
            this.queue.shift()?.();
          });
        };
        options.signal?.addEventListener("abort", () => {
          this.queue = this.queue.filter((g) => g !== grant);
          fail(new Error("aborted"));
        });
        if (options.steal) {
          this.holder?.stolen(new Error("stolen"));
          grant();
        } else if (this.holder) this.queue.push(grant);
        else grant();
      })) as Locks["request"],
  };

  bus(): Bus {
    const bus: Bus = {
      postMessage: (note: Note) => {
        const data = structuredClone(note);
        for (const other of this.buses) if (other !== bus) queueMicrotask(() => other.onmessage?.({ data }));
      },
      onmessage: null,
      close: () => (this.buses = this.buses.filter((b) => b !== bus)),
    };
    this.buses.push(bus);
    return bus;
  }
}

let browser: Browser;
let tabs: { platform: FakePlatform; voice: FakeVoice; handset: TabHandset; state: () => PhoneState; said: string[] }[];

function tab(locks: Locks | undefined = browser.locks) {
  const platform = new FakePlatform();
  platform.obliging = true;
  const voice = new FakeVoice();
  const said: string[] = [];
  let state: PhoneState | undefined;
  let n = 0;
  const name = `t${tabs.length + 1}`;
  const handset = new TabHandset({
    tab: name,
    user: "u1",
    open: platform.open,
    voice,
    bus: browser.bus(),
    locks,
    newId: () => `${name}-${++n}`,
    publish: (s) => (state = s),
    onSaid: (s) => said.push(s.text),
    chance: () => 0.5,
  });
  const one = { platform, voice, handset, state: () => state as PhoneState, said };
  tabs.push(one);
  handset.start();
  return one;
}

beforeEach(() => {
  vi.useFakeTimers();
  browser = new Browser();
  tabs = [];
});
afterEach(() => {
  for (const t of tabs) t.handset.stop();
  vi.useRealTimers();
});
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

test("the first tab has the phone, the second sees what it does", async () => {
  const first = tab();
  first.platform.accept();
  const second = tab();
  await settle();
  first.platform.say({ type: "seat", seat: seatView({ state: "busy", reason: "rest" }) });
  await settle();
  expect(first.state().role).toBe("owner");
  expect(second.state()).toMatchObject({ role: "mirror", seat: { state: "busy", reason: "rest" } });
  expect(second.platform.dialled).toBe(0);
});

test("a tab opened later learns the present state at once", async () => {
  const first = tab();
  first.platform.accept();
  first.platform.say({ type: "seat", seat: seatView({ state: "ready" }) });
  const second = tab();
  await settle();
  expect(second.state().seat?.state).toBe("ready");
});

test("a command of a mirror is done by the owner, and its refusal comes back in words", async () => {
  const first = tab();
  first.platform.accept();
  const second = tab();
  await settle();
  await second.handset.send({ type: "ready" });
  expect(first.platform.asked("ready")).toHaveLength(1);
  first.platform.obliging = false;
  const dial = second.handset.send({ type: "dial", number: "1", order: null, task: null });
  const refused = expect(dial).rejects.toThrow("号码不允许拨打");
  await settle();
  first.platform.say({ type: "refused", no: first.platform.asked("dial")[0]?.no ?? 0, code: "forbidden", message: "号码不允许拨打" });
  await settle();
  await refused;
});

test("接管 moves the phone to this tab; the other becomes its mirror and takes over again when this one is closed", async () => {
  const first = tab();
  first.platform.accept();
  const second = tab();
  await settle();
  second.handset.takeOver();
  await settle();
  expect(second.state().role).toBe("owner");
  expect(first.state().role).toBe("mirror");
  expect(first.voice.closed).toBeGreaterThan(0);
  second.platform.accept();
  second.platform.say({ type: "seat", seat: seatView({ state: "talking" }) });
  await settle();
  expect(first.state().seat?.state).toBe("talking");
  second.handset.stop();
  await settle();
  expect(first.state().role).toBe("owner");
  expect(first.platform.dialled).toBe(2);
});

test("on plain HTTP, where the browser has no locks, a second tab asks before it takes the phone", async () => {
  const first = tab(undefined);
  await settle(400);
  first.platform.accept();
  expect(first.state().role).toBe("owner");
  const second = tab(undefined);
  await settle(400);
  expect(second.state().role).toBe("mirror");
  second.handset.takeOver();
  first.platform.say({ type: "replaced" });
  await settle();
  expect([first.state().role, second.state().role]).toEqual(["mirror", "owner"]);
});

test("another workstation took the phone: the tab says so and comes back only when asked", async () => {
  const first = tab();
  first.platform.accept();
  await settle();
  first.platform.say({ type: "replaced" });
  await settle(60_000);
  expect(first.state()).toMatchObject({ role: "owner", link: "replaced" });
  first.handset.takeOver();
  expect(first.platform.dialled).toBe(2);
});

test("a supervisor's words reach every tab", async () => {
  const first = tab();
  first.platform.accept();
  const second = tab();
  await settle();
  first.platform.say({ type: "said", from: "班长", text: "请注意", at: 1 });
  await settle();
  expect([first.said, second.said]).toEqual([["请注意"], ["请注意"]]);
});

test("a wallboard in another tab is fed by the owner, and by the next owner after it", async () => {
  const first = tab();
  first.platform.accept();
  const second = tab();
  second.handset.watch(true);
  await settle();
  expect(first.platform.asked("watch").map((w) => w.on)).toEqual([true]);
  const floor = { now: 1, queues: [], seats: [], in_menu: 0, talking: 3, today: { offered: 0, answered: 0, answered_in_15: 0, abandoned: 0, short_abandoned: 0, wait_ms: 0, talk_ms: 0, outbound: 0, missed_open: 0 }, trunks: [] };
  first.platform.say({ type: "floor", floor });
  await settle();
  expect(second.state().floor?.talking).toBe(3);
  const third = tab();
  third.handset.takeOver();
  third.platform.accept();
  await settle();
  expect(third.platform.asked("watch").map((w) => w.on)).toEqual([true]);
});
