// 渠道来信, by the people who use it: the administrator connects a real mailbox, a citizen's mail arrives, an agent takes and
// registers it, the citizen has number and reply by mail beneath their own, answers, and the answer goes to the order.
import { strict as assert } from "node:assert";
import { execFileSync, spawn } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync, chmodSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask } from "./cast.mjs";
import { person, shot, stage } from "./platform.mjs";
import { postOffice } from "./post.mjs";
import { button, clean, placeMatter, row, told } from "./screen.mjs";

const house = stage("inbox", { orders: 40 });
const OFFICE = "12345@example.gov.cn";
const CITIZEN = "gaoxiaomei@example.com";
const WORDS = "桂巷路182号门前的路灯坏了一个多星期没有人修，晚上出行很不安全，请尽快维修。我的电话是13805310001。";
/** One red pixel. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
const NOBODY = 65534;
const root = process.getuid() === 0;

/** What the platform sends. */
const post = postOffice();
const { mail } = post;
/** dovecot: what the citizens send. */
const mailbox = { home: "", port: 0, delivered: 0 };
let imap;

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

async function startMailbox() {
  const home = mkdtempSync(join(tmpdir(), "hotline-mailbox-"));
  chmodSync(home, 0o755);
  for (const folder of ["mail", "mail/new", "mail/cur", "mail/tmp"]) {
    mkdirSync(join(home, folder));
    if (root) chownSync(join(home, folder), NOBODY, NOBODY);
  }
  const port = await freePort();
  const [uid, gid] = root ? [NOBODY, NOBODY] : [process.getuid(), process.getgid()];
  const alone = root ? "" : `default_internal_user = ${process.env.USER}\ndefault_login_user = ${process.env.USER}\ndefault_internal_group = ${process.env.USER}`;
  writeFileSync(
    join(home, "dovecot.conf"),
    `base_dir = ${home}/run\nstate_dir = ${home}/state\nlog_path = ${home}/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = no
mail_location = maildir:${home}/mail\nfirst_valid_uid = 1\nauth_mechanisms = plain login\n${alone}
passdb {\n driver = static\n args = password=s3cret\n}
userdb {\n driver = static\n args = uid=${uid} gid=${gid} home=${home}/mail\n}
service imap-login {\n chroot =\n inet_listener imap {\n port = ${port}\n }\n inet_listener imaps {\n port = 0\n }\n}
service anvil {\n chroot =\n}\nservice stats {\n chroot =\n}\n`,
  );
  Object.assign(mailbox, { home, port });
  return spawn("/usr/sbin/dovecot", ["-F", "-c", join(home, "dovecot.conf")], { stdio: "inherit" });
}

/** A mail arrives, as a delivering program leaves it. */
function deliver(text) {
  mailbox.delivered += 1;
  const name = `1795800000.M${String(mailbox.delivered).padStart(6, "0")}P1.test`;
  const half = join(mailbox.home, "mail/tmp", name);
  writeFileSync(half, text.replaceAll("\n", "\r\n"));
  if (root) chownSync(half, NOBODY, NOBODY);
  renameSync(half, join(mailbox.home, "mail/new", name));
}

const word = (text) => `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;
const body = (text) => Buffer.from(text).toString("base64").replace(/.{76}/g, "$&\n");

const LETTER = `From: ${word("高晓梅")} <${CITIZEN}>
To: ${OFFICE}
Subject: ${word("桂巷路路灯不亮，请维修")}
Date: Sat, 28 Nov 2026 09:00:00 +0800
Message-ID: <first@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

${body(WORDS)}
--b
Content-Type: image/png; name="lamp.png"
Content-Disposition: attachment; filename="lamp.png"
Content-Transfer-Encoding: base64

${PIXEL}
--b
Content-Type: image/jpeg; name="photo.jpg"
Content-Disposition: attachment; filename="photo.jpg"
Content-Transfer-Encoding: base64

TVqQAAMAAAAEAAAA
--b--
`;
const ADVERT = `From: ${word("财税代办")} <ad@example.com>
Subject: ${word("低价代开各类票据")}
Date: Sat, 28 Nov 2026 09:05:00 +0800
Message-ID: <ad@example.com>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

${body("本公司长期低价代开各类票据，欢迎来电咨询。")}
`;
const AWAY = `From: ${CITIZEN}
Subject: ${word("自动回复：外出")}
Auto-Submitted: auto-replied
Message-ID: <away@example.com>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

