// 微信公众号 and 微博, by the people who use them: the administrator connects the account, a citizen writes, the agent finds one piece,
// registers it, and the citizen is answered: at WeChat with the number, on Weibo in public words beneath the post.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ask } from "./cast.mjs";
import { person, shot, stage } from "./platform.mjs";
import { button, placeMatter, row, told } from "./screen.mjs";
import * as weibos from "./weibo.mjs";
import { AES_KEY, APP_ID, SECRET, TOKEN, greet, picture, place, startWechat, text, write } from "./wechat.mjs";

const house = stage("channels", { orders: 60 });
const LAMP = readFileSync(new URL("../../crates/gateway/tests/wechat/lamp.png", import.meta.url));
const CITIZEN = "oHotlineCitizen0123456789abc";
/** So long ago that the conversation has ended, seconds. */
const AGO = 900;
/** What comes from outside takes its time. */
const ARRIVES = { timeout: 60_000 };

let wechat, weibo;
before(async () => {
  weibo = await weibos.startWeibo();
  weibo.picture = LAMP;
  wechat = await startWechat();
  wechat.files.set("m1", LAMP);
});
after(() => {
  wechat.close();
  weibo.close();
});

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

test("a citizen mentions the account on Weibo and is answered without a word of the matter", async (t) => {
  const step = house.steps(t);
  const WORDS = "@云12345 柳泉巷口的井盖松动，车过就响，夜里没法睡，请来看看。";
  const first = weibos.post(5_070_001_000_000_001, 1_700_000_001, "柳泉小高", WORDS, [`${weibo.url}/thumbnail/lamp.png`]);
  weibo.posts.push(first, weibos.post(5_070_001_000_000_002, Number(weibos.UID), "云12345", "转发 @云12345 今日热点"));
  const { page } = await person(house.browser, house.platform, "sysadmin01").then((p) => (house.open.push(p), p.open("/admin/weibo").then(() => p)));

  await step("the administrator connects the account", async () => {
    await page.getByRole("switch", { name: "接收提到本账号的微博" }).click();
    await page.getByLabel("账号 UID").fill("u/1404376560");
    await page.getByLabel("访问令牌").fill("2.00wrong");
    await page.getByLabel("接口地址").fill("http://api.weibo.com");
    await button(page, "测试连接").click();
    await page.getByText("UID 应为一串数字").first().waitFor();
    await page.getByText("接口地址不正确").first().waitFor();
    await page.getByLabel("账号 UID").fill(weibos.UID);
    await page.getByLabel("接口地址").fill(weibo.url);
    await button(page, "测试连接").click();
    await page.getByText("测试未通过：访问令牌无效，请重新授权（21332）").waitFor();
    await shot(page, "weibo-refused");
    await page.getByLabel("访问令牌").fill(weibos.TOKEN);
    await button(page, "测试连接").click();
    await page.getByText("微博 1 条、评论 0 条；访问令牌还有 1824 天到期").waitFor();
    await page.getByLabel("修改原因").fill("接入微博");
    await button(page, "保存设置").click();
    await told(page, "已保存，从下一次读取起生效");
    assert.equal(await page.getByLabel("访问令牌").inputValue(), "●●●●●●●●");
    await page.locator(".sms-line").getByText("正常").waitFor({ timeout: 30_000 });
    await shot(page, "weibo");
  });

  await step("the agent registers the piece; beneath the post stands that it is taken up, and nothing else", async () => {
    const agent = await house.at("agent01", "/inbox");
    const desk = agent.page;
    await row(desk, "柳泉巷口的井盖").waitFor(ARRIVES);
    assert.equal(await row(desk, "今日热点").count(), 0, "what the account writes itself is no matter");
    await row(desk, "柳泉巷口的井盖").click();
    await desk.keyboard.press("F2");
    await desk.getByRole("article").getByText("原微博：https://weibo.com/1700000001/").waitFor();
    await desk.getByRole("article").getByText("图片1.png").waitFor();
    await shot(desk, "weibo-piece");
    await desk.keyboard.press("F4");
    await desk.locator("#content").filter({ hasText: "柳泉巷口的井盖" }).waitFor();
    assert.equal(await desk.locator("#name").inputValue(), "", "a nickname is no name");
    await desk.locator("#name").fill("高晓梅");
    await desk.locator("#phone").fill("13805310002");
    await desk.keyboard.press("Alt+2");
    await placeMatter(desk, "柳泉巷口");
    await shot(desk, "weibo-intake");
    await desk.keyboard.press("F4");
    const done = desk.getByRole("dialog").filter({ hasText: "登记完成" });
    await done.waitFor();
    const order = (await done.getByRole("link", { name: "查看工单" }).getAttribute("href")).split("/").pop();
    const made = await ask(desk, `/orders/${order}`);
    const said = await within("the comment", async () => weibo.said[0]);
    assert.equal(said.post, String(first.id));
    assert.ok(said.text.includes(`编号尾号${made.case_no.slice(-7)}`), said.text);
    for (const secret of [made.case_no, "高晓梅", "13805310002", "井盖", "柳泉"]) assert.ok(!said.text.includes(secret), `${secret}: ${said.text}`);
    await agent.open(`/orders/${order}?tab=messages`);
    await desk.getByText("微博评论").first().waitFor();
    await desk.getByText("已发出").first().waitFor();
    await shot(desk, "weibo-order");
  });

  await step("an expired token stops the line until a new one is given, and nothing is lost", async () => {
    weibo.error = [21327, "expired_token"];
    weibo.comments.push(weibos.comment(5_070_001_000_000_009, 1_700_000_001, "柳泉小高", "@云12345 还是响，没有人来", first));
    await page.locator(".sms-line").getByText("访问令牌已过期，请重新授权（21327）").waitFor({ timeout: 90_000 });
    await shot(page, "weibo-expired");
    weibo.error = undefined;
    const desk = (await house.at("agent01", "/inbox")).page;
    await row(desk, "还是响，没有人来").filter({ hasText: "答复" }).waitFor({ timeout: 90_000 });
    assert.equal(weibo.said.length, 1);
  });
});
