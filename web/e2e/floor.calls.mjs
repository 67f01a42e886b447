// The floor with several people at once: a department called in, a colleague who takes over, a leader who whispers, a crash in the
// middle of it. Real sipp on both ends, real Chromium, the real binary.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { hear, wiretap } from "./listen.mjs";
import { MICROPHONE, person, shot, startBrowser, startPlatform } from "./platform.mjs";
import { button, clean } from "./screen.mjs";
import { answerAt, dialIn } from "./sip.mjs";

const BASE = 16_500 + (process.pid % 800) * 4;
const [SIP, CARRIER, WEB, LISTEN] = [BASE, BASE + 1, BASE + 2, BASE + 3];
const RTP = 40_000 + (process.pid % 100) * 200;
const SILENT = 0.01;
const SPOKEN = 0.03;
const RINGS_WITHIN_MS = 60_000;
const DEPARTMENT_HZ = 1_000;

const config = join(mkdtempSync(join(tmpdir(), "hotline-conf-")), "hotline.toml");
writeFileSync(
  config,
  `[switch.sip]
udp = "127.0.0.1:${SIP}"
[switch.media]
rtp_ports = [${RTP}, ${RTP + 198}]
web = "127.0.0.1:${WEB}"
[[switch.trunks]]
name = "主用中继"
host = "127.0.0.1"
port = ${CARRIER}
allow = ["127.0.0.1"]
probe_s = 0
`,
);

const more = ["--config", config, "--drain-s", "2"];
let platform;
let browser;

