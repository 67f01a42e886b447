// The exceptions of the procedure, by the people who take them: 协办 with its own clock and the lead's gate, 延期 through
// both approvals, 并单 and its undoing, 拆单, 重开.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { act, ask, roleAt } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, choose, clean, confirm, drawer, row, tick } from "./screen.mjs";

const house = stage("procedure", { orders: 160 });
const QUESTION = "请核实该路段管线的产权和养护单位";
const OPINION = "经核实，该路段管线由供水企业养护，已移交图纸。";

/** Opens a command of an order's page, whether it stands as a button or under 更多. */
async function open(page, label) {
  const head = page.locator(".op-head");
  await head.getByRole("button").first().waitFor();
  if (await button(head, label).count()) return drawer(page, head, label);
  await button(head, "更多").click();
  await page.getByRole("menuitem", { name: label, exact: true }).click();
  const shown = page.getByRole("dialog").filter({ hasText: label }).last();
  await shown.waitFor();
  return shown;
}

const waiting = async (page) => (await ask(page, "/orders?state=pending_dispatch&limit=60")).items.filter((o) => o.confidentiality === "none" && o.demand_type === "complaint" && o.claimed_by === null && o.pending.length === 0 && o.return_n === 0);
const allowed = async (page, id, action) => (await ask(page, `/orders/${id}`)).allowed.find((a) => a.action === action);

test("co-handlers answer on their own clock and hold the lead's gate", async (t) => {
  const step = house.steps(t);
  let order, lead, co, tasks;
  const unitOf = (orgs, not) => orgs.find((o) => o.id !== not && o.level === "city" && o.kind === "department" && ["unit_admin", "handler", "unit_leader"].every((r) => roleAt(o.name, r)));
  await step("sent out with a co-handler, each with a date of its own", async () => {
    const one = await house.at("dispatcher01");
    [order] = await waiting(one.page);
    const { orgs } = await ask(one.page, "/reference");
    lead = unitOf(orgs);
    co = unitOf(orgs, lead.id);
    await act(one, order.id, { action: "dispatch", lead: lead.id, co: [{ org: co.id, question: QUESTION }], advice: null, due_at: null, urgency: null });
    tasks = (await ask(one.page, `/orders/${order.id}`)).tasks;
    assert.ok(tasks.find((x) => x.role === "co").due_at < tasks.find((x) => x.role === "lead").due_at, "before the lead");
    const admin = await house.at(roleAt(lead.name, "unit_admin"));
    const handler = await house.at(roleAt(lead.name, "handler"));
    const me = (await ask(handler.page, "/session")).user.id;
    const task = tasks.find((x) => x.role === "lead").id;
    await act(admin, order.id, { action: "sign", task });
    await act(admin, order.id, { action: "assign", task, handler: me, org: null, advice: null });
    await act(handler, order.id, { action: "start", task });
    await act(handler, order.id, { action: "contact", task, at: Date.now() - 1000, way: "phone", result: "reached", note: null });
  });
  await step("the lead cannot hand in before the co-handler has answered", async () => {
    const handler = await house.at(roleAt(lead.name, "handler"), `/orders/${order.id}?tab=co`);
    const { page } = handler;
    await page.getByText(QUESTION).first().waitFor();
    const gate = await allowed(page, order.id, "submit_unit");
    assert.equal(gate.enabled, false);
    assert.match(gate.reason, new RegExp(`${co.name}.*尚未反馈`));
    await shot(page, "procedure-co-gate");
    await clean(handler, "the lead's page", [order.title, (await ask(page, `/orders/${order.id}`)).content]);
  });
  await step("the co-handler answers", async () => {
    const task = tasks.find((x) => x.role === "co").id;
    const admin = await house.at(roleAt(co.name, "unit_admin"));
    const handler = await house.at(roleAt(co.name, "handler"));
    await act(admin, order.id, { action: "sign", task });
    const me = (await ask(handler.page, "/session")).user.id;
    await act(admin, order.id, { action: "assign", task, handler: me, org: null, advice: null });
    await act(handler, order.id, { action: "start", task });
    await handler.open(`/orders/${order.id}?tab=co`);
    const form = await open(handler.page, "协办反馈");
    await form.getByText(QUESTION).waitFor();
    await form.getByLabel("协办意见").fill(OPINION);
    await shot(handler.page, "procedure-co-reply");
    await confirm(handler.page, form, "提交反馈", "协办反馈");
    const lead_ = await house.at(roleAt(lead.name, "handler"), `/orders/${order.id}?tab=co`);
    await lead_.page.getByText(OPINION).first().waitFor();
    assert.equal((await allowed(lead_.page, order.id, "submit_unit")).enabled, true, "the gate is open");
    await shot(lead_.page, "procedure-co-answered");
  });
  await step("more time is asked for and granted by both", async () => {
    const handler = await house.at(roleAt(lead.name, "handler"), `/orders/${order.id}`);
    const { page } = handler;
    const before = (await ask(page, `/orders/${order.id}`)).due_at;
    const form = await open(page, "申请延期");
    await form.getByLabel("延期原因").click();
    await page.locator(".ant-select-item-option").first().click();
    await form.getByLabel("申请延长").fill("3");
    await form.getByLabel("具体理由").fill("需委托第三方检测管线，检测机构出具报告需要三个工作日。");
    await form.getByText("申请将提交").first().waitFor();
    await shot(page, "procedure-extension");
    await confirm(page, form, "提交延期申请", "申请延期");
    assert.equal((await ask(page, `/orders/${order.id}`)).due_at, before, "nothing moves before it is granted");
    for (const login of [roleAt(lead.name, "unit_leader"), "supervisor01"]) {
      const one = await house.at(login, "/approvals?kind=extension");
      await row(one.page, order.title).first().click();
      await tick(one.page, "同意");
      await confirm(one.page, one.page.locator(".command").last(), "提交审批", "审批");
    }
    const after = await ask(page, `/orders/${order.id}`);
    assert.ok(after.due_at > before && after.ext_n === 1);
    assert.match((await allowed(page, order.id, "extension_apply")).reason, /最多延期/);
  });
});