${body("我正在休假。")}
`;

before(async () => {
  imap = await startMailbox();
});
after(async () => {
  const ended = new Promise((done) => imap.on("exit", done));
  imap.kill();
  await ended;
  rmSync(mailbox.home, { recursive: true, force: true });
});

/** As if what was handled had been so many days earlier: the platform's own day cannot be turned. */
function lateBy(days) {
  const change = "import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],timeout=20)\nc.execute('UPDATE inbox_item SET done_at=done_at-? WHERE done_at IS NOT NULL',(int(sys.argv[2])*86400000,))\nc.commit()";
  execFileSync("python3", ["-c", change, join(house.platform.home, "hotline.db"), String(days)]);
}

const ARRIVES = { timeout: 60_000 };

test("a citizen's mail is taken, registered and answered beneath it; their answer goes to the order", async (t) => {
  const step = house.steps(t);
  let order;
  let first;

  await step("the administrator tries the mailbox before saving, and sees what is wrong", async () => {
    const admin = await person(house.browser, house.platform, "sysadmin01");
    house.open.push(admin);
    const { page } = admin;
    await admin.open("/admin/mail-server");
    await page.getByRole("switch", { name: "发送邮件" }).click();
    const sending = page.locator("#security");
    await sending.getByText("不加密", { exact: true }).click();
    await page.getByLabel("服务器地址", { exact: true }).fill("127.0.0.1");
    await page.getByLabel("端口", { exact: true }).fill(String(post.port));
    await page.getByLabel("发件地址").fill(OFFICE);
    await page.getByRole("switch", { name: "接收来信" }).click();
    await page.getByLabel("收信服务器地址").fill("127.0.0.1");
    await page.locator("#fetch_security").getByText("不加密", { exact: true }).click();
    await page.getByLabel("收信端口").fill(String(mailbox.port));
    await page.getByLabel("收信账号").fill(OFFICE);
    await button(page, "测试收信").click();
    await page.getByText("请填写密码或授权码").first().waitFor();
    await page.getByLabel("收信密码").fill("wrong");
    await button(page, "测试收信").click();
    await page.getByText("收信服务器不接受账号或密码").waitFor(ARRIVES);
    await page.getByLabel("收信密码").fill("s3cret");
    // The demo city lives in its own time; its mails may be of any day.
    await page.getByLabel("起始日期").fill("2020-01-01");
    await page.keyboard.press("Enter");
    deliver(LETTER);
    await button(page, "测试收信").click();
    await page.getByText("测试通过：文件夹中共 1 封").waitFor(ARRIVES);
    await shot(page, "inbox-mail-server");
    await page.getByLabel("修改原因").fill("接入政务邮箱收信");
    await button(page, "保存设置").click();
    await told(page, "已保存，从下一封邮件起生效");
    await page.locator(".panel", { hasText: "收信线路" }).getByText("正常").waitFor(ARRIVES);
    await shot(page, "inbox-mail-server-saved");
    await admin.open("/admin/channels");
    await page.getByRole("row", { name: "政务邮箱" }).getByText("正常").waitFor(ARRIVES);
    await shot(page, "inbox-health");
  });

  await step("an agent sees it without a name, takes it, and reads it", async () => {
    deliver(ADVERT);
    deliver(AWAY);
    const agent = await house.at("agent01", "/inbox");
    const { page } = agent;
    await row(page, "桂巷路路灯不亮").waitFor(ARRIVES);
    await row(page, "低价代开").waitFor(ARRIVES);
    assert.equal(await row(page, "外出").count(), 0, "a program's answer is no matter");
    await page.keyboard.press("ArrowDown");
    await page.getByRole("article").getByText("高*梅（g****@example.com）").waitFor();
    assert.equal(await page.getByText(CITIZEN).count(), 0);
    assert.equal(await page.getByText("13805310001").count(), 0);
    await shot(page, "inbox-list");
    await page.keyboard.press("F2");
    await page.getByRole("article").getByText(CITIZEN).waitFor();
    await page.getByText("未保存：").waitFor();
    await shot(page, "inbox-read");
    const other = await house.at("agent02", "/inbox");
    await row(other.page, "桂巷路路灯不亮").click();
    await other.page.getByText("正在办理这封来信").waitFor();
    await shot(other.page, "inbox-held");
  });

  await step("the advertisement is set aside with its reason", async () => {
    const other = await house.at("agent02", "/inbox");
    const { page } = other;
    await row(page, "低价代开").click();
    await page.keyboard.press("F2");
    await button(page, "登记为工单").waitFor();
    await page.keyboard.press("F8");
    const form = page.getByRole("dialog").filter({ hasText: "不予登记" });
    await form.getByText("广告或垃圾邮件").click();
    await shot(page, "inbox-discard");
    await button(form, "不予登记").click();
    await told(page, "已标记为不予登记");
    await page.getByRole("tab", { name: "不予登记" }).click();
    await row(page, "低价代开").waitFor();
    await row(page, "自动回复").first().waitFor();
    await shot(page, "inbox-discarded");
  });

  await step("the agent registers it from a filled form; the files go along", async () => {
    const agent = await house.at("agent01");
    const { page } = agent;
    await page.keyboard.press("F4");
    await page.locator("#content").filter({ hasText: "桂巷路182号" }).waitFor();
    assert.equal(await page.locator("#email").inputValue(), CITIZEN);
    assert.equal(await page.locator("#name").inputValue(), "高晓梅");
    assert.equal(await page.locator("#phone").inputValue(), "13805310001");
    assert.equal(await page.locator("#title").inputValue(), "桂巷路路灯不亮，请维修");
    await page.keyboard.press("Alt+2");
    await placeMatter(page, "桂巷路182号");
    await page.reload();
    await page.getByText("来信原文").waitFor();
    await page.locator("#address").and(page.locator("[value='桂巷路182号']")).waitFor();
    await shot(page, "inbox-register");
    await page.keyboard.press("F4");
    const done = page.getByRole("dialog").filter({ hasText: "登记完成" });
    await done.waitFor();
    const id = (await done.getByRole("link", { name: "查看工单" }).getAttribute("href")).split("/").pop();
    order = await ask(page, `/orders/${id}`);
    assert.equal(order.channel, "07");
    const files = await ask(page, `/orders/${id}/attachments`);
    assert.deepEqual(files.map((f) => f.name), ["lamp.png"], "a disguise is not kept");
    await clean(agent, "registering a letter", [CITIZEN, OFFICE, "lamp.png", "photo.jpg", order.title]);
  });

  await step("the citizen has number and code beneath their own mail, and is told that they may answer", async () => {
    first = await mail(CITIZEN, order.case_no);
    assert.match(first.body, /查询码[A-Z0-9]{8}/);
    assert.match(first.body, /可直接回复本邮件/);
    assert.equal(first["in-reply-to"], "<first@example.com>");
    assert.equal(first.references, "<first@example.com>");
  });

  await step("their answer is known as one, and goes to the order", async () => {
    deliver(`From: ${CITIZEN}
