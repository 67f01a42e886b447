// A citizen calls, an agent answers in the browser: real sipp, real Chromium with a fake microphone, the real binary.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { decode, hear, wiretap } from "./listen.mjs";
import { MICROPHONE, person, shot, startBrowser, startPlatform } from "./platform.mjs";
import { button, clean, english } from "./screen.mjs";
import { dialIn } from "./sip.mjs";

const SIP = 15_060 + (process.pid % 900);
const WEB = SIP + 1_000;
const RTP = 20_000 + (process.pid % 100) * 200;
const CITIZEN = "13800001234";
/** Quieter than this is silence; the tones are at 0.17 and the fake microphone's beep at some 0.13. */
const SILENT = 0.01;
const SPOKEN = 0.03;
/** Prompts and distribution take a while on a busy machine. */
const RINGS_WITHIN_MS = 60_000;

let platform;
let browser;

before(async () => {
  const more = ["--sip", `127.0.0.1:${SIP}`, "--rtp-ports", `${RTP}-${RTP + 198}`, "--web-media", `127.0.0.1:${WEB}`];
  [platform, browser] = await Promise.all([startPlatform({ more }), startBrowser(MICROPHONE)]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

const bar = (page) => page.getByRole("region", { name: "话务条" });
const state = (page, name) => bar(page).getByRole("button", { name: /座席状态/ }).filter({ hasText: name }).waitFor({ timeout: 30_000 });
const key = (page, name) => bar(page).getByRole("button", { name, exact: true });

async function seat(login) {
  const someone = await person(browser, platform, login, { prepare: wiretap });
  await bar(someone.page).waitFor();
  return someone;
}

async function signIn(page) {
  await key(page, "签入").click();
  await key(page, "签出").waitFor({ timeout: 30_000 });
}

/** Ready by itself, as soon as the voice is there. */
async function ready(page) {
  await signIn(page);
  await state(page, "空闲");
}

test("in the queue, on the ear, on hold, rated, recorded, bound to its order", async (t) => {
  const agent = await seat("agent01");
  const { page } = agent;
  await ready(page);
  await shot(page, "phone-ready");

  const caller = await dialIn(SIP, { from: CITIZEN });
  const ring = page.getByRole("alertdialog", { name: "来电" });
  await ring.waitFor({ timeout: RINGS_WITHIN_MS });
  await ring.getByText("138 0000 1234").waitFor();
  await page.getByLabel("来电号码").waitFor();
  await page.waitForTimeout(500);
  assert.equal(await page.locator("#phone").inputValue(), CITIZEN, "the intake form has the number before anybody answers");
  await shot(page, "phone-ring");

  await page.keyboard.press("Alt+A");
  await state(page, "通话");
  const [citizenHears, agentHears] = await Promise.all([caller.listen(4_000), hear(page, 4_000)]);
  t.diagnostic(`citizen hears ${citizenHears.rms.toFixed(3)}, agent hears ${agentHears.rms.toFixed(3)} at ${agentHears.hz} Hz`);
  assert.ok(citizenHears.rms > SPOKEN, `the citizen hears the agent: ${citizenHears.rms}`);
  assert.ok(agentHears.rms > SPOKEN, `the agent hears the citizen: ${agentHears.rms}`);
  assert.ok(Math.abs(agentHears.hz - 440) < 15, `the very tone: ${agentHears.hz}`);
  await shot(page, "phone-talk");

  await key(page, "静音").click();
  await key(page, "取消静音").waitFor();
  await page.waitForTimeout(600);
  const muted = await caller.listen(1_500);
  assert.ok(muted.rms < SILENT, `静音 is silence: ${muted.rms}`);
  await key(page, "取消静音").click();

  await key(page, "保持").click();
  await key(page, "接回").waitFor();
  await page.waitForTimeout(600);
  const [music, nothing] = await Promise.all([caller.listen(2_500), hear(page, 2_000)]);
  assert.ok(music.rms > SILENT / 2, `the citizen hears music: ${music.rms}`);
  assert.ok(nothing.rms < SILENT, `the agent hears nothing: ${nothing.rms}`);
  await key(page, "接回").click();
  await key(page, "保持").waitFor();

  // Somebody asks how far their matter is: the call is bound to the order that exists.
  await page.getByRole("link", { name: "首页" }).click();
  await page.getByRole("link", { name: "综合查询" }).click();
  await page.getByRole("grid").getByRole("row").nth(1).dblclick();
  await page.getByRole("tab", { name: /通话录音/ }).click();
  await button(page, "关联当前通话").click();
  await bar(page).getByText("已关联工单").waitFor();
  const order = new URL(page.url()).pathname;

  // A reload in the middle of it: the citizen stays, the voice comes back.
  page.once("dialog", (d) => void d.accept());
  await page.reload();
  await state(page, "通话");
  await page.waitForFunction(() => window.peers?.some((p) => p.connectionState === "connected"), undefined, { timeout: 20_000 });
  await page.waitForTimeout(1_500);
  const [again, still] = await Promise.all([caller.listen(2_500), hear(page, 2_500)]);
  t.diagnostic(`after the reload: citizen ${again.rms.toFixed(3)}, agent ${still.rms.toFixed(3)}`);
  assert.ok(again.rms > SPOKEN && still.rms > SPOKEN, `both hear one another again: ${again.rms}, ${still.rms}`);

  await page.keyboard.press("Alt+X");
  await state(page, "话后整理");
  await shot(page, "phone-wrap");
  // 一次一评: the citizen presses 5 when asked.
  await page.waitForTimeout(6_000);
  caller.press("5");
  const wrap = page.getByRole("group", { name: "话后整理" });
  await wrap.getByRole("combobox", { name: "话后小结" }).click();
  await page.getByTitle("查询进度").click();
  await wrap.getByRole("textbox", { name: "话后备注" }).fill("告知办理进度");
  await button(wrap, "完成").click();
  await state(page, "空闲");
  assert.equal(await caller.ended, 0, caller.errors());

  await page.goto(`${platform.base}${order}?tab=calls`);
  await page.getByText("非常满意").first().waitFor({ timeout: 20_000 });
  await page.getByText("查询进度，告知办理进度").waitFor();
  await button(page, "调听").click();
  await page.getByRole("combobox", { name: "调听理由" }).click();
  await page.getByTitle("核实诉求内容").click();
  await button(page, "开始收听").click();
  const slider = page.getByRole("slider", { name: "播放位置" });
  await slider.waitFor();
  const src = await page.locator("audio").getAttribute("src");
  const sound = await decode(page, src);
  t.diagnostic(`recording ${sound.seconds.toFixed(1)} s, left ${sound.left.toFixed(3)}, right ${sound.right.toFixed(3)}`);
  assert.equal(sound.channels, 2);
  assert.ok(sound.left > SPOKEN && sound.right > SPOKEN / 3, `each party on its side: ${JSON.stringify(sound)}`);
  await button(page, "播放").click();
  await page.waitForFunction(() => (document.querySelector("audio")?.currentTime ?? 0) > 1, undefined, { timeout: 15_000 });
  await shot(page, "phone-player");
  await clean(agent, "agent");
  assert.deepEqual(await english(page), []);

  await key(page, "签出").click();
  await key(page, "签入").waitFor();
  await agent.close();
});

test("a second tab mirrors the phone and takes it over without dropping the citizen", async () => {
  const agent = await seat("agent02");
  const { page } = agent;
  await ready(page);
  const caller = await dialIn(SIP, { from: "13900005678" });
  await page.getByRole("alertdialog", { name: "来电" }).waitFor({ timeout: RINGS_WITHIN_MS });
  await key(page, "应答").click();
  await state(page, "通话");

  const second = await agent.context.newPage();
  await second.goto(`${platform.base}/query`);
  await state(second, "通话");
  await second.getByRole("button", { name: "在此标签页接管" }).click();
  await page.getByText("由另一标签页持有").waitFor({ timeout: 20_000 });
  await second.waitForFunction(() => window.peers?.some((p) => p.connectionState === "connected"), undefined, { timeout: 20_000 });
  await second.waitForTimeout(1_500);
  const [citizen, heard] = await Promise.all([caller.listen(2_500), hear(second, 2_500)]);
  assert.ok(citizen.rms > SPOKEN && heard.rms > SPOKEN, `both hear one another in the new tab: ${citizen.rms}, ${heard.rms}`);
  await key(second, "挂断").click();
  await state(page, "话后整理");
  caller.stop();
  await agent.close();
});

test("a call nobody takes becomes a callback, on the wallboard and in the list of duties", async () => {
  const caller = await dialIn(SIP, { from: "13700007777", stay: 25_000 });
  const leader = await seat("teamleader01");
  const { page } = leader;
  await page.goto(`${platform.base}/calls/floor`);
  await page.getByLabel("今日话务").waitFor({ timeout: 30_000 });
  await shot(page, "phone-floor");
  assert.equal(await caller.ended, 0, caller.errors());
  await page.getByRole("link", { name: /待回拨/ }).click();
  await page.getByRole("grid").getByText("137****7777").waitFor({ timeout: 30_000 });
  await shot(page, "phone-duties");
  await clean(leader, "leader");
  await leader.close();
});
