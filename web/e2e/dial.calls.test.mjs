// Calls out by a click: a missed caller is called back, a citizen is asked how it went. The page never needs the number.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { hear } from "./listen.mjs";
import { MICROPHONE, shot, startBrowser, startPlatform } from "./platform.mjs";
import { button, clean } from "./screen.mjs";
import { SPOKEN, WORDS, bar, isTone, key, seat, signIn, sound, state, switchboard, wrapped } from "./seat.mjs";
import { answerAt, dialIn } from "./sip.mjs";

const ANSWERS_HZ = 700;

let board;
let platform;
let browser;

before(async () => {
  board = await switchboard({ brief: WORDS });
  [platform, browser] = await Promise.all([startPlatform(board.start), startBrowser(MICROPHONE)]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

/** At the telephone. */
async function atWork(login) {
  const someone = await seat(browser, platform, login);
  await signIn(someone.page);
  return someone;
}

async function finish(page) {
  await key(page, "挂断").click();
  await state(page, "话后整理");
  await wrapped(page);
}

test("a missed caller is called back: the duty is taken, dialled by a click, and done", async (t) => {
  const missed = await dialIn(board.sip, { from: "13700007777", stay: 9_000 });
  assert.equal(await missed.ended, 0, missed.errors());
  const agent = await atWork("agent01");
  const { page } = agent;
  // At once, while the records still load.
  await page.goto(`${platform.base}/calls`);
  await page.getByRole("navigation", { name: "话务" }).getByRole("link", { name: /待回拨/ }).click();
  await page.waitForURL("**/calls/duties*");
  const duty = page.getByRole("grid").getByRole("row").filter({ hasText: "137****7777" });
  await duty.waitFor().catch(async () => assert.fail(`no duty at ${page.url()}: ${await page.locator("main").innerText()}`));
  await duty.click();
  await button(page, "领取").click();
  const carrier = await answerAt(board.carrier, { hz: ANSWERS_HZ });
  await button(page, "回拨").click();
  await state(page, "通话");
  const talk = (citizen, told) => citizen.rms > SPOKEN && isTone(told, ANSWERS_HZ);
  await sound(t, "citizen and agent hear one another", () => [carrier.listen(2_500), hear(page, 2_500)], talk);
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

test("the callback desk dials for the order; who is not reached is noted without a word typed", async (t) => {
  const officer = await atWork("callback01");
  const { page } = officer;
  await page.getByRole("link", { name: /回访台/ }).click();
  const carrier = await answerAt(board.carrier, { hz: ANSWERS_HZ });
  await button(page, "拨打回访电话").click();
  await state(page, "通话");
  await bar(page).getByText("已关联工单").waitFor();
  await sound(t, "the officer hears the citizen", () => [hear(page, 2_500)], (told) => isTone(told, ANSWERS_HZ));
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
