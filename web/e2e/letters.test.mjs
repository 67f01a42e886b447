// 领导信箱, by the people who use it: the administrator keeps the boxes, a citizen writes to one without any script on a small telephone,
// the leader finds the letter among those written to them, gives an instruction and sees it stand there.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { ask } from "./cast.mjs";
import { person, shot, stage } from "./platform.mjs";
import { look, solve } from "./portal.mjs";
import { button, choose, clean, confirm, drawer, panel, row, told } from "./screen.mjs";

const house = stage("letters", { orders: 120 });
const PHONE = { width: 360, height: 640 };
const HEAVIEST = 100_000;
const LETTER = "泉水路小学门前没有红绿灯，放学时车多人多，家长每天提心吊胆，请市里协调解决。";

/** A citizen's browser that counts what each page weighs. */
async function citizen(script) {
  const context = await house.browser.newContext({ viewport: PHONE, javaScriptEnabled: script, locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  let weight = 0;
  const heavy = [];
  page.on("framenavigated", () => (weight = 0));
  page.on("response", async (r) => {
    weight += (await r.body().catch(() => Buffer.alloc(0))).length;
    if (weight > HEAVIEST) heavy.push(`${weight} bytes at ${r.url()}`);
  });
  return { page, heavy, open: (path) => page.goto(`${house.platform.portal}${path}`), close: () => context.close() };
}

test("a citizen writes to a leader, who sees what becomes of it", async (t) => {
  const step = house.steps(t);
  let caseNo;

  await step("the administrator keeps the boxes", async () => {
    const admin = await person(house.browser, house.platform, "sysadmin01");
    house.open.push(admin);
    const { page } = admin;
    await admin.open("/admin/mailboxes");
    const table = page.getByRole("table", { name: "领导信箱" });
    await table.getByText("市长信箱", { exact: true }).waitFor();
    await button(page, "新建信箱").click();
    const form = page.getByRole("dialog").filter({ hasText: "新建信箱" });
    await form.getByLabel("信箱名称").fill("市长信箱");
    await choose(page, form.getByLabel("所属领导"), "史长青");
    await form.getByLabel("职务和分管").fill("分管教育、卫生健康、民政");
    await button(form, "保存").click();
    await form.getByText("已有同名信箱").first().waitFor();
    await shot(page, "mailbox-form");
    await form.getByLabel("信箱名称").fill("教育卫生信箱");
    await button(form, "保存").click();
    await told(page, "信箱已保存，群众网站即时生效");
    await table.getByText("教育卫生信箱").waitFor();
    await shot(page, "mailboxes");
    await clean(admin, "the room of boxes");
  });

  await step("a citizen without any script writes a letter", async () => {
    const me = await citizen(false);
    const { page } = me;
    await me.open("/");
    await page.getByRole("main").getByRole("link", { name: /领导信箱/ }).click();
    await page.getByRole("heading", { name: "领导信箱" }).waitFor();
    await page.getByText("教育卫生信箱").waitFor();
    await shot(page, "portal-mailboxes");
    await page.getByRole("link", { name: /^市长信箱/ }).click();
    await page.getByRole("heading", { name: "写信给市长信箱" }).waitFor();
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("alert").getByText("处需要修改").waitFor();
    await page.getByRole("heading", { name: "写信给市长信箱" }).waitFor();
    await page.getByText("建议", { exact: true }).click();
    await page.locator("#content").fill(LETTER);
    await page.locator("#area").selectOption({ index: 3 });
    await page.getByText("匿名反映", { exact: true }).click();
    await page.locator("#consent input").check();
    await shot(page, "portal-letter");
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("heading", { name: "核对并提交" }).waitFor();
    await page.locator(".sum").getByText("市长信箱").waitFor();
    const other = page.getByLabel("我的事情不同，继续提交");
    if (await other.count()) await other.check();
    await solve(page);
    await shot(page, "portal-letter-confirm");
    await page.getByRole("button", { name: "提交诉求" }).click();
    await page.getByRole("heading", { name: "您的诉求已提交" }).waitFor();
    caseNo = (await page.locator(".sum .num").first().textContent()).replace(/\D/g, "");
    assert.equal(caseNo.slice(14, 16), "07", "by the channel of letters");
    assert.deepEqual(me.heavy, []);
    await me.close();
  });

  await step("nothing is in anybody's way on the pages of the boxes, in large type either", async () => {
    const me = await citizen(true);
    const { page } = me;
    await me.open("/mailboxes");
    await look(page, "mailboxes");
    const first = await page.locator("a.card").first().getAttribute("href");
    await me.open(first);
    await look(page, "letter");
    await me.open("/");
    await page.getByRole("button", { name: "长辈模式" }).click();
    await page.getByRole("main").getByRole("link", { name: /领导信箱/ }).click();
    await look(page, "elder-mailboxes");
    await page.locator("a.card").first().click();
    await page.getByRole("heading", { name: "写信给市长信箱" }).waitFor();
    await look(page, "elder-letter");
    assert.deepEqual(me.heavy, []);
    await me.close();
  });

  await step("the leader finds the letter and gives an instruction", async () => {
    const leader = await house.at("leader01", "/");
    const { page } = leader;
    await page.getByRole("region", { name: "写给我的信" }).waitFor();
    await shot(page, "letters-home");
    await page.getByRole("navigation", { name: "工作台" }).getByText("写给我的信").click();
    await row(page, "泉水路小学门前没有红绿灯").click();
    const order = panel(page, caseNo);
    await order.waitFor();
    await order.getByText("市长信箱").first().waitFor();
    await shot(page, "letters");
    const form = await drawer(page, page.locator(".order-foot"), "领导批示");
    await form.getByLabel("批示内容").fill("请公安交警部门尽快研究，一周内报我。");
    await confirm(page, form, "下达批示", "领导批示");
    await row(page, "泉水路小学门前没有红绿灯").filter({ hasText: "已批" }).waitFor();
    await shot(page, "letters-instructed");
    await page.getByRole("tab", { name: /办理中/ }).click();
    await row(page, "泉水路小学门前没有红绿灯").waitFor();
    await page.getByRole("tab", { name: /已答复/ }).click();
    await page.getByRole("tab", { name: /已答复/, selected: true }).waitFor();
    await row(page, "泉水路小学门前没有红绿灯").waitFor({ state: "detached" });
    await clean(leader, "the leader", ["APP"]);
  });

  await step("the desk finds it by the box", async () => {
    const { page, open } = await house.at("dispatcher01", "/query");
    const boxes = (await ask(page, "/reference")).mailboxes;
    await open(`/query?mailbox=${boxes.find((b) => b.name === "市长信箱").id}`);
    await page.locator(".chip").filter({ hasText: "领导信箱" }).getByText("市长信箱").waitFor();
    await row(page, "泉水路小学门前没有红绿灯").waitFor();
    await shot(page, "letters-query");
  });
});
