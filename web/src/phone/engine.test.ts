import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Engine, speaks, type EngineState, type Said } from "./engine";
import { FakePlatform } from "./fake-platform";
import { FakeVoice, seatCall, seatView } from "./fakes";
import { MicRefused } from "./media";

let platform: FakePlatform;
let voice: FakeVoice;
let engine: Engine;
let said: Said[];
let seen: EngineState[];

beforeEach(() => {
  vi.useFakeTimers();
  platform = new FakePlatform();
  platform.obliging = true;
  voice = new FakeVoice();
  said = [];
  seen = [];
  engine = new Engine("t1", { open: platform.open, voice, onState: (s) => seen.push(s), onSaid: (s) => said.push(s), chance: () => 0.5 });
  engine.start();
  platform.accept();
});
afterEach(() => {
  engine.stop();
  vi.useRealTimers();
});

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
async function connected() {
  await settle();
  platform.say({ type: "web_answer", sdp: "answer" });
  await settle();
  voice.onState(true);
  await settle();
}

test("签入 asks for the microphone and brings the voice up before the platform is told", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "signed_out", media: false }) });
  const signedIn = engine.send({ type: "sign_in", skills: null });
  await settle();
  expect(platform.asked("offer")).toHaveLength(1);
  expect(platform.asked("sign_in")).toHaveLength(0);
  await connected();
  await signedIn;
  expect(platform.asked("sign_in")).toEqual([{ no: 3, type: "sign_in", skills: null }]);
  expect(voice.answered).toEqual(["answer"]);
});

test("without a microphone nobody is signed in, and the reason is in words", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "signed_out", media: false }) });
  voice.refuse = new MicRefused("denied");
  const signIn = engine.send({ type: "sign_in", skills: null });
  const refused = expect(signIn).rejects.toThrow("麦克风未获允许");
  await settle();
  await refused;
  expect(platform.asked("sign_in")).toHaveLength(0);
  expect(engine.state).toMatchObject({ media: "off", fault: "denied" });
});

test("at a desk phone nobody is asked for a microphone, and a browser voice that was up is let go", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "signed_out", media: true, phone: "8001" }) });
  await engine.send({ type: "sign_in", skills: null });
  platform.say({ type: "seat", seat: seatView({ state: "ready", media: false, phone: "8001" }) });
  await settle(20_000);
  expect(platform.asked("sign_in")).toHaveLength(1);
  expect(platform.asked("offer")).toHaveLength(0);
  expect(engine.state).toMatchObject({ media: "off", fault: null });
});

test("after a reload a seat that is signed in gets its voice back without being asked", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "talking", media: false, calls: [seatCall({ state: "talking" })] }) });
  await settle();
  expect(platform.asked("offer")).toHaveLength(1);
  await connected();
  expect(engine.state.media).toBe("up");
  expect(voice.heard).toBe(true);
});

test("a lost network with the voice still up needs no new offer; the call goes on", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "talking", calls: [seatCall({ state: "talking" })] }) });
  await connected();
  platform.cut();
  await settle(500);
  platform.accept();
  platform.say({ type: "seat", seat: seatView({ state: "talking", calls: [seatCall({ state: "talking" })] }) });
  await settle(10_000);
  expect(platform.asked("offer")).toHaveLength(1);
  expect(engine.state.media).toBe("up");
  expect(voice.closed).toBe(0);
});

test("a voice that breaks is offered again once it has had time to mend", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "ready" }) });
  await connected();
  voice.onState(false);
  await settle(1_000);
  voice.onState(true);
  await settle(3_000);
  expect(platform.asked("offer")).toHaveLength(1);
  voice.onState(false);
  await settle(2_100);
  expect(platform.asked("offer")).toHaveLength(2);
});

test("a voice that broke while the line to the platform was gone comes back with it", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "ready" }) });
  await connected();
  platform.cut();
  voice.onState(false);
  await settle(2_500);
  platform.accept();
  platform.say({ type: "seat", seat: seatView({ state: "ready", media: false }) });
  await settle();
  expect(platform.asked("offer")).toHaveLength(2);
});

