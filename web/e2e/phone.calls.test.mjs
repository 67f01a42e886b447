// A citizen calls, an agent answers in the browser: real sipp, real Chromium with a fake microphone, the real binary.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { decode, hear } from "./listen.mjs";
import { MICROPHONE, shot, startBrowser, startPlatform } from "./platform.mjs";
import { button, clean } from "./screen.mjs";
import { SILENT, SPOKEN, WORDS, answer, api, bar, isTone, key, ready, rated, rings, seat, sound, state, switchboard, voiced, wrapped } from "./seat.mjs";
import { dialIn } from "./sip.mjs";

const CITIZEN = "13800001234";
const TONE_HZ = 440;
/** What is measured of both parties before the agent hangs up takes longer than this. */
const SPOKE_S = 8;

let board;
let platform;
let browser;

before(async () => {
  // The greeting itself is heard; the rest of what is said to callers is brief.
  board = await switchboard({ brief: WORDS.filter((name) => name !== "greeting") });
  [platform, browser] = await Promise.all([startPlatform(board.start), startBrowser(MICROPHONE)]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

test("greeted, in the queue, on the ear, on hold, rated, recorded, bound to its order", async (t) => {
  const agent = await seat(browser, platform, "agent01");
  const { page } = agent;
  await ready(page);
  await shot(page, "phone-ready");

  const caller = await dialIn(board.sip, { from: CITIZEN });
  await sound(t, "the citizen is greeted", () => [caller.listen(1_000)], (greeting) => greeting.rms > SILENT);
  await rings(page);
  await page.getByRole("alertdialog", { name: "来电" }).getByText("138 0000 1234").waitFor();
  const number = page.locator("#phone");
  await number.waitFor();
  await page.waitForFunction((citizen) => document.querySelector("#phone")?.value === citizen, CITIZEN);
  await shot(page, "phone-ring");

  await page.keyboard.press("Alt+A");
  await state(page, "通话");
  const both = () => [caller.listen(2_500), hear(page, 2_500)];
  const talk = (citizen, told) => citizen.rms > SPOKEN && isTone(told, TONE_HZ);
  await sound(t, "citizen and agent hear one another", both, talk);
  await shot(page, "phone-talk");

  await key(page, "静音").click();
  await key(page, "取消静音").waitFor();
  await sound(t, "静音 is silence", () => [caller.listen(1_500)], (muted) => muted.rms < SILENT);
  await key(page, "取消静音").click();

  await key(page, "保持").click();
  await key(page, "接回").waitFor();
  const held = (music, nothing) => music.rms > SILENT / 2 && nothing.rms < SILENT;
  await sound(t, "on hold the citizen hears music, the agent nothing", () => [caller.listen(2_000), hear(page, 2_000)], held);
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
  await voiced(page);
  await sound(t, "after the reload", both, talk);

  await page.keyboard.press("Alt+X");
  await state(page, "话后整理");
  await shot(page, "phone-wrap");
  // 一次一评: the citizen presses 5 when asked.
  await rated(caller, page);
  const wrap = page.getByRole("group", { name: "话后整理" });
  await wrap.getByRole("combobox", { name: "话后小结" }).click();
  await page.getByTitle("查询进度").click();
  await wrap.getByRole("textbox", { name: "话后备注" }).fill("告知办理进度");
  await wrapped(page);
  await state(page, "空闲");

  const id = (await api(page, platform, "/calls?direction=in")).items[0].id;
  const record = await api(page, platform, `/calls/${id}`);
  assert.deepEqual([record.outcome, record.rating, record.order?.id], ["answered", 5, order.split("/").pop()], "the record of the call");
  assert.ok(record.queued_at >= record.started_at && record.answered_at >= record.queued_at, "it waited before it was answered");

  await page.goto(`${platform.base}${order}?tab=calls`);
  await page.getByText("非常满意").first().waitFor();
  await page.getByText("查询进度，告知办理进度").waitFor();
  await button(page, "调听").click();
  await page.getByRole("combobox", { name: "调听理由" }).click();
  await page.getByTitle("核实诉求内容").click();
  await button(page, "开始收听").click();
  await page.getByRole("slider", { name: "播放位置" }).waitFor();
  const src = await page.locator("audio").getAttribute("src");
  const recording = await decode(page, src);
  t.diagnostic(`recording ${recording.seconds.toFixed(1)} s, left ${recording.left.toFixed(3)}, right ${recording.right.toFixed(3)}`);
  assert.equal(recording.channels, 2);
  assert.ok(recording.left > SPOKEN && recording.right > SPOKEN / 3, `each party on its side: ${JSON.stringify(recording)}`);
  const line = record.legs.find((leg) => leg.kind === "agent");
  const spoke = (line.ended_at - line.answered_at) / 1_000;
  assert.ok(spoke > SPOKE_S && Math.abs(recording.seconds - spoke) < 1, `as long as the conversation of ${spoke} s: ${recording.seconds} s`);
  await button(page, "播放").click();
  await page.waitForFunction(() => (document.querySelector("audio")?.currentTime ?? 0) > 1);
  await shot(page, "phone-player");
  await clean(agent, "agent");

  await key(page, "签出").click();
  await key(page, "签入").waitFor();
  await agent.close();
});

test("a second tab mirrors the phone and takes it over without dropping the citizen", async (t) => {
  const agent = await seat(browser, platform, "agent02");
  const { page } = agent;
  await ready(page);
  const caller = await dialIn(board.sip, { from: "13900005678" });
  await answer(page);

  const second = await agent.context.newPage();
  await second.goto(`${platform.base}/query`);
  await state(second, "通话");
  await second.getByRole("button", { name: "在此标签页接管" }).click();
  await page.getByText("由另一标签页持有").waitFor({ timeout: 20_000 });
  await voiced(second);
  const talk = (citizen, told) => citizen.rms > SPOKEN && isTone(told, TONE_HZ);
  await sound(t, "in the new tab", () => [caller.listen(2_500), hear(second, 2_500)], talk);
  await key(second, "挂断").click();
  await state(page, "话后整理");
  caller.stop();
  await agent.close();
});

test("a call nobody takes becomes a callback, on the wallboard and in the list of duties", async () => {
  // The greeting takes seven seconds; then it is heard that nobody is there.
  const caller = await dialIn(board.sip, { from: "13700007777", stay: 15_000 });
  const leader = await seat(browser, platform, "teamleader01");
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
