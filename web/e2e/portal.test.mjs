// The citizen's side on the real binary: without any script at the width of a telephone, then with, and looked over by axe.
import { strict as assert } from "node:assert";
import { deflateSync } from "node:zlib";
import { after, before, test } from "node:test";
import { shot, startBrowser, startPlatform } from "./platform.mjs";
import { codeFor, look as looked, solve } from "./portal.mjs";

const PHONE = { width: 360, height: 640 };
const NUMBER = "19912345678";
const HEAVIEST = 100_000;

let platform;
let browser;

before(async () => {
  [platform, browser] = await Promise.all([startPlatform({ orders: 40 }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

/** A citizen's browser. Pages heavier than allowed, script errors and failures of the server are kept as problems. */
async function citizen({ script, size = PHONE } = {}) {
  const context = await browser.newContext({ viewport: size, javaScriptEnabled: script, locale: "zh-CN", timezoneId: "Asia/Shanghai", bypassCSP: false });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const problems = [];
  let weight = 0;
  page.on("pageerror", (e) => problems.push(`script: ${e}`));
  page.on("console", (m) => m.type() === "error" && !/40[0-9]|42[0-9]/.test(m.text()) && problems.push(`console: ${m.text()}`));
  page.on("framenavigated", () => (weight = 0));
  page.on("response", async (r) => {
    if (r.status() >= 500) problems.push(`${r.status()} ${r.url()}`);
    const body = await r.body().catch(() => Buffer.alloc(0));
    if (!r.url().includes("/report/photo/")) weight += body.length;
    if (weight > HEAVIEST) problems.push(`${weight} bytes at ${r.url()}`);
  });
  const open = (path) => page.goto(`${platform.portal}${path}`);
  return { page, context, problems, open, close: () => context.close() };
}

/** A picture of one red pixel, with a text chunk that tells more than it should. */
function png() {
  const chunk = (kind, body) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length);
    head.write(kind, 4, "latin1");
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), body])));
    return Buffer.concat([head, body, crc]);
  };
  const size = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  const parts = [chunk("IHDR", size), chunk("tEXt", Buffer.from("Comment\0GPS 25.1N")), chunk("IDAT", deflateSync(Buffer.from([0, 200, 30, 30]))), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

const ATTACK = `<script>document.title="owned"</script><img src=x onerror="document.title='owned'">`;
const STORY = `荷香苑小区3号楼旁的路灯从上周三起整夜不亮，老人晚上出门摔倒。${ATTACK}`;

async function fill(page, { content = STORY } = {}) {
  await page.getByText("求助", { exact: true }).click();
  await page.locator("#content").fill(content);
  await page.locator("#area").selectOption({ index: 3 });
  await page.locator("#address").fill("桂巷路182号荷香苑3号楼");
  await page.locator("#name").fill("高晓梅");
  await page.locator("#phone").fill(NUMBER);
  await page.locator("#consent input").check();
}

test("without any script a citizen files a matter, follows it and adds to it", async () => {
  const me = await citizen({ script: false });
  const { page } = me;
  await me.open("/");
  await shot(page, "portal-home");
  await page.getByRole("main").getByRole("link", { name: /我要反映/ }).click();

  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("alert").getByText("处需要修改").waitFor();
  await shot(page, "portal-report-errors");
  assert.equal(await page.locator(".err").count(), 6, "each mistake beside its field");

  await fill(page);
  await page.locator("#file").setInputFiles([{ name: "照片.png", mimeType: "image/png", buffer: Buffer.from("<svg onload=alert(1)>") }]);
  await page.getByRole("button", { name: "上传并留在本页" }).click();
  await page.getByText("有文件不是照片").first().waitFor();
  assert.equal(await page.locator("#content").inputValue(), STORY, "nothing typed is lost");
  await page.locator("#file").setInputFiles([{ name: "路灯.png", mimeType: "image/png", buffer: png() }]);
  await page.getByRole("button", { name: "上传并留在本页" }).click();
  await page.getByRole("img", { name: "已传照片" }).waitFor();
  await shot(page, "portal-report");
  await page.getByRole("button", { name: "下一步" }).click();

  await page.getByRole("heading", { name: "核对并提交" }).waitFor();
  assert.equal(await page.title().then((t) => t.includes("owned")), false);
  await page.locator("#captcha").fill("99");
  await page.getByRole("button", { name: "获取验证码" }).click();
  await page.getByText("算术题答案不对").first().waitFor();
  await solve(page);
  await page.getByRole("button", { name: "获取验证码" }).click();
  await page.getByText("验证码已发送").waitFor();
  await shot(page, "portal-confirm");
  const mine = page.getByLabel("我的事情不同，继续提交");
  if (await mine.count()) await mine.check();
  await page.locator("#otp").fill(codeFor(platform, NUMBER));
  await page.getByRole("button", { name: "提交诉求" }).click();
  await page.getByRole("heading", { name: "您的诉求已提交" }).waitFor();
  await shot(page, "portal-done");
  const code = (await page.locator("#query-code").textContent()).replace(/\s/g, "");
  assert.match(code, /^\d{10}$/);

  // Reloading and going back file nothing again: the receipt is the same.
  await page.reload();
  assert.equal((await page.locator("#query-code").textContent()).replace(/\s/g, ""), code);
  await page.goBack();
  await me.open("/report");
  await page.getByRole("heading", { name: "您的诉求已提交" }).waitFor();

  await me.open("/track");
  await page.locator("#code").fill("123");
  await page.getByRole("button", { name: "查询" }).click();
  await page.getByText("查询码是10位数字").first().waitFor();
  await page.locator("#code").fill(code);
  await page.getByRole("button", { name: "查询" }).click();
  await page.getByRole("heading", { name: "办理经过" }).waitFor();
  assert.equal(await page.locator(".steps li").count(), 5);
  await page.getByText("这个日期是怎么算的").click();
  await page.locator("details li").first().waitFor();
  await shot(page, "portal-matter");
  await page.getByRole("link", { name: "补充情况" }).click();
  await page.locator("#text").fill("昨晚又有一盏不亮");
  await page.getByRole("button", { name: "提交补充" }).click();
  await page.getByText("已收到您补充的情况").waitFor();
  await page.getByText("昨晚又有一盏不亮").waitFor();

  await page.getByRole("link", { name: "撤回诉求" }).click();
  await page.getByRole("button", { name: "获取验证码" }).click();
  await page.getByText("验证码已发送").waitFor();
  await page.locator("#reason").fill("已经修好了");
  await page.locator("#otp").fill(codeFor(platform, NUMBER));
  await page.getByRole("button", { name: "确认撤回" }).click();
  await page.locator(".tag.big", { hasText: "已撤回" }).waitFor();
  await page.getByRole("button", { name: "退出查询" }).click();
  await me.open("/track/m/0");
  await page.getByRole("heading", { name: "查进度" }).waitFor();
  assert.deepEqual(me.problems, []);
  await me.close();
});

test("in large type a question at a time, anonymous, without any script", async () => {
  const me = await citizen({ script: false });
  const { page } = me;
  await me.open("/");
  await page.getByRole("button", { name: "长辈模式" }).click();
  await page.getByRole("main").getByRole("link", { name: /打电话/ }).waitFor();
  await shot(page, "portal-elder-home");
  await page.getByRole("link", { name: /我要反映/ }).click();
  const next = () => page.getByRole("button", { name: "下一步" }).click();
  await page.getByText("第1步").waitFor();
  await next();
  await page.getByRole("alert").waitFor();
  await page.getByText("建议", { exact: true }).click();
  await shot(page, "portal-elder-kind");
  await next();
  await page.getByText("第2步").waitFor();
  await page.locator("#content").fill("建议在东湖公园增设无障碍坡道和扶手。");
  await next();
  await page.getByText("第3步").waitFor();
  await page.locator("#area").selectOption({ index: 2 });
  await next();
  await page.getByText("第4步").waitFor();
  await next();
  await page.getByText("第5步").waitFor();
  await page.getByText("匿名反映").click();
  await page.locator("#consent input").check();
  await next();
  await page.getByText("第6步").waitFor();
  await solve(page);
  await page.getByRole("button", { name: "提交诉求" }).click();
  await page.getByText("匿名提交，查询码丢失后无法找回").waitFor();
  assert.deepEqual(me.problems, []);
  await me.close();
});

test("guessing is stopped and pages of other sites cannot post", async () => {
  const me = await citizen({ script: false });
  const { page } = me;
  for (let n = 0; n < 6; n++) {
    await me.open("/track");
    await page.locator("#code").fill(`11111111${n}1`);
    await page.getByRole("button", { name: "查询" }).click();
  }
  await page.getByText("查询失败次数过多").first().waitFor();
  const foreign = await me.context.request.post(`${platform.portal}/track`, { headers: { origin: "https://evil.example" }, form: { code: "1234567890" } });
  assert.equal(foreign.status(), 403);
  const home = await me.context.request.get(`${platform.portal}/`);
  const policy = home.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
  assert.equal((await home.text()).match(/<script(?![^>]*src=)|style="| on\w+=/), null, "no script or style in the page itself");
  await me.close();
});

test("axe finds nothing on any page, with script, narrow and wide", async () => {
  for (const size of [PHONE, { width: 1366, height: 768 }]) {
    const me = await citizen({ script: true, size });
    const { page } = me;
    const look = (name) => looked(page, name);
    for (const [name, path] of [["home", "/"], ["track", "/track"], ["track-number", "/track?by=number"], ["track-person", "/track?by=person"], ["knowledge", "/knowledge"], ["knowledge-found", "/knowledge?q=%E5%85%AC%E7%A7%AF%E9%87%91"], ["knowledge-nothing", "/knowledge?q=%E9%A3%9E%E7%A2%9F"], ["notices", "/notices"], ["replies", "/notices?kind=reply"], ["privacy", "/privacy"], ["accessibility", "/accessibility"], ["nowhere", "/nowhere"]]) {
      await me.open(path);
      await look(name);
    }
    await me.open("/notices?kind=reply");
    await page.locator(".news a").first().click();
    await look("reply");
    await me.open("/knowledge");
    await page.locator(".news a").first().click();
    await look("article");
    await me.open("/report?check=1");
    await look("report-errors");
    await fill(page, { content: "北辰桥下的垃圾堆了一个月没有人清运，气味难闻。" });
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("heading", { name: "核对并提交" }).waitFor();
    await look("confirm");
    await me.open("/");
    await page.getByRole("button", { name: "长辈模式" }).click();
    await look("elder-home");
    await me.open("/report?step=who");
    await look("elder-who");
    assert.deepEqual(me.problems, []);
    await me.close();
  }
});
