// An agent goes on working while the server is killed, while PostgreSQL is stopped and while the session runs out: nothing typed is
// lost, what was registered becomes one order, and what is kept at the workstation cannot be read there.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { ask } from "./cast.mjs";
import { person, shot, signIn, startBrowser, startPlatform } from "./platform.mjs";
import { startPostgres } from "./postgres.mjs";
import { clean, placeMatter, row } from "./screen.mjs";

/** Each matter is told apart by its words. */
const FIRST = "解放路十二号门前的窨井盖丢失，夜间行人多次绊倒。";
const SECOND = "湖滨公园的健身器材断裂，尖角外露容易伤人。";
const THIRD = "东风巷路口的信号灯不亮已经两天。";
const DRAFT = "诉求人还在说，这里先记一半";
const ALL = [FIRST, SECOND, THIRD, DRAFT];
const NAME = "高晓梅";
const PHONE = "19912345678";
const AWAY = /与服务器的连接中断，正在重连…（已\s*\d+\s*秒）/;

let browser;
const open = [];
before(async () => (browser = await startBrowser()));
after(() => browser?.close());

async function typed(page, text, { name = NAME, id_no } = {}) {
  await page.locator("#phone").fill(PHONE);
  await page.locator("#name").fill(name);
  if (id_no) await page.locator("#id_no").fill(id_no);
  await page.locator("#content").fill(text);
  await page.locator("#content").press("Alt+3");
  await placeMatter(page, "解放路12号");
}

const banner = (page) => page.getByRole("status").filter({ hasText: "与服务器的连接中断" });

/** Orders made of these words, as the team leader's list has them. */
async function count(page, text) {
  const { items } = await ask(page, "/orders?limit=100");
  return items.filter((o) => o.title.includes(text.slice(0, 8))).length;
}

/** The notice that tells number and query code of a matter sent later, read and closed. */
const notice = (page, text) => page.locator(".ant-notification-notice").filter({ hasText: text.slice(0, 8) });
async function sent(page, text) {
  const told = notice(page, text);
  await told.getByText(/^\d{23}$/).waitFor();
  await told.locator(".ant-notification-notice-close").click();
  await told.waitFor({ state: "detached" });
}

/** What stands in the workstation's storage, all of it. */
const kept = (page) => page.evaluate(() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }));
async function nothingReadable(page) {
  const text = await kept(page);
  for (const words of [...ALL, NAME, PHONE]) assert.ok(!text.includes(words), `“${words}” can be read at the workstation`);
}

const port = (base) => new URL(base).port;

test("the server is killed in the middle of a registration", async (t) => {
  let platform = await startPlatform({ orders: 30 });
  const listen = `127.0.0.1:${port(platform.base)}`;
  t.after(() => platform.stop());
  const agent = await person(browser, platform, "agent01");
  const leader = await person(browser, platform, "teamleader01");
  open.push(agent, leader);
  const { page } = agent;
  const password = platform.password;

  await agent.open("/intake");
  await typed(page, FIRST);
  // The order is stored, the answer is lost with the server.
  let cut;
  await page.route("**/api/v1/orders", async (route) => {
    if (cut || route.request().method() !== "POST") return route.continue();
    cut = true;
    await route.fetch();
    await platform.crash();
    await route.abort("connectionreset");
  });
  await page.keyboard.press("F9");
  await banner(page).waitFor();
  await page.getByText("待发送 1 件").waitFor();
  assert.match(await banner(page).innerText(), AWAY);
  assert.equal(await page.locator("#content").inputValue(), "", "the form is free for the next caller");

  // The next caller rings while the server is away.
  await page.locator("#phone").fill(PHONE);
  await page.locator("#name").fill(NAME);
  await page.locator("#content").fill(DRAFT);
  await page.waitForTimeout(300);
  await shot(page, "outage-intake");
  await nothingReadable(page);
  assert.match(await kept(page), /hotline\.unsent\./, "it is kept at the workstation, sealed");

  platform = { ...(await startPlatform({ orders: 30, home: platform.home, listen })), password };
  await page.locator(".ant-notification-notice").filter({ hasText: FIRST.slice(0, 8) }).waitFor();
  await banner(page).waitFor({ state: "detached" });
  await shot(page, "outage-back");
  await clean(agent, "intake after an outage", [...ALL, NAME]);
  await sent(page, FIRST);
  assert.equal(await page.locator("#content").inputValue(), DRAFT, "what was being typed stays");
  assert.equal(await count(leader.page, FIRST), 1);
  assert.doesNotMatch(await kept(page), /hotline\.unsent\./, "read and gone");

  // The press and the kill at once: whichever comes first, it is one order.
  await page.keyboard.press("F6");
  await typed(page, SECOND);
  await Promise.all([page.keyboard.press("F9"), platform.crash()]);
  await page.getByText("待发送 1 件").waitFor();
  platform = { ...(await startPlatform({ orders: 30, home: platform.home, listen })), password };
  await sent(page, SECOND);
  assert.equal(await count(leader.page, SECOND), 1);
  await nothingReadable(page);
});

