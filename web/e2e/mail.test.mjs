// 邮件, by the people who use it: the administrator connects a mail server, somebody of a unit chooses to be told by mail, the
// agent registers a letter from the mailbox, and everything arrives at a real mail server.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { ask, roleAt } from "./cast.mjs";
import { person, shot, stage } from "./platform.mjs";
import { postOffice } from "./post.mjs";
import { button, choose, placeMatter, told } from "./screen.mjs";

const house = stage("mail", { orders: 60 });
const CITIZEN = "gaoxiaomei@example.com";
const STAFF = "zhuguan@example.gov.cn";
const LETTER = "桂巷路182号门前的路灯坏了一个多星期没有人修，晚上出行很不安全，请尽快维修。";

const post = postOffice();
const { mail } = post;

test("a letter from the mailbox is answered by mail; the staff are told what they chose", async (t) => {
  const step = house.steps(t);
  await step("the administrator connects the mail server", async () => {
    const admin = await person(house.browser, house.platform, "sysadmin01");
    house.open.push(admin);
    const { page } = admin;
    await admin.open("/admin/mail-server");
    await page.getByRole("switch", { name: "发送邮件" }).click();
    await page.getByText("不加密", { exact: true }).click();
    await page.getByLabel("服务器地址").fill("127.0.0.1");
    await page.getByLabel("端口").fill(String(post.port));
    await page.getByLabel("发件地址").fill("12345@example");
    await page.getByLabel("修改原因").fill("接入政务邮箱");
    await button(page, "保存设置").click();
    await page.getByText("发件地址不正确").first().waitFor();
    await shot(page, "mail-server-refused");
    await page.getByLabel("发件地址").fill("12345@example.gov.cn");
    await button(page, "保存设置").click();
    await told(page, "已保存，从下一封邮件起生效");
    await page.locator(".sms-line").getByText("正常").waitFor({ timeout: 30_000 });
    await page.getByLabel("测试邮箱").fill("ceshi@example.gov.cn");
    await button(page, "发测试邮件").click();
    const test = await mail("ceshi@example.gov.cn", "测试邮件");
    assert.match(test.from, /12345政务服务便民热线/);
    await shot(page, "mail-server");
  });

  await step("somebody of the unit chooses to be told by mail", async () => {
    const login = roleAt("云溪市住房和城乡建设局", "unit_admin");
    const unit = await house.at(login, "/");
    const { page } = unit;
    await page.locator(".shell-user").click();
    await page.getByText("邮件提醒", { exact: true }).click();
    const form = page.getByRole("dialog").filter({ hasText: "邮件提醒" });
    await form.getByText("全部消息", { exact: true }).click();
    await form.getByLabel("邮箱").fill(STAFF);
    await shot(page, "mail-choice");
    await button(form, "保存").click();
    await told(page, "邮件提醒已保存");
    await mail(STAFF, "邮件提醒已开启");
    await page.locator(".shell-user").click();
    await page.getByText("邮件提醒", { exact: true }).click();
    assert.equal(await form.getByLabel("邮箱").inputValue(), "z****@example.gov.cn", "kept, and not shown");
  });

  await step("the agent registers a letter from the mailbox; the citizen has number and code by mail", async () => {
    const agent = await house.at("agent01", "/intake");
    const { page } = agent;
    await page.locator("#phone:focus").waitFor();
    await choose(page, page.locator("#channel"), "邮箱");
    await page.getByLabel("来信邮箱").fill(CITIZEN);
    await page.locator("#name").fill("高晓梅");
    await page.locator("#content").fill(LETTER);
    await page.keyboard.press("Alt+2");
    await placeMatter(page, "桂巷路182号");
    await shot(page, "mail-intake");
    await page.keyboard.press("F4");
    const done = page.getByRole("dialog").filter({ hasText: "登记完成" });
    await done.waitFor();
    const id = (await done.getByRole("link", { name: "查看工单" }).getAttribute("href")).split("/").pop();
    const order = await ask(page, `/orders/${id}`);
    const first = await mail(CITIZEN, order.case_no);
    assert.match(first.body, /查询码[A-Z0-9]{8}/);
    await agent.open(`/orders/${id}?tab=messages`);
    await page.getByText("g****@example.com").first().waitFor();
    await page.getByText("已发出").first().waitFor();
    assert.equal(await page.getByText(CITIZEN).count(), 0);
    await shot(page, "mail-order");
  });
});