Subject: ${word("回复：受理告知")}
In-Reply-To: ${first["message-id"]}
References: <first@example.com> ${first["message-id"]}
Message-ID: <second@example.com>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

${body("旁边184号的路灯今天也不亮了。\n\n------------------ 原始邮件 ------------------\n发件人: 热线")}
`);
    const other = await house.at("agent02", "/inbox");
    const { page } = other;
    await row(page, "受理告知").waitFor(ARRIVES);
    await row(page, "受理告知").click();
    await page.keyboard.press("F2");
    await page.getByText(`答复工单 ${order.case_no}`).waitFor();
    await button(page, "补充到原工单").waitFor();
    await shot(page, "inbox-answer");
    await page.keyboard.press("F7");
    const form = page.getByRole("dialog").filter({ hasText: "补充到工单" });
    assert.equal(await form.getByLabel("补充情况").inputValue(), "旁边184号的路灯今天也不亮了。");
    await shot(page, "inbox-add");
    await button(form, "补充").click();
    await told(page, `已补充到工单 ${order.case_no}`);
    const agent = await house.at("agent01");
    const now = await ask(agent.page, `/orders/${order.id}`);
    assert.match(now.content, /旁边184号的路灯今天也不亮了/);
  });

  await step("half a year later what became of it stays, the words are gone", async () => {
    lateBy(200);
    const leader = await house.at("teamleader01");
    const { page } = leader;
    for (const tab of ["registered", "added"]) {
      await leader.open(`/inbox?tab=${tab}`);
      const line = row(page, "内容已按保存期限清除").first();
      for (let n = 0; n < 8 && (await line.count()) === 0; n += 1) {
        await page.waitForTimeout(5000);
        await page.reload();
        await page.locator("tbody tr").first().waitFor();
      }
      await line.click();
      await page.getByText("来信人、标题、正文和附件不再保存").waitFor();
      await page.getByRole("link", { name: "查看工单" }).waitFor();
      assert.equal(await page.getByText(CITIZEN).count(), 0);
      await shot(page, `inbox-blanked-${tab}`);
    }
    await clean(leader, "what was cleared");
  });

  await step("a mailbox that refuses turns the lamp red, and says why", async () => {
    const admin = await house.at("sysadmin01", "/admin/mail-server");
    const { page } = admin;
    await page.getByLabel("收信密码").fill("changed");
    await page.getByLabel("修改原因").fill("邮箱改了密码");
    await button(page, "保存设置").click();
    await told(page, "已保存，从下一封邮件起生效");
    await admin.open("/admin/channels");
    const line = page.getByRole("row", { name: "政务邮箱" });
    await line.getByText("中断").waitFor(ARRIVES);
    await line.getByText("收信服务器不接受账号或密码").waitFor();
    await shot(page, "inbox-health-down");
    await clean(admin, "channel health");
    const leader = await house.at("teamleader01", "/inbox?room=health");
    await leader.page.getByRole("row", { name: "政务邮箱" }).waitFor();
    await shot(leader.page, "inbox-leader");
  });
});
