// Calls out by a click: a missed caller is called back, a citizen is asked how it went. The page never needs the number.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { hear, wiretap } from "./listen.mjs";
import { MICROPHONE, person, shot, startBrowser, startPlatform } from "./platform.mjs";
import { button, clean } from "./screen.mjs";
import { answerAt, dialIn } from "./sip.mjs";

const BASE = 24_500 + (process.pid % 800) * 4;
const [SIP, CARRIER, WEB] = [BASE, BASE + 1, BASE + 2];
const RTP = 44_000 + (process.pid % 100) * 200;
const SPOKEN = 0.03;
const ANSWERS_HZ = 700;

const config = join(mkdtempSync(join(tmpdir(), "hotline-conf-")), "hotline.toml");
writeFileSync(
  config,
  `[switch.sip]
udp = "127.0.0.1:${SIP}"
[switch.media]
rtp_ports = [${RTP}, ${RTP + 198}]
web = "127.0.0.1:${WEB}"
[[switch.trunks]]
name = "carrier"
host = "127.0.0.1"
port = ${CARRIER}
allow = ["127.0.0.1"]
probe_s = 0
`,
);

let platform;
let browser;
before(async () => {
  [platform, browser] = await Promise.all([startPlatform({ more: ["--config", config] }), startBrowser(MICROPHONE)]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
  rmSync(dirname(config), { recursive: true, force: true });
});

const bar = (page) => page.getByRole("region", { name: "话务条" });
const state = (page, name) => bar(page).getByRole("button", { name: /座席状态/ }).filter({ hasText: name }).waitFor({ timeout: 30_000 });
const key = (page, name) => bar(page).getByRole("button", { name, exact: true });

/** At the telephone, but not in the way of incoming calls. */
async function seat(login) {
  const someone = await person(browser, platform, login, { prepare: wiretap });
  const { page } = someone;
  await key(page, "签入").click();
  await key(page, "签出").waitFor({ timeout: 30_000 });
  return someone;
}

async function finish(page) {
  await key(page, "挂断").click();
  await state(page, "话后整理");
  await button(page.getByRole("group", { name: "话后整理" }), "完成").click();
  await page.getByRole("group", { name: "话后整理" }).waitFor({ state: "detached", timeout: 30_000 });
}

test("a missed caller is called back: the duty is taken, dialled by a click, and done", async (t) => {
  const missed = await dialIn(SIP, { from: "13700007777", stay: 22_000 });
  assert.equal(await missed.ended, 0, missed.errors());
  const agent = await seat("agent01");
  const { page } = agent;
  await page.getByRole("link", { name: "话务" }).click();
  await page.getByRole("link", { name: /待回拨/ }).click();
  await page.getByRole("grid").getByRole("row").filter({ hasText: "137****7777" }).click();
  await button(page, "领取").click();
  const carrier = await answerAt(CARRIER, { hz: ANSWERS_HZ });
  await button(page, "回拨").click();
  await state(page, "通话");
  const [citizen, heard] = await Promise.all([carrier.listen(3_000), hear(page, 3_000)]);
  t.diagnostic(`citizen hears ${citizen.rms.toFixed(3)}, agent hears ${heard.rms.toFixed(3)} at ${heard.hz} Hz`);
  assert.ok(citizen.rms > SPOKEN && heard.rms > SPOKEN, `both hear one another: ${citizen.rms}, ${heard.rms}`);
  assert.ok(Math.abs(heard.hz - ANSWERS_HZ) < 20, `the citizen's own tone: ${heard.hz}`);
  await shot(page, "dial-duty");
  // A missed caller has a matter: the form is there.
  await page.locator("#phone").waitFor();
  assert.equal(await page.locator("#phone").inputValue(), "13700007777");
  await finish(page);
  await page.goto(`${platform.base}/calls/duties?state=done`);
  await page.getByRole("grid").getByText("137****7777").waitFor({ timeout: 30_000 });
  await clean(agent, "agent");
  carrier.stop();
  await key(page, "签出").click();
  await agent.close();
});

test("the callback desk dials for the order; who is not reached is noted without a word typed", async () => {
  const officer = await seat("callback01");
  const { page } = officer;
  await page.getByRole("link", { name: /回访台/ }).click();
  const carrier = await answerAt(CARRIER, { hz: ANSWERS_HZ });
  await button(page, "拨打回访电话").click();
  await state(page, "通话");
  await bar(page).getByText("已关联工单").waitFor();
  const heard = await hear(page, 2_500);
  assert.ok(heard.rms > SPOKEN, `the officer hears the citizen: ${heard.rms}`);
  await shot(page, "dial-callback");
  const id = new URL(page.url()).searchParams.get("id");
  await finish(page);
  carrier.stop();

  // Nobody at the other end any more.
  await button(page, "拨打回访电话").click();
  await page.getByText(/第1次.*未接通/).waitFor({ timeout: 60_000 });
  await page.goto(`${platform.base}/orders/${id}?tab=calls`);
  const rows = page.getByRole("row").filter({ hasText: "呼出" });
  await rows.filter({ hasText: "已接通" }).waitFor();
  await rows.filter({ hasText: "未接通" }).waitFor();
  await shot(page, "dial-order");
  await clean(officer, "officer");
  await officer.close();
});
