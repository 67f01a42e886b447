// 并案, by the people who do it: a dispatcher puts three citizens' orders behind one, the work is done once, and the
// reply agent answers everybody with one press and each with their own words; what does not belong is taken out again.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { act, ask, roleAt } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, clean, confirm, drawer, told } from "./screen.mjs";

const house = stage("joint", { orders: 160 });
const REPLY = "经现场核实，已安排专人处理完毕，并将加强日常巡查，感谢您的监督。";

/** Open orders of ordinary citizens that wait for dispatch. */
async function waiting(page, n) {
  const { items } = await ask(page, "/orders?state=pending_dispatch&limit=60");
  const plain = items.filter((o) => o.confidentiality === "none" && o.demand_type !== "report" && !o.requester_masked?.includes("匿名") && o.claimed_by === null && o.pending.length === 0);
  const found = [];
  for (const o of plain) {
    const order = await ask(page, `/orders/${o.id}`);
    if (!order.anonymous && !order.no_reply_wanted && order.return_n === 0) found.push(order);
  }
  assert.ok(found.length >= n, `only ${found.length} orders wait`);
  return found.slice(0, n).sort((a, b) => a.registered_at - b.registered_at);
}

test("many citizens, one lead task, everybody answered", async (t) => {
  const step = house.steps(t);
  let lead, others, unit, data;
  await step("the dispatcher puts orders behind one", async () => {
    const one = await house.at("dispatcher01");
    const { page } = one;
    [lead, ...others] = await waiting(page, 4);
    data = [lead, ...others].flatMap((o) => [o.title, o.content]);
    await one.open(`/orders/${others[0].id}`);
    const form = await drawer(page, page.locator(".op-head"), "并案").catch(async () => {
      await button(page.locator(".op-head"), "更多").click();
      await page.getByRole("menuitem", { name: "并案" }).click();
      return page.getByRole("dialog").filter({ hasText: "并案主单" }).last();
    });
    await form.getByLabel("并案主单").fill(lead.case_no);
    await page.locator(".ant-select-item-option").filter({ hasText: lead.case_no }).first().click();
    await form.getByLabel("并案理由").fill("同一路段多人反映");
    await shot(page, "joint-form");
    await clean(one, "the form", data);
    await confirm(page, form, "确认并案", "并案");
    await page.getByText("本单已并案").waitFor();
    await shot(page, "joint-order");
    await clean(one, "the order", data);
    // The rest from the event's own page.
    await page.getByRole("link", { name: "查看事件" }).click();
    const event = page.getByRole("region", { name: "并案事件" });
    await event.getByText("2 件诉求").waitFor();
    for (const [n, o] of others.slice(1).entries()) {
      await button(event, "添加工单").click();
      const dialog = page.getByRole("dialog").filter({ hasText: "添加工单" });
      await dialog.getByLabel("并案工单").fill(o.case_no);
      await page.locator(".ant-select-item-option").filter({ hasText: o.case_no }).first().click();
      await dialog.getByLabel("并案理由").fill("同一路段多人反映");
      await dialog.getByRole("button", { name: /并\s*案/ }).click();
      await event.getByText(`${n + 3} 件诉求`).waitFor();
    }
    await shot(page, "joint-event");
    await clean(one, "the event", data);
  });
  await step("what does not belong is taken out again", async () => {
    const { page } = await house.at("dispatcher01");
    const event = page.getByRole("region", { name: "并案事件" });
    await event.getByLabel(`选择${others[2].case_no}`).check();
    await button(event, "移出 1 件").click();
    const dialog = page.getByRole("dialog").filter({ hasText: "移出 1 件工单" });
    await dialog.getByLabel("移出理由").fill("并非同一路段");
    await shot(page, "joint-out");
    await dialog.getByRole("button", { name: /移\s*出/ }).click();
    await event.getByText("3 件诉求").waitFor();
    const out = await ask(page, `/orders/${others[2].id}`);
    assert.deepEqual([out.state, out.joint_lead], ["pending_dispatch", null]);
    const barred = (await ask(page, `/orders/${others[0].id}`)).allowed.find((a) => a.action === "dispatch");
    assert.match(barred.reason, /已并案/);
  });
  await step("the work is done once", async () => {
    const dispatcher = await house.at("dispatcher01");
    const orgs = (await ask(dispatcher.page, "/reference")).orgs;
    unit = orgs.find((o) => ["unit_admin", "handler", "unit_leader"].every((r) => roleAt(o.name, r)) && o.level === "city" && o.kind === "department");
    await act(dispatcher, lead.id, { action: "dispatch", lead: unit.id, co: [], advice: null, due_at: null, urgency: null });
    const admin = await house.at(roleAt(unit.name, "unit_admin"));
    const seen = await ask(admin.page, `/joint-events/${lead.id}`);
    assert.deepEqual(seen.members.map((m) => m.order.state), ["dispatched", "dispatched", "dispatched"], "the unit sees all of them");
    const task = (await ask(admin.page, `/orders/${lead.id}`)).tasks.at(-1).id;
    await act(admin, lead.id, { action: "sign", task });
    const handlers = await ask(admin.page, `/users/handlers?org=${unit.id}`);
    const handler = await house.at(roleAt(unit.name, "handler"));
    const me = (await ask(handler.page, "/session")).user.id;
    assert.ok(handlers.some((h) => h.id === me));
    await act(admin, lead.id, { action: "assign", task, handler: me, org: null, advice: null });
    await act(handler, lead.id, { action: "start", task });
    await act(handler, lead.id, { action: "contact", task, at: Date.now() - 1000, way: "phone", result: "reached", note: null });
    const form = { claim_true: true, beyond_duty: false, result: "solved", unsolved_reason: null, handling_note: REPLY, public_reply: REPLY, legal_basis: null, override_reason: "已逐项核对" };
    await act(handler, lead.id, { action: "submit_unit", task, form });
    const boss = await house.at(roleAt(unit.name, "unit_leader"));
    await act(boss, lead.id, { action: "unit_approve", task, opinion: null });
    const auditor = await house.at("auditor01");
    await act(auditor, lead.id, { action: "center_accept", opinion: null, reply: null });
    for (const o of others.slice(0, 2)) {
      const order = await ask(auditor.page, `/orders/${o.id}`);
      assert.deepEqual([order.state, order.tasks.length], ["pending_reply", o.tasks.length]);
    }
  });
  await step("everybody is answered with one press, each with their own words", async () => {
    const reply = await house.at("reply01", `/joint?event=${lead.id}`);
    const { page } = reply;
    const event = page.getByRole("region", { name: "并案事件" });
    await button(event, "统一回复 3 件").click();
    const sheet = page.getByRole("dialog").filter({ hasText: "统一回复 3 位诉求人" });
    const own = sheet.getByLabel(`${others[0].case_no}的回复`);
    assert.match(await own.inputValue(), new RegExp(others[0].case_no));
    await own.fill(`您好，您反映的问题（编号${others[0].case_no}）已处理，另已为您门前路段单独复查。`);
    await sheet.getByText("恢复共同内容").waitFor();
    await shot(page, "joint-reply");
    await clean(reply, "the replies", data);
    await button(sheet, "发出 3 件回复").click();
    await told(page, "已回复 3 位诉求人");
    const states = (await ask(page, `/joint-events/${lead.id}`)).members.map((m) => [m.order.state, m.reply.includes(m.order.case_no)]);
    assert.ok(states.every(([s, own_no]) => ["pending_callback", "closed"].includes(s) && own_no), JSON.stringify(states));
    assert.match((await ask(page, `/orders/${others[0].id}`)).reply, /单独复查/);
    await shot(page, "joint-replied");
    await clean(reply, "the answered event", data);
  });
  await step("what else looks like one event is proposed", async () => {
    const one = await house.at("dispatcher01", "/joint?tab=suggested");
    const { page } = one;
    await page.getByText(/件疑似同一事件|没有疑似同一事件的工单/).first().waitFor();
    await shot(page, "joint-suggested");
    const { page: p } = one;
    assert.ok(Array.isArray(await ask(p, "/joint-events/suggestions")));
    await clean(one, "the proposals", [...data, ...(await p.locator(".jt-grid .clip").allInnerTexts())]);
  });
});
