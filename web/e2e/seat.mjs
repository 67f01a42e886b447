// A switchboard of one's own, people at seats, and what is heard: shared by the stories of calls.
import { strict as assert } from "node:assert";
import { createSocket } from "node:dgram";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wiretap } from "./listen.mjs";
import { person } from "./platform.mjs";
import { alaw } from "./rtp.mjs";
import { button } from "./screen.mjs";

/** Quieter than this is silence; the tones are at 0.18, the fake microphone's beeps at some 0.09. */
export const SILENT = 0.01;
export const SPOKEN = 0.03;
/** Prompts and distribution take a while on a busy machine. */
export const RINGS_WITHIN_MS = 60_000;
const STATE_WITHIN_MS = 30_000;
/** Sound that has just been switched is on the line within moments; a busy machine takes longer. */
const HEARD_WITHIN_MS = 25_000;
/** RTP of the few calls of a story. */
const PORTS = 198;

/** A port that nobody has at the moment. */
async function free(open) {
  const socket = await open();
  const { port } = socket.address();
  await new Promise((done) => socket.close(done));
  return port;
}
const udp = () => free(() => new Promise((done) => { const s = createSocket("udp4"); s.bind(0, "127.0.0.1", () => done(s)); }));
const tcp = () => free(() => new Promise((done) => { const s = createServer(); s.listen(0, "127.0.0.1", () => done(s)); }));

/** A third of a second of a tone, as the switch plays it. */
function blip() {
  return Buffer.from(Array.from({ length: 2_640 }, (_, i) => alaw(Math.round(Math.sin((2 * Math.PI * 300 * i) / 8_000) * 4_000))));
}

/**
 * Configuration of a switch with one carrier on this machine: `sip` is where citizens call, `carrier` where calls go out to. Prompts named
 * in `brief` are a blip, so that a story does not wait for words it has heard before.
 */
export async function switchboard({ brief = [], config = "" } = {}) {
  const home = mkdtempSync(join(tmpdir(), "hotline-e2e-"));
  mkdirSync(join(home, "prompts"));
  for (const name of brief) writeFileSync(join(home, "prompts", `${name}.al`), blip());
  const [sip, carrier, web, listen] = [await udp(), await udp(), await udp(), await tcp()];
  const rtp = 40_000 + Math.floor(Math.random() * 60) * (PORTS + 2);
  const text = `[switch.sip]
udp = "127.0.0.1:${sip}"
[switch.media]
rtp_ports = [${rtp}, ${rtp + PORTS}]
web = "127.0.0.1:${web}"
[[switch.trunks]]
name = "主用中继"
host = "127.0.0.1"
port = ${carrier}
allow = ["127.0.0.1"]
probe_s = 0
${config}`;
  writeFileSync(join(home, "hotline.toml"), text);
  return { sip, carrier, start: { home, listen: `127.0.0.1:${listen}`, more: ["--drain-s", "2"] } };
}

/** All that is said before somebody answers, and after. */
export const WORDS = ["greeting", "recording.notice", "queue.wait", "queue.nobody", "rating.ask", "rating.thanks", "goodbye"];

export const bar = (page) => page.getByRole("region", { name: "话务条" });
export const state = (page, name) => bar(page).getByRole("button", { name: /座席状态/ }).filter({ hasText: name }).waitFor({ timeout: STATE_WITHIN_MS });
export const key = (page, name) => bar(page).getByRole("button", { name, exact: true });
/** Waits until a key can be pressed. */
export const enabled = (page, name) =>
  page.waitForFunction((label) => [...document.querySelectorAll("[aria-label]")].some((e) => e.getAttribute("aria-label") === label && !e.disabled), name, { timeout: STATE_WITHIN_MS });
/** Waits until the page's voice is connected. */
export const voiced = (page) => page.waitForFunction(() => window.peers?.some((p) => p.connectionState === "connected"), undefined, { timeout: STATE_WITHIN_MS });
export const rings = (page) => page.getByRole("alertdialog", { name: "来电" }).waitFor({ timeout: RINGS_WITHIN_MS });

/** Somebody whose browser can be listened in to. */
export async function seat(browser, platform, login) {
  const someone = await person(browser, platform, login, { prepare: wiretap });
  await bar(someone.page).waitFor({ timeout: STATE_WITHIN_MS });
  return someone;
}

export async function signIn(page) {
  await key(page, "签入").click();
  await key(page, "签出").waitFor({ timeout: STATE_WITHIN_MS });
}

/** Ready by itself, as soon as the voice is there. */
export async function ready(page) {
  await signIn(page);
  await state(page, "空闲");
}

/** Takes the call that rings. */
export async function answer(page) {
  await rings(page);
  await page.keyboard.press("Alt+A");
  await state(page, "通话");
}

/** The citizen, asked for a rating after the agent has left, presses 5 and is let go. */
export async function rated(caller, page) {
  await state(page, "话后整理");
  caller.press("5");
  assert.equal(await caller.ended, 0, caller.errors());
}

/** 话后整理 is done. */
export async function wrapped(page) {
  await button(page.getByRole("group", { name: "话后整理" }), "完成").click();
  await page.getByRole("group", { name: "话后整理" }).waitFor({ state: "detached", timeout: STATE_WITHIN_MS });
}

/** Listens at several places at once, again and again, until it is as it should be; gives what was heard last. */
export async function sound(t, what, listen, fits) {
  const end = Date.now() + HEARD_WITHIN_MS;
  for (;;) {
    const heard = await Promise.all(listen());
    const told = heard.map((h) => `${h.rms.toFixed(3)}${h.hz ? ` at ${h.hz} Hz` : ""}`).join(", ");
    if (fits(...heard)) {
      t.diagnostic(`${what}: ${told}`);
      return heard;
    }
    assert.ok(Date.now() < end, `${what}: ${told}`);
  }
}

/** A tone as sent: the analyser's bins are some 12 Hz wide. */
export const isTone = (heard, hz) => heard.rms > SPOKEN && Math.abs(heard.hz - hz) < 25;

/** A JSON answer of the API in somebody's session. */
export const api = async (page, platform, path) => (await page.request.get(`${platform.base}/api/v1${path}`)).json();
