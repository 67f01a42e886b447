// 记录有误: a handler writes down a contact that never was; the citizen, without any script on a small telephone, says so; a team
// leader who did not write it agrees; both records stand, and the citizen reads what became of it, and takes the papers of the answer along.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { act, ask, orderAtWork, roleAt } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { codeFor, look, solve } from "./portal.mjs";
import { clean, confirm, drawer, row, select, tick } from "./screen.mjs";

const house = stage("objection", { orders: 60 });
const NUMBER = "19912340001";
const ANSWER = "您好，您反映的银杏路行道树压线问题已处理完毕：我局会同供电单位断电修剪，线路经复测合格，结果见附件。";
const PAPER = "线路复测结果.txt";
const TITLE = "银杏路的行道树枝压住了电线";

async function citizen(script) {
  const context = await house.browser.newContext({ viewport: { width: 360, height: 640 }, javaScriptEnabled: script, locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (e) => problems.push(`script: ${e}`));
  page.on("response", (r) => r.status() >= 500 && problems.push(`${r.status()} ${r.url()}`));
  return { page, problems, open: (path) => page.goto(`${house.platform.portal}${path}`), close: () => context.close() };
}

async function follow(me, code) {
  await me.open("/track");
  await me.page.locator("#code").fill(code);
  await me.page.getByRole("button", { name: "查询" }).click();
  await me.page.getByRole("heading", { name: "办理经过" }).waitFor();
}

test("a citizen objects to a record once, and it is put right", async (t) => {
  const step = house.steps(t);
  const me = await citizen(false);
  const { page } = me;
  let code, order, lead, task;
  await step("a matter is filed", async () => {
    await me.open("/report");
    await page.getByText("求助", { exact: true }).click();
    await page.locator("#content").fill(`${TITLE}，刮风时冒火花，担心引发火灾。`);
    await page.locator("#area").selectOption({ index: 3 });
    await page.locator("#address").fill("银杏路26号门前");
    await page.locator("#name").fill("程晓芳");
    await page.locator("#phone").fill(NUMBER);
    await page.locator("#consent input").check();
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("heading", { name: "核对并提交" }).waitFor();
    await solve(page);
    await page.getByRole("button", { name: "获取验证码" }).click();
    await page.getByText("验证码已发送").waitFor();
    await page.locator("#otp").fill(codeFor(house.platform, NUMBER));
    await page.getByRole("button", { name: "提交诉求" }).click();
    code = (await page.locator("#query-code").textContent()).replace(/\s/g, "");
    await follow(me, code);
    assert.equal(await page.locator("#records").count(), 0, "nobody has called yet");
  });
  await step("the unit writes a contact down", async () => {
    const caseNo = (await page.locator(".sum .num").textContent()).trim();
    const dispatcher = await house.at("dispatcher01");
    ({ lead } = await orderAtWork(dispatcher.page));
    [order] = (await ask(dispatcher.page, `/orders?case_no=${caseNo}`)).items;
    await act(dispatcher, order.id, { action: "dispatch", lead: lead.org.id, co: [], advice: null, due_at: null, urgency: null });
    task = (await ask(dispatcher.page, `/orders/${order.id}`)).tasks[0].id;
    const admin = await house.at(roleAt(lead.org.name, "unit_admin"));
    await act(admin, order.id, { action: "sign", task });
    const handler = await house.at(roleAt(lead.org.name, "handler"));
    const { user } = await ask(handler.page, "/session");
    await act(admin, order.id, { action: "assign", task, handler: user.id, org: null, advice: null });
    await act(handler, order.id, { action: "start", task });
    await act(handler, order.id, { action: "contact", task, at: Date.now(), way: "phone", result: "reached", note: "已电话沟通" });
  });
  await step("the citizen says that nobody has called", async () => {
    await follow(me, code);
    await page.locator("#records").getByText("已联系上").waitFor();
    await shot(page, "portal-records");
    await page.getByRole("link", { name: /记录有误/ }).click();
    await page.getByRole("button", { name: "提交异议" }).click();
    await page.getByText("您选择的和记录一样").first().waitFor();
    await page.getByText("没有人联系过我").click();
    await page.getByRole("button", { name: "提交异议" }).click();
    await page.getByText("请填写实际情况").first().waitFor();
    assert.ok(await page.getByRole("radio", { name: "没有人联系过我" }).isChecked(), "nothing chosen is lost");
    await shot(page, "portal-contest-errors");
    await page.locator("#reason").fill("一直没有人打过电话，也没有人上门。");
    await page.getByRole("button", { name: "提交异议" }).click();
    await page.getByText("已收到您的异议").first().waitFor();
    await page.locator("#records").getByText("等待核实").waitFor();
    assert.equal(await page.getByRole("link", { name: /记录有误/ }).count(), 0, "once");
    assert.deepEqual(me.problems, []);
  });
  await step("a team leader who did not write it agrees", async () => {
    const boss = await house.at("teamleader01", "/approvals?kind=correction");
    await row(boss.page, TITLE.slice(0, 6)).first().click();
    const asked = boss.page.getByRole("table", { name: "更正内容" });
    await asked.getByRole("row").filter({ hasText: "联系结果" }).getByText("未联系", { exact: true }).waitFor();
    await boss.page.getByRole("table", { name: "对考核指标的影响" }).getByText(/响应/).first().waitFor();
    await shot(boss.page, "objection-decide");
    await tick(boss.page, "同意");
    await clean(boss, "the decision", [TITLE, "程晓芳"]);
    await confirm(boss.page, boss.page.locator(".command").last(), "提交审批", "审批");
  });
  await step("both records stand, and a handler must call", async () => {
    const handler = await house.at(roleAt(lead.org.name, "handler"), `/orders/${order.id}?tab=work`);
    await handler.page.getByText("更正后", { exact: true }).waitFor();
    await handler.page.getByText("原记录", { exact: true }).waitFor();
    await shot(handler.page, "objection-records");
    const now = await ask(handler.page, `/orders/${order.id}`);
    assert.deepEqual(now.contacts.map((c) => [c.result, c.in_force]), [["reached", false], ["none", true]]);
    const submit = now.allowed.find((a) => a.action === "submit_unit");
    assert.ok(!submit.enabled && submit.reason.includes("联系"), submit.reason);
  });
  await step("the citizen reads what became of it, with script and in large type", async () => {
    const other = await citizen(true);
    await follow(other, code);
    await other.page.locator("#records").getByText("未联系").waitFor();
    await other.page.locator("#records").getByText("已更正").first().waitFor();
    await look(other.page, "records");
    await other.page.getByRole("button", { name: "长辈模式" }).click();
    await look(other.page, "records-elder");
    // A second contact, and the form looked over by axe.
    const handler = await house.at(roleAt(lead.org.name, "handler"));
    await act(handler, order.id, { action: "contact", task, at: Date.now() - 1000, way: "visit", result: "no_answer", note: "上门无人" });
    await follow(other, code);
    await other.page.getByRole("link", { name: /记录有误/ }).click();
    await other.page.getByText("联系上了，已经沟通过").waitFor();
    await look(other.page, "contest-elder");
    assert.deepEqual(other.problems, []);
    await other.close();
  });
  await step("the answer goes out with a paper, which the citizen takes along", async () => {
    const handler = await house.at(roleAt(lead.org.name, "handler"), "/handling?tab=todo");
    const at = handler.page;
    await act(handler, order.id, { action: "contact", task, at: Date.now() - 500, way: "phone", result: "reached", note: "已说明修剪安排" });
    await handler.open("/handling?tab=todo");
    const form = await drawer(at, await select(at, order.case_no), "提交单位审核");
    await tick(form, "属实");
    await tick(form, "已解决");
    await form.getByLabel("办理情况（内部）").fill("会同供电单位断电修剪，线路已复测。");
    await form.getByLabel("公开答复内容").fill(ANSWER);
    await form.locator(".gate, .gate-clean").first().waitFor();
    const papers = form.getByRole("region", { name: "答复附件" });
    await papers.getByText("群众查询进度时可以下载").waitFor();
    await papers.getByLabel("上传答复附件").setInputFiles({ name: PAPER, mimeType: "text/plain", buffer: Buffer.from("线路复测合格") });
    await papers.getByRole("listitem", { name: PAPER }).waitFor();
    const keep = form.getByLabel(/保留理由/);
    if (await keep.count()) await keep.fill("其余事项已另行告知诉求人。");
    await shot(at, "objection-answer");
    await confirm(at, form, "提交审核", "提交单位审核");
    await follow(me, code);
    assert.equal(await page.locator(".papers").count(), 0, "nothing before the answer");
    await act(await house.at(roleAt(lead.org.name, "unit_leader")), order.id, { action: "unit_approve", task, opinion: null });
    await act(await house.at("auditor01"), order.id, { action: "center_accept", opinion: null, reply: null });
    await act(await house.at("reply01"), order.id, { action: "unified_reply", channel: "phone", reply: ANSWER });
    await follow(me, code);
    await page.locator(".papers").scrollIntoViewIfNeeded();
    await shot(page, "portal-papers");
    const taken = page.waitForEvent("download");
    await page.locator(".papers").getByRole("link", { name: PAPER }).click();
    const file = await taken;
    assert.equal(file.suggestedFilename(), PAPER);
    assert.equal(readFileSync(await file.path(), "utf8"), "线路复测合格");
    const elder = await citizen(true);
    await follow(elder, code);
    await look(elder.page, "papers");
    assert.deepEqual(elder.problems, []);
    await elder.close();
  });
  await me.close();
});
