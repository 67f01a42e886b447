// 微信公众号, by the people who use it: the administrator connects the account, a citizen sends words, a picture and a place, the agent
// finds one piece, registers it, and the citizen has the number where they wrote.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ask } from "./cast.mjs";
import { person, shot, stage } from "./platform.mjs";
import { button, placeMatter, row, told } from "./screen.mjs";
import { AES_KEY, APP_ID, SECRET, TOKEN, greet, picture, place, startWechat, text, write } from "./wechat.mjs";

const house = stage("channels", { orders: 60 });
const LAMP = readFileSync(new URL("../../crates/gateway/tests/wechat/lamp.png", import.meta.url));
const CITIZEN = "oHotlineCitizen0123456789abc";
/** So long ago that the conversation has ended, seconds. */
const AGO = 900;
/** What comes from outside takes its time. */
const ARRIVES = { timeout: 60_000 };

let wechat;
before(async () => {
  wechat = await startWechat();
  wechat.files.set("m1", LAMP);
});
after(() => wechat.close());

/** What holds within a minute. */
async function within(what, look) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not within a minute`);
    await new Promise((go) => setTimeout(go, 300));
  }
}

test("a citizen writes to the account and is answered there", async (t) => {
  const step = house.steps(t);
  const { portal } = house.platform;

  await step("the administrator connects the account", async () => {
    assert.equal(await greet(portal), false, "nothing is connected");
    const admin = await person(house.browser, house.platform, "sysadmin01");
    house.open.push(admin);
    const { page } = admin;
    await admin.open("/admin/wechat");
    await page.getByRole("switch", { name: "接收和回复公众号消息" }).click();
    await page.getByLabel("开发者ID").fill(APP_ID);
    await page.getByLabel("开发者密码").fill(SECRET);
    await page.getByLabel("接口地址").fill("http://api.weixin.qq.com");
    await page.getByLabel("令牌").fill(TOKEN);
    await page.getByLabel("修改原因").fill("接入微信公众号");
    await button(page, "保存设置").click();
    await page.getByText("密钥应为43位字母和数字").first().waitFor();
    await page.getByText("接口地址不正确").first().waitFor();
    await shot(page, "wechat-refused");
    await page.getByLabel("消息加解密密钥").fill(AES_KEY);
    await page.getByLabel("接口地址").fill(wechat.url);
    await button(page, "保存设置").click();
    await told(page, "已保存，从下一条消息起生效");
    await page.locator(".sms-line").getByText("正常").waitFor({ timeout: 30_000 });
    await shot(page, "wechat");
    assert.ok(await greet(portal), "the address is the account's");
  });

  await step("a citizen sends words, a picture and a place", async () => {
    const words = await write(portal, CITIZEN, 1001, text("桂巷路182号门前的路灯坏了一个多星期没有人修，请尽快维修。"), AGO);
    assert.match(words, /已收到[\s\S]*诉求编号/);
    assert.equal(await write(portal, CITIZEN, 1001, text("桂巷路182号门前的路灯坏了一个多星期没有人修，请尽快维修。"), AGO), words, "WeChat tries again");
    assert.equal(await write(portal, CITIZEN, 1002, picture("m1"), AGO - 20), undefined);
    assert.equal(await write(portal, CITIZEN, 1003, place("36.651216", "117.120095", "桂巷路182号"), AGO - 40), undefined);
  });

  await step("the agent finds one piece, takes it and registers it", async () => {
    const agent = await house.at("agent01", "/inbox");
    const { page } = agent;
    await row(page, "桂巷路182号门前").waitFor(ARRIVES);
    assert.equal(await row(page, "微信用户 oHot****").count(), 1, "three messages are one piece");
    await row(page, "桂巷路182号门前").click();
    await page.getByRole("article").getByText("微信公众号").first().waitFor();
    assert.equal(await page.getByText(CITIZEN).count(), 0);
    await page.keyboard.press("F2");
    await page.getByRole("article").getByText("（位置）桂巷路182号，纬度36.651216，经度117.120095").waitFor();
    await shot(page, "wechat-piece");
    await page.keyboard.press("F4");
    await page.locator("#content").filter({ hasText: "桂巷路182号" }).waitFor();
    assert.equal(await page.locator("#email").count(), 0, "an account is no address");
    await page.locator("#name").fill("高晓梅");
    await page.locator("#phone").fill("13805310001");
    await page.keyboard.press("Alt+2");
    await placeMatter(page, "桂巷路182号");
    await shot(page, "wechat-intake");
    await page.keyboard.press("F4");
    const done = page.getByRole("dialog").filter({ hasText: "登记完成" });
    await done.waitFor();
    const order = (await done.getByRole("link", { name: "查看工单" }).getAttribute("href")).split("/").pop();
    const made = await ask(page, `/orders/${order}`);
    const sent = await within("the answer", async () => wechat.sent.find((m) => m.to === CITIZEN && m.text.includes(made.case_no)));
    assert.match(sent.text, /查询码[A-Z0-9]{8}/);
    await agent.open(`/orders/${order}?tab=messages`);
    await page.getByText("oHot****").first().waitFor();
    await page.getByText("已发出").first().waitFor();
    assert.equal(await page.getByText(CITIZEN).count(), 0);
    await shot(page, "wechat-order");
  });

  await step("what comes later is shown to belong to the order", async () => {
    await write(portal, CITIZEN, 1004, text("还是没有修好。"), AGO);
    const { page } = await house.at("agent01", "/inbox");
    await row(page, "还是没有修好").filter({ hasText: "答复" }).waitFor(ARRIVES);
    await shot(page, "wechat-again");
  });
});