before(async () => {
  [platform, browser] = await Promise.all([startPlatform({ more, listen: `127.0.0.1:${LISTEN}` }), startBrowser(MICROPHONE)]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
  rmSync(config, { force: true });
});

const bar = (page) => page.getByRole("region", { name: "话务条" });
const state = (page, name) => bar(page).getByRole("button", { name: /座席状态/ }).filter({ hasText: name }).waitFor({ timeout: 30_000 });
const key = (page, name) => bar(page).getByRole("button", { name, exact: true });
const enabled = (page, name) => page.waitForFunction((label) => [...document.querySelectorAll("[aria-label]")].some((e) => e.getAttribute("aria-label") === label && !e.disabled), name, { timeout: 30_000 });

async function seat(login) {
  const someone = await person(browser, platform, login, { prepare: wiretap });
  await bar(someone.page).waitFor();
  return someone;
}

async function ready(page) {
  await key(page, "签入").click();
  await key(page, "签出").waitFor({ timeout: 30_000 });
  await state(page, "空闲");
}

/** A citizen on the line with this agent. */
async function talking(agent, from) {
  const caller = await dialIn(SIP, { from });
  await agent.page.getByRole("alertdialog", { name: "来电" }).waitFor({ timeout: RINGS_WITHIN_MS });
  await agent.page.keyboard.press("Alt+A");
  await state(agent.page, "通话");
  return caller;
}

/** The citizen is asked for a rating, presses a key and is let go. */
async function rated(caller, page) {
  await page.waitForTimeout(6_000);
  caller.press("5");
  assert.equal(await caller.ended, 0, caller.errors());
}

async function wrapped(page) {
  await button(page.getByRole("group", { name: "话后整理" }), "完成").click();
  await state(page, "空闲");
}

const api = async (page, path) => (await page.request.get(`${platform.base}/api/v1${path}`)).json();

test("a department is consulted, joins, and the leader whispers to the agent alone", async (t) => {
  const agent = await seat("agent01");
  const { page } = agent;
  await ready(page);
  const caller = await talking(agent, "13800002222");

  const department = await answerAt(CARRIER, { hz: DEPARTMENT_HZ });
  await key(page, "咨询").click();
  await page.getByLabel("电话号码").fill("13912345678");
  await page.locator(".ph-target").getByRole("button", { name: /咨\s*询/ }).click();
  await enabled(page, "三方");
  const [music, voice] = await Promise.all([caller.listen(2_500), hear(page, 2_500)]);
  t.diagnostic(`consulting: citizen ${music.rms.toFixed(3)}, agent ${voice.rms.toFixed(3)} at ${voice.hz} Hz`);
  assert.ok(Math.abs(voice.hz - DEPARTMENT_HZ) < 30, `the agent hears the department alone: ${voice.hz}`);
  assert.ok(music.rms > SILENT / 2, `the citizen hears music: ${music.rms}`);

  await key(page, "三方").click();
  await key(page, "静音").click();
  await key(page, "取消静音").waitFor();
  await page.waitForTimeout(600);
  const [citizen, unit] = await Promise.all([caller.listen(2_000), department.listen(2_000)]);
  t.diagnostic(`three-way, agent muted: citizen ${citizen.rms.toFixed(3)}, department ${unit.rms.toFixed(3)}`);
  assert.ok(citizen.rms > SPOKEN && unit.rms > SPOKEN, `citizen and department hear one another: ${citizen.rms}, ${unit.rms}`);
  await shot(page, "floor-three-way");

  const leader = await seat("teamleader01");
  await ready(leader.page);
  await key(leader.page, "示忙").click();
  await leader.page.getByRole("list", { name: "示忙原因" }).getByRole("button").first().click();
  await state(leader.page, "示忙");
  await leader.page.goto(`${platform.base}/calls/floor`);
  const line = leader.page.getByRole("group", { name: "座席" }).getByRole("row").filter({ hasText: "138****2222" });
  await button(line, "密语").waitFor({ timeout: 30_000 });
  await leader.page.waitForFunction(() => window.peers?.some((p) => p.connectionState === "connected"), undefined, { timeout: 30_000 });
  caller.speak(false);
  department.speak(false);
  await button(line, "密语").click();
  await state(leader.page, "监听");
  await page.waitForTimeout(1_500);
  const [told, untold, unknowing] = await Promise.all([hear(page, 2_500), caller.listen(2_500), department.listen(2_500)]);
  t.diagnostic(`whisper: agent ${told.rms.toFixed(3)}, citizen ${untold.rms.toFixed(3)}, department ${unknowing.rms.toFixed(3)}`);
  assert.ok(told.rms > SILENT, `the agent hears the whisper: ${told.rms}`);
  assert.ok(untold.rms < SILENT && unknowing.rms < SILENT, `nobody else does: ${untold.rms}, ${unknowing.rms}`);
  await shot(leader.page, "floor-whisper");
  await button(line, "强插").click();
  await page.waitForTimeout(1_000);
  const barged = await caller.listen(2_500);
  assert.ok(barged.rms > SILENT, `everybody hears who barges in: ${barged.rms}`);
  await key(leader.page, "退出监听").click();

  await key(page, "挂断").click();
  assert.equal(await department.ended, 0, department.errors());
  await rated(caller, page);
  await wrapped(page);
  const calls = await api(leader.page, "/calls?direction=in");
  const view = await api(leader.page, `/calls/${calls.items[0].id}`);
  assert.deepEqual([view.outcome, view.rating], ["answered", 5]);
  assert.deepEqual(new Set(view.legs.map((leg) => leg.kind)), new Set(["citizen", "agent", "department", "supervisor"]));
  assert.ok(view.recordings[0].ms > 10_000, `the recording is as long as the conversation: ${view.recordings[0].ms}`);
  await clean(agent, "agent");
  await clean(leader, "leader");
  await key(page, "签出").click();
  await leader.close();
  await agent.close();
});

test("a colleague is asked and takes the citizen over", async (t) => {
  const [agent, expert] = [await seat("agent02"), await seat("agent03")];
  await ready(agent.page);
  const caller = await talking(agent, "13800003333");
  await ready(expert.page);

  await key(agent.page, "咨询").click();
  await agent.page.getByText("话务员", { exact: true }).click();
  const free = agent.page.getByRole("list", { name: "同事" }).getByRole("button", { name: /咨\s*询/, disabled: false });
  await free.first().click();
  await expert.page.getByRole("alertdialog", { name: "来电" }).waitFor({ timeout: RINGS_WITHIN_MS });
  await key(expert.page, "应答").click();
  await enabled(agent.page, "三方");
  await key(agent.page, "转接").click();
  await state(agent.page, "话后整理");
  await agent.page.waitForTimeout(800);
  const [citizen, heard] = await Promise.all([caller.listen(2_500), hear(expert.page, 2_500)]);
  t.diagnostic(`after the transfer: citizen ${citizen.rms.toFixed(3)}, expert ${heard.rms.toFixed(3)} at ${heard.hz} Hz`);
  assert.ok(citizen.rms > SPOKEN && Math.abs(heard.hz - 440) < 15, `citizen and expert speak: ${citizen.rms}, ${heard.hz}`);
  await key(expert.page, "挂断").click();
  await rated(caller, expert.page);
  await wrapped(agent.page);
  await wrapped(expert.page);
  const calls = await api(expert.page, "/calls?direction=in");
  assert.equal(calls.items[0].transfers, 1);
  await key(agent.page, "签出").click();
  await key(expert.page, "签出").click();
  await agent.close();
  await expert.close();
});

test("after kill -9 the call is closed with its cause, the recording is whole, the citizen is called back", async (t) => {
  const agent = await seat("agent04");
  await ready(agent.page);
  const caller = await talking(agent, "13800004444");
  await agent.page.waitForTimeout(4_000);
  await platform.crash();
  caller.stop();
  const begun = performance.now();
  platform = { ...(await startPlatform({ more, listen: `127.0.0.1:${LISTEN}`, home: platform.home })), password: platform.password };
  await state(agent.page, "未签入");
  t.diagnostic(`the softphone was back after ${Math.round(performance.now() - begun)} ms`);
  const calls = await api(agent.page, "/calls?direction=in");
  const view = await api(agent.page, `/calls/${calls.items[0].id}`);
  assert.deepEqual([view.outcome, view.cause], ["answered", "restart"]);
  assert.ok(view.legs.every((leg) => leg.ended_at !== null), "every line has an end");
  assert.deepEqual(view.events.map((e) => e.seq), view.events.map((_, i) => i + 1), "numbers without gaps");
  const [recording] = view.recordings;
  t.diagnostic(`recording ${recording.status}, ${recording.ms} ms`);
  assert.equal(recording.status, "repaired");
  assert.ok(recording.ms > 2_000, `what was said is there: ${recording.ms}`);
  const duties = await api(agent.page, "/call-duties");
  assert.ok(duties.items.some((duty) => duty.number_masked === "138****4444"), "whoever was cut off is called back");

  await ready(agent.page);
  const again = await talking(agent, "13800004444");
  await key(agent.page, "挂断").click();
  await rated(again, agent.page);
  await agent.close();
});
