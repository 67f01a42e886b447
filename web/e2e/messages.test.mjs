// 短信, by the people who run it and work with it: the administrator connects a gateway that is out of order at first, the
// callback agent reads what went out, a citizen answers with a rating that closes the order, and another with words for a person.
import { strict as assert } from "node:assert";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { ask } from "./cast.mjs";
import { person, shot, stage } from "./platform.mjs";
import { button, clean, confirm, row, select } from "./screen.mjs";

const house = stage("messages", { orders: 120 });
const KEY = "carrier-key-7";
const CODES = ["SMPP", "HTTP", "JSON", "POST", "GET", "http", "https", "open", "sms", "secret", "phone", "text", "id", "msgid", "mobile", "content", "status", "DELIVRD", "code", "hotline", "admin", "outbox", "Authorization", "Bearer"];

/** A carrier that answers 503 until it is repaired. */
function carrier() {
  const seen = [];
  const state = { broken: true };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      if (state.broken) return response.writeHead(503).end();
      seen.push({ key: request.headers["x-key"], ...JSON.parse(body) });
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ code: 0 }));
    });
  });
  return { seen, state, server };
}

const { seen, state, server } = carrier();
before(() => new Promise((done) => server.listen(0, "127.0.0.1", done)));
after(() => server.close());

