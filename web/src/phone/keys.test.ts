import { expect, test } from "vitest";
import { seatCall, seatView } from "./fakes";
import { keysOf, type KeyId } from "./keys";
import type { SeatView } from "./protocol";

const key = (seat: SeatView | null, id: KeyId) => {
  const found = keysOf(seat).find((k) => k.id === id);
  if (!found) throw new Error(`no key ${id}`);
  return found;
};

test("only what the platform allows can be pressed", () => {
  const seat = seatView({ state: "talking", calls: [seatCall()], allowed: ["hold", "hangup", "mute"] });
  expect(keysOf(seat).filter((k) => k.enabled).map((k) => k.id)).toEqual(["mute", "hold", "hangup"]);
  expect(keysOf(null).some((k) => k.enabled)).toBe(false);
});

test("every key keeps its place whatever the state", () => {
  const states = [null, seatView({ state: "signed_out" }), seatView({ calls: [seatCall({ state: "ringing" })] }), seatView({ calls: [seatCall({ state: "held" })] })];
  const orders = states.map((s) => keysOf(s).map((k) => k.id).join());
  expect(new Set(orders).size).toBe(1);
});

test("no two keys share a shortcut", () => {
  const keys = keysOf(null).map((k) => k.hotkey);
  expect(new Set(keys).size).toBe(keys.length);
});

test("a key turns into its opposite", () => {
  expect(key(seatView({ state: "signed_out" }), "sign").label).toBe("签入");
  expect(key(seatView(), "sign")).toMatchObject({ label: "签出", command: { type: "sign_out" } });
  expect(key(seatView(), "pause")).toMatchObject({ label: "示忙", asks: "busy" });
  expect(key(seatView({ state: "busy" }), "pause")).toMatchObject({ label: "示闲", command: { type: "ready" } });
  expect(key(seatView({ state: "talking", allowed: ["busy", "ready"] }), "pause").label).toBe("示闲");
  expect(key(seatView({ state: "wrap_up", allowed: ["busy", "ready"] }), "pause").label).toBe("示忙");
  expect(key(seatView({ calls: [seatCall({ state: "held" })] }), "hold")).toMatchObject({ label: "接回", command: { type: "resume", call: "c1" } });
  expect(key(seatView({ calls: [seatCall({ state: "ringing" })] }), "hangup")).toMatchObject({ label: "拒接", command: { type: "reject", call: "c1" } });
  expect(key(seatView({ calls: [seatCall()] }), "hangup")).toMatchObject({ label: "挂断", command: { type: "hangup", call: "c1" } });
  expect(key(seatView({ muted: true }), "mute")).toMatchObject({ label: "取消静音", command: { type: "mute", on: false } });
  expect(key(seatView({ calls: [seatCall({ recording: "paused" })] }), "record").command).toEqual({ type: "record_pause", call: "c1", on: false });
});

test("转接 goes to the consulted party at once, and asks to whom when nobody was consulted", () => {
  expect(key(seatView({ calls: [seatCall({ state: "consulting" })] }), "transfer").command).toEqual({ type: "transfer", call: "c1", to: null });
  expect(key(seatView({ calls: [seatCall()] }), "transfer")).toMatchObject({ asks: "target-transfer" });
  expect(key(seatView({ calls: [seatCall()] }), "transfer").command).toBeUndefined();
});

test("the keys act on the ringing call before the held one, and on a live one before the one in wrap-up", () => {
  const seat = seatView({ allowed: ["answer"], calls: [seatCall({ call: "c1", state: "held" }), seatCall({ call: "c2", state: "ringing" })] });
  expect(key(seat, "answer")).toMatchObject({ enabled: true, command: { type: "answer", call: "c2" } });
  expect(key(seatView({ calls: [seatCall({ call: "c1", state: "wrap_up" }), seatCall({ call: "c2" })] }), "hangup").command).toEqual({ type: "hangup", call: "c2" });
});