test("PostgreSQL stops and comes back; a refused one returns to the form; a session that ran out loses nothing", async (t) => {
  const database = await startPostgres();
  t.after(() => database.remove());
  const platform = await startPlatform({ orders: 30, more: ["--no-phone", "--database", database.url] });
  t.after(() => platform.stop());
  const agent = await person(browser, platform, "agent01");
  const leader = await person(browser, platform, "teamleader01");
  const { page } = agent;
  t.after(() => shot(page, "outage-end"));

  await leader.open("/query");
  await row(leader.page, "").first().waitFor();
  await agent.open("/intake");
  await typed(page, FIRST);
  database.stop();
  await page.keyboard.press("F9");
  await page.getByText("待发送 1 件").waitFor();
  await leader.page.getByText(/数据截至 \d\d:\d\d/).waitFor();
  await shot(leader.page, "outage-list");

  // The check digit of the ID number is wrong: only the server knows.
  await typed(page, SECOND, { id_no: "110101199003070135" });
  await page.keyboard.press("F9");
  await page.getByText("待发送 2 件").waitFor();
  await shot(page, "outage-waiting");
  await nothingReadable(page);
  database.start();
  await page.locator(".ant-form-item-explain-error").filter({ hasText: "身份证号校验位不符" }).waitFor();
  assert.equal(await page.locator("#content").inputValue(), SECOND, "the refused one is back in the form");
  await shot(page, "outage-refused");
  await sent(page, FIRST);
  await page.locator("#id_no").fill("");
  await page.keyboard.press("F9");
  await page.getByRole("dialog").filter({ hasText: "登记完成" }).waitFor();
  await page.keyboard.press("Enter");
  assert.equal(await count(leader.page, FIRST), 1);
  assert.equal(await count(leader.page, SECOND), 1);

  // The session is gone when the agent presses: the sign-in stands in place of the page, nothing is lost.
  await typed(page, THIRD);
  await agent.context.clearCookies();
  await page.keyboard.press("F9");
  await page.getByLabel("登录名").waitFor();
  await nothingReadable(page);
  await page.getByLabel("登录名").fill("agent01");
  await page.getByLabel("密码", { exact: true }).fill(platform.password);
  await page.getByRole("button", { name: /登\s*录/ }).click();
  // Either the form has it again, or it was handed over before the session was known to be gone and went out by itself.
  const restored = page.getByText(/已恢复.*未完成的登记内容/);
  await restored.or(notice(page, THIRD)).first().waitFor();
  if (await restored.isVisible()) {
    assert.equal(await page.locator("#content").inputValue(), THIRD);
    await page.keyboard.press("F9");
    await page.getByRole("dialog").filter({ hasText: "登记完成" }).waitFor();
    await page.keyboard.press("Enter");
  } else await sent(page, THIRD);
  assert.equal(await count(leader.page, THIRD), 1);

  // After the sign-out the workstation holds nothing that anybody could read.
  await page.locator("#content").fill(DRAFT);
  await page.locator(".shell-user").click();
  await page.getByRole("menuitem", { name: "退出登录" }).click();
  await page.getByLabel("登录名").waitFor();
  await nothingReadable(page);
  await signIn(page, platform, "agent01");
  await page.getByRole("navigation", { name: "工作台" }).waitFor();
  await agent.open("/intake");
  await page.getByText(/已恢复.*未完成的登记内容/).waitFor();
  assert.equal(await page.locator("#content").inputValue(), DRAFT);
});
