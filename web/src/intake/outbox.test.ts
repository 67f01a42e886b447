import { beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "@/api/client";
import { blank, toRegisterForm } from "./model";
import { newItem, Outbox, waits, type Wire } from "./outbox";
import { Seal } from "./seal";

const registered = { id: "o1", case_no: "370200202611240100000017", query_code: "K7M2", version: 1, state: "registered" } as never;
const order = { id: "o1", state: "pending_dispatch" } as never;
const lost = new ApiError(0, {});
const refused = new ApiError(422, { detail: "填写内容有误", fields: [{ field: "region", message: "请选择区域" }] as never });
const submit = { action: "submit", urgency: "u3", suggested_org: null } as never;

/** The citizen's words are long enough to be found again wherever they stand in clear. */
const item = (next: typeof submit | null = null) => {
  const values = { ...blank(), content: "路灯不亮已经三天" };
  return newItem(values, toRegisterForm(values, true), next, 1);
};

function house() {
  const seal = new Seal();
  seal.use("0123456789abcdef".repeat(4));
  const line = { away: false, listeners: new Set<() => void>(), watch: (l: () => void) => (line.listeners.add(l), () => line.listeners.delete(l)) };
  const out = { register: vi.fn<Wire["register"]>(), command: vi.fn<Wire["command"]>() };
  const clock = { now: 1 };
  const open = () => new Outbox(localStorage, seal, out, line, () => clock.now);
  return { seal, line, out, clock, open };
}

beforeEach(() => localStorage.clear());

test("an answered registration leaves nothing behind", async () => {
  const { out, open } = house();
  const box = open();
  box.load("u1");
  out.register.mockResolvedValue(registered);
  expect(await box.send(item())).toEqual({ registered });
  expect(box.all).toEqual([]);
  expect(localStorage.getItem("hotline.unsent.u1")).toBeNull();
});

test("a lost answer keeps it sealed, and it goes out again under the same key, once", async () => {
  const { out, open } = house();
  const box = open();
  box.load("u1");
  out.register.mockRejectedValueOnce(lost).mockResolvedValue(registered);
  const sent = item();
  expect(await box.send(sent)).toBe("waiting");
  expect(localStorage.getItem("hotline.unsent.u1")).not.toContain("路灯");
  const reloaded = open();
  reloaded.load("u1");
  expect(reloaded.all.filter(waits)).toHaveLength(1);
  await Promise.all([reloaded.run(), reloaded.run()]);
  expect(out.register).toHaveBeenCalledTimes(2);
  expect(out.register.mock.calls.map(([i]) => i.key)).toEqual([sent.key, sent.key]);
  expect(reloaded.all[0]?.outcome).toEqual({ registered });
  reloaded.take(sent.key);
  expect(localStorage.getItem("hotline.unsent.u1")).toBeNull();
});

test("while the server is known to be away nothing is tried, and what is on its way is given up", async () => {
  const { line, out, open } = house();
  const box = open();
  box.load("u1");
  out.register.mockImplementation((_, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")))));
  const sending = box.send(item());
  await vi.waitFor(() => expect(out.register).toHaveBeenCalled());
  line.away = true;
  for (const l of line.listeners) l();
  expect(await sending).toBe("waiting");
  expect(await box.send(item())).toBe("waiting");
  await box.run();
  expect(out.register).toHaveBeenCalledTimes(1);
  expect(box.all.filter(waits)).toHaveLength(2);
});

test("the second step alone is sent again when the first one was answered", async () => {
  const { out, open } = house();
  const box = open();
  box.load("u1");
  out.register.mockResolvedValue(registered);
  out.command.mockRejectedValueOnce(lost).mockResolvedValue(order);
  const sent = item(submit);
  expect(await box.send(sent)).toBe("waiting");
  await box.run();
  expect(out.register).toHaveBeenCalledTimes(1);
  expect(out.command.mock.calls.map(([, , key]) => key)).toEqual([sent.nextKey, sent.nextKey]);
  expect(box.all[0]?.outcome).toEqual({ registered, order });
});

test("a refusal at once goes to the form; a later one waits with its fields to be taken back", async () => {
  const { out, open } = house();
  const box = open();
  box.load("u1");
  out.register.mockRejectedValueOnce(refused);
  await expect(box.send(item())).rejects.toMatchObject({ message: "填写内容有误", fields: [{ field: "region" }] });
  expect(box.all).toEqual([]);
  out.register.mockRejectedValueOnce(lost).mockRejectedValueOnce(refused);
  const sent = item();
  await box.send(sent);
  await box.run();
  expect(box.all[0]?.refused?.fields).toHaveLength(1);
  expect(box.take(sent.key)?.item.values.content).toBe("路灯不亮已经三天");
});

test("a session that ended meanwhile loses nothing: its writer's next session sends it, nobody else's does", async () => {
  const { seal, out, open } = house();
  const box = open();
  box.load("u1");
  out.register.mockRejectedValueOnce(new ApiError(401, {})).mockResolvedValue(registered);
  expect(await box.send(item())).toBe("waiting");
  box.leave();
  seal.use(undefined);
  expect(box.all).toEqual([]);
  seal.use("fedcba9876543210".repeat(4));
  box.load("u2");
  await box.run();
  expect(out.register).toHaveBeenCalledTimes(1);
  box.leave();
  seal.use("0123456789abcdef".repeat(4));
  box.load("u1");
  await box.run();
  expect(box.all[0]?.outcome).toEqual({ registered });
});

test("what could not be sent for a day is looked at by a person: its key may be forgotten", async () => {
  const { out, clock, open } = house();
  const box = open();
  box.load("u1");
  out.register.mockRejectedValueOnce(lost);
  await box.send(item());
  clock.now = 86_400_002;
  await box.run();
  expect(out.register).toHaveBeenCalledTimes(1);
  expect(box.all[0]?.refused?.message).toContain("请先查询是否已登记");
});