/** Waits for something that the platform does by itself. */
async function until(what, check) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`);
    await new Promise((go) => setTimeout(go, 250));
  }
}

test("a gateway is connected, fails, is repaired; citizens answer by message", async (t) => {
  const step = house.steps(t);
  let admin;
  let secret;
  const told = (body) => fetch(`${house.platform.base}/open/v1/sms`, { method: "POST", headers: { "content-type": "application/json", "x-hotline-secret": secret }, body: JSON.stringify(body) });

  await step("the administrator connects the gateway", async () => {
    admin = await person(house.browser, house.platform, "sysadmin01");
    house.open.push(admin);
    const { page } = admin;
    await admin.open("/admin/sms-gateway");
    await page.getByText("未接入", { exact: true }).first().waitFor();
    await page.getByText("HTTP 接口", { exact: true }).click();
    await page.getByLabel("接口地址").fill("ftp://10.1.1.1/send");
    await page.getByLabel("修改原因").fill("接入政务短信平台");
    await button(page, "保存设置").click();
    await page.getByText(/接口地址应以 http/).first().waitFor();
    await page.getByLabel("接口地址").fill(`http://127.0.0.1:${server.address().port}/send`);
    await page.getByLabel(/请求头/).fill(`X-Key: ${KEY}`);
    await page.getByLabel("成功标志位置").fill("/code");
    await page.getByLabel("成功时的值").fill("0");
    await button(page, "保存设置").click();
    await page.getByText("已保存，从下一条短信起生效").waitFor();
    assert.match(await page.getByLabel(/请求头/).inputValue(), /^●+$/, "the key is not shown again");
    await button(page, "显示密钥").click();
    await page.getByRole("tooltip").getByRole("button", { name: /确\s*定/ }).click();
    secret = await page.locator("b.mono").innerText();
    assert.match(secret, /^[0-9a-f]{32}$/);
  });

  await step("messages may go at any hour, whenever this story is told", async () => {
    const status = await admin.page.evaluate(async () => {
      const { csrf } = await (await fetch("/api/v1/session")).json();
      const body = JSON.stringify({ value: { from: "00:00", to: "24:00" }, reason: "测试时不分昼夜" });
      const answer = await fetch("/api/v1/admin/params/sms.window", { method: "PUT", headers: { "content-type": "application/json", "x-csrf-token": csrf }, body });
      return `${answer.status} ${await answer.text()}`;
    });
    assert.match(status, /^200/);
  });

  await step("the lamp tells that the gateway is out of order, and nothing is lost", async () => {
    const { page } = admin;
    await page.getByLabel("测试号码").fill("13800009999");
    await button(page, "发测试短信").click();
    await page.locator(".sms-line").getByText("中断").waitFor({ timeout: 30_000 });
    await page.getByText(/网关繁忙（HTTP 503）/).first().waitFor();
    await shot(page, "sms-gateway-down");
    state.broken = false;
    await page.locator(".sms-line").getByText("正常").waitFor({ timeout: 60_000 });
    const test = await until("the test message", () => seen.find((m) => m.mobile === "13800009999"));
    assert.equal(test.key, KEY);
    assert.match(test.content, /短信网关测试/);
    assert.equal((await told({ msgid: test.msgid, status: "DELIVRD" })).status, 200);
    assert.equal((await fetch(`${house.platform.base}/open/v1/sms?secret=wrong`, { method: "POST", body: "msgid=1&status=0" })).status, 403);
    await shot(page, "sms-gateway-up");
    await admin.open("/admin/sms-log");
    await row(page, "测试短信").filter({ hasText: "已送达" }).waitFor();
    assert.equal(await page.getByText("网关测试，").count(), 0, "no texts for who runs the system");
    await shot(page, "sms-log");
    await clean(admin, "the administrator", CODES);
  });

  await step("the administrator words a template anew", async () => {
    const { page } = admin;
    await admin.open("/admin/sms-templates");
    const line = page.getByRole("row").filter({ hasText: "T13" });
    await button(line, "修改").click();
    const text = page.getByLabel("模板内容");
    await text.fill("请评价诉求{name}");
    await page.getByText(/本模板没有变量\{name\}/).waitFor();
    await text.fill("12345请您评价诉求{no}：{url}，未评价将电话回访。");
    await page.locator(".sms-sample").filter({ hasText: "12345请您评价" }).waitFor();
    await page.getByLabel("修改原因").fill("用语更客气");
    await shot(page, "sms-template");
    await button(page, "保存").click();
    await line.filter({ hasText: "第" }).waitFor();
    await shot(page, "sms-templates");
  });

  await step("an answer goes out, the citizen rates it, the order is closed", async () => {
    const speaker = await house.at("reply01", "/reply");
    const [line] = (await ask(speaker.page, "/orders?pool=to_reply&sort=due_at&dir=asc&limit=1")).items;
    const shown = await select(speaker.page, line.case_no);
    await shown.getByLabel("回复内容").fill("您好，您反映的问题已于今日处理完毕，感谢您的监督。");
    await confirm(speaker.page, shown, "发出回复", "统一回复");
    const out = await until("the answer at the carrier", () => seen.find((m) => m.content.includes(line.case_no)));
    assert.match(out.content, /不满意3/);
    const callback = await house.at("callback01", `/orders/${line.id}?tab=messages`);
    const { page } = callback;
    await page.getByText("已发出").first().waitFor();
    assert.equal((await told({ mobile: `86${out.mobile}`, content: "１ 谢谢" })).status, 200);
    await callback.open(`/orders/${line.id}?tab=messages`);
    await page.getByText("已计入评价").waitFor();
    await page.getByText(out.mobile.replace(/^(\d{3})\d{4}/, "$1****")).first().waitFor();
    assert.equal(await page.getByText(out.mobile).count(), 0, "the number is masked");
    await shot(page, "sms-order");
    const order = await ask(page, `/orders/${line.id}`);
    assert.deepEqual([order.state, order.rating], ["closed", "sat"]);
  });

  await step("words of a stranger are there for the agent", async () => {
    assert.equal((await told([{ mobile: "13911112222", content: "我家门口的井盖坏了" }])).status, 200);
    const agent = await house.at("agent01", "/messages");
    const { page } = agent;
    await row(page, "我家门口的井盖坏了").filter({ hasText: "未找到诉求" }).waitFor();
    assert.equal(await page.getByText("13911112222").count(), 0);
    await shot(page, "sms-received");
    await page.getByText("发送记录", { exact: true }).click();
    await page.getByRole("grid").getByRole("row").nth(1).waitFor();
    await shot(page, "sms-sent");
  });
});