test("the platform hears nothing although the browser is connected: a fresh connection", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "ready" }) });
  await connected();
  platform.say({ type: "seat", seat: seatView({ state: "ready", media: false }) });
  await settle(4_100);
  expect(platform.asked("offer")).toHaveLength(2);
});

test("an offer that leads nowhere is repeated, later each time", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "ready", media: false }) });
  await settle(8_000);
  expect(engine.state.media).toBe("down");
  await settle(600);
  expect(platform.asked("offer")).toHaveLength(2);
  await settle(8_600);
  expect(platform.asked("offer")).toHaveLength(2);
  await settle(1_000);
  expect(platform.asked("offer")).toHaveLength(3);
});

test("after 签出 the microphone is let go", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "ready" }) });
  await connected();
  platform.say({ type: "seat", seat: seatView({ state: "signed_out", media: false }) });
  expect(engine.state.media).toBe("off");
  expect(voice.closed).toBe(1);
});

test("静音 is felt at once, and taken back when the platform refuses", async () => {
  const talking = seatView({ state: "talking", calls: [seatCall({ state: "talking" })] });
  platform.say({ type: "seat", seat: talking });
  await connected();
  platform.obliging = false;
  const mute = engine.send({ type: "mute", on: true });
  const refused = expect(mute).rejects.toThrow();
  expect(voice.heard).toBe(false);
  platform.say({ type: "refused", no: platform.asked("mute")[0]?.no ?? 0, code: "not_now", message: "现在不能静音" });
  await refused;
  expect(voice.heard).toBe(true);
});

test("an unplugged microphone is replaced by another, or its absence told", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "ready" }) });
  await connected();
  voice.refuse = new MicRefused("missing");
  voice.onMicLost();
  await settle();
  expect(engine.state).toMatchObject({ media: "off", fault: "missing" });
  voice.refuse = undefined;
  engine.retryVoice();
  await connected();
  expect(engine.state).toMatchObject({ media: "up", fault: null });
});

test("the floor is watched once for all who look, again after a break, and no longer when the last one leaves", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "signed_out", media: false }) });
  engine.watch("t1", true);
  engine.watch("t2", true);
  await settle();
  expect(platform.asked("watch").map((w) => w.on)).toEqual([true]);
  platform.cut();
  await settle(500);
  platform.accept();
  expect(platform.asked("watch").map((w) => w.on)).toEqual([true, true]);
  engine.watch("t1", false);
  engine.watch("t2", false);
  await settle();
  expect(platform.asked("watch").map((w) => w.on)).toEqual([true, true, false]);
});

test("a replaced phone is silent and knows nothing any more", async () => {
  platform.say({ type: "seat", seat: seatView({ state: "ready" }) });
  await connected();
  platform.say({ type: "replaced" });
  expect(engine.state).toMatchObject({ link: "replaced", seat: null, media: "off" });
  expect(voice.closed).toBeGreaterThan(0);
});

test("what the supervisor says is passed on", () => {
  platform.say({ type: "said", from: "班长", text: "请注意语速", at: 1 });
  expect(said).toEqual([{ from: "班长", text: "请注意语速", at: 1 }]);
});

test("the microphone is heard in a call only, and by nobody while listening in", () => {
  expect(speaks(seatView({ state: "ready" }))).toBe(false);
  expect(speaks(seatView({ calls: [seatCall({ state: "ringing" })] }))).toBe(false);
  expect(speaks(seatView({ calls: [seatCall({ state: "held" })] }))).toBe(false);
  expect(speaks(seatView({ calls: [seatCall({ state: "consulting" })] }))).toBe(true);
  expect(speaks(seatView({ muted: true, calls: [seatCall({ state: "talking" })] }))).toBe(false);
  expect(speaks(seatView({ supervising: { user: "u", name: "李娜", mode: "listen" } }))).toBe(false);
  expect(speaks(seatView({ supervising: { user: "u", name: "李娜", mode: "whisper" } }))).toBe(true);
});
