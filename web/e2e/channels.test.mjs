// 微信公众号, by the people who use it: the administrator connects the account, a citizen sends words, a picture and a place, the agent
// finds one piece, registers it, and the citizen has the number where they wrote.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ask } from "./cast.mjs";
import { person, shot, stage } from "./platform.mjs";
import { button, told } from "./screen.mjs";
import { AES_KEY, APP_ID, SECRET, TOKEN, greet, picture, place, startWechat, text, write } from "./wechat.mjs";

const house = stage("channels", { orders: 60 });
const LAMP = readFileSync(new URL("../../crates/gateway/tests/wechat/lamp.png", import.meta.url));
const CITIZEN = "oHotlineCitizen0123456789abc";
/** So long ago that the conversation has ended, seconds. */
const AGO = 900;

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

/** A call of the API with the session of somebody's page. */
function call(page, path, body) {
  return page.evaluate(
    async ([to, sent]) => {
      const { csrf } = await (await fetch("/api/v1/session")).json();
      const headers = { "content-type": "application/json", "x-csrf-token": csrf, "idempotency-key": crypto.randomUUID() };
      const answer = await fetch(`/api/v1${to}`, { method: "POST", headers, body: JSON.stringify(sent) });
      const said = await answer.text();
      if (!answer.ok) throw new Error(`${answer.status} ${to} ${said}`);
      return said ? JSON.parse(said) : undefined;
    },
    [path, body],
  );
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

  await step("the agent finds one piece and registers it", async () => {
    const agent = await house.at("agent01", "/");
    const { page } = agent;
    const item = await within("the piece", async () => (await ask(page, "/inbox")).items.find((i) => i.adapter === "wechat"));
    assert.equal(item.files, 1);
    assert.ok(!item.sender.includes(CITIZEN));
    const whole = await call(page, `/inbox/${item.id}/claim`, {});
    assert.match(whole.text, /路灯坏了[\s\S]*（图片1）[\s\S]*（位置）桂巷路182号，纬度36.651216/);
    const form = {
      demand_type: "complaint", category: "030909", urgency: "u3", title: "桂巷路路灯不亮", content: whole.text, region: "990101004002",
      address: "桂巷路182号", requester: { name: "高晓梅", phone: "13805310001", kind: "person" }, duplicates_checked: true,
    };
    const made = await call(page, `/inbox/${item.id}/register`, form);
    const sent = await within("the answer", async () => wechat.sent.find((m) => m.to === CITIZEN && m.text.includes(made.case_no)));
    assert.match(sent.text, /查询码[A-Z0-9]{8}/);
    await agent.open(`/orders/${made.id}?tab=messages`);
    await page.getByText("oHot****").first().waitFor();
    await page.getByText("已发出").first().waitFor();
    assert.equal(await page.getByText(CITIZEN).count(), 0);
    await shot(page, "wechat-order");
  });

  await step("what WeChat takes no more goes to the telephone", async () => {
    wechat.refuse.set(CITIZEN, 45015);
    await write(portal, CITIZEN, 1004, text("还是没有修好。"), AGO);
    const { page } = await house.at("agent01");
    const item = await within("the second piece", async () => (await ask(page, "/inbox")).items.find((i) => i.adapter === "wechat" && i.is_answer));
    assert.match(item.glance, /还是没有修好/);
  });
});