test("orders are merged and parted, and what was closed is opened again", async (t) => {
  const step = house.steps(t);
  await step("merged by the dispatcher, undone by the team leader", async () => {
    const one = await house.at("dispatcher01");
    const { page } = one;
    // The same citizen, telling of the same matter again.
    const all = await waiting(page);
    const full = [];
    for (const o of all) full.push(await ask(page, `/orders/${o.id}`));
    const source = full[0];
    const agent = await house.at("agent01");
    const again = await agent.page.evaluate(async (o) => {
      const { csrf } = await (await fetch("/api/v1/session")).json();
      const form = { channel: "01", demand_type: o.demand_type, category: o.category, title: o.title, content: `${o.content}再次反映。`, region: o.region, address: o.address, requester: { name: "高晓梅", phone: "19912345678" }, duplicates_checked: true };
      const send = async (path, body, version) => {
        const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf, "Idempotency-Key": crypto.randomUUID(), ...(version !== undefined && { "If-Match": `"${version}"` }) };
        const answer = await fetch(`/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
        if (!answer.ok) throw new Error(await answer.text());
        return answer.json();
      };
      const made = [];
      for (const more of ["", "请尽快处理。"]) {
        const one = await send("/orders", { ...form, content: form.content + more });
        const seen = await (await fetch(`/api/v1/orders/${one.id}`)).json();
        await send(`/orders/${one.id}/commands`, { action: "submit", urgency: null, suggested_org: null }, seen.version);
        made.push(seen);
      }
      return made;
    }, source);
    const [first, second] = again;
    await one.open(`/orders/${second.id}`);
    const form = await open(page, "并单");
    await choose(page, form.getByLabel("并入工单"), first.case_no);
    await form.getByLabel("并单理由").fill("同一诉求人反映同一事项");
    await shot(page, "procedure-merge");
    await confirm(page, form, "确认并单", "并单");
    assert.equal((await ask(page, `/orders/${second.id}`)).state, "merged");
    const boss = await house.at("teamleader01", `/orders/${second.id}`);
    const undo = await open(boss.page, "取消并单");
    await undo.getByLabel("取消理由").fill("两件事项不同");
    await confirm(boss.page, undo, "取消并单", "取消并单");
    const back = await ask(boss.page, `/orders/${second.id}`);
    assert.deepEqual([back.state, back.merged_into], ["pending_dispatch", null]);

    await one.open(`/orders/${second.id}`);
    const split = await open(page, "拆单");
    await split.getByLabel("标题").nth(1).fill("同一地点的另一诉求");
    await choose(page, split.getByLabel("问题分类").nth(1), "物业服务");
    await split.getByLabel("诉求内容").nth(1).fill("另反映小区垃圾清运不及时，请一并核实。");
    await split.getByLabel("拆单理由").fill("两项诉求互不相关");
    await shot(page, "procedure-split");
    await confirm(page, split, "确认拆单", "拆单");
    const parent = await ask(page, `/orders/${second.id}`);
    const parts = parent.links.filter((l) => l.kind === "parent_child");
    assert.equal(parts.length, 2);
    assert.ok(parts.every((l) => l.order.case_no !== parent.case_no && l.order.state === "registered"), "each its own number");
  });
  await step("the team leader opens a closed order again", async () => {
    const boss = await house.at("teamleader01");
    const { page } = boss;
    const { items } = await ask(page, "/orders?state=closed&sort=updated_at&dir=desc&limit=40");
    const closed = items.find((o) => o.round === 1 && o.pending.length === 0);
    await boss.open(`/orders/${closed.id}`);
    const form = await open(page, "重开");
    await form.getByLabel("重开理由").fill("检查发现问题并未解决");
    await form.getByText("派单时限").first().waitFor();
    await shot(page, "procedure-reopen");
    await confirm(page, form, "确认重开", "重开工单");
    const again = await ask(page, `/orders/${closed.id}`);
    assert.deepEqual([again.state, again.round], ["pending_dispatch", 2]);
    await clean(boss, "the reopened order", [closed.title, again.content, again.reply ?? ""]);
  });
});
