// 派单目录 and returns, by the people who do it: a dispatcher sees what a rule would have meant before writing it; two units
// give an order back, each naming the line of the card that is wrong; the consultation's ruling enters the catalogue.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { ask, roleAt } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, choose, clean, confirm, drawer, row, select, tick, told } from "./screen.mjs";

const BASIS = "云溪市市级部门权责清单第十二条";
const WRONG = "该地段设施由其他部门管养，目录所列职责已于上月移交。";
const RULING = "经会商，按权责清单由其主办，不再退回。";

const house = stage("catalogue", { orders: 120 });
const { at } = house;

/** The most specific rule for an order. */
async function ruleFor(page, order) {
  const { items } = await ask(page, `/catalogue?category=${order.category}&region=${order.region}`);
  return items.findLast((r) => r.category === order.category && (r.region === "" || order.region.startsWith(r.region.replace(/(000)+$/, ""))));
}

/** A rule that sent one of these orders where it is, but not a town's: those cannot take over everything. */
async function ruled(page, orders) {
  for (const order of orders) {
    const rule = await ruleFor(page, order);
    if (rule?.lead.name === order.lead_org.name && rule.lead.name.endsWith("局")) return rule;
  }
  throw new Error("the demonstration has sent no order out by a rule");
}

/** An order before the dispatcher for which the catalogue proposes units that have an office of their own. */
async function waiting(page) {
  const { items } = await ask(page, "/orders?state=pending_dispatch&sort=registered_at&dir=desc&limit=50");
  for (const order of items) {
    if (order.return_n > 0 || order.confidentiality !== "none" || order.flags.designated) continue;
    const rule = await ruleFor(page, order);
    if (rule && roleAt(rule.lead.name, "unit_admin")) return { order, rule, lead: rule.lead };
  }
  throw new Error("the demonstration has no such order before the dispatcher");
}

/** Gives the order back from the unit's desk. */
async function giveBack(login, caseNo, line, to, name) {
  const office = await at(login, "/handling?tab=unsigned");
  const { page } = office;
  const shown = await select(page, caseNo);
  const form = await drawer(page, shown.locator(".order-foot"), "申请退回");
  const card = form.getByRole("region", { name: "派单依据卡" });
  await card.waitFor();
  await button(form, "提交退回申请").click();
  await form.getByText("请指出依据卡中哪一项有误").waitFor();
  await form.getByRole("radio", { name: line }).click();
  await choose(page, form.getByLabel("退回原因"), "非本单位职责");
  await form.getByLabel("具体理由").fill(WRONG);
  await form.getByRole("textbox", { name: "退回依据" }).fill(BASIS);
  await choose(page, form.getByLabel("建议承办单位"), to);
  await form.getByRole("region", { name: "操作影响" }).getByText(/时限不变/).first().waitFor();
  await shot(page, name);
  await clean(office, "the return dialog", [WRONG, BASIS]);
  await confirm(page, form, "提交退回申请", "申请退回");
}

/** Says yes on the approvals page. */
async function agree(login, caseNo, name) {
  const one = await at(login, "/approvals?kind=return");
  const { page } = one;
  const title = (await ask(page, `/orders?case_no=${caseNo}`)).items[0].title;
  await row(page, title).click();
  const shown = page.getByRole("region", { name: `工单 ${caseNo}`, exact: true });
  await shown.getByRole("region", { name: "派单依据卡" }).waitFor();
  await tick(shown, "同意");
  await shown.getByRole("region", { name: "操作影响" }).getByText(/不变/).first().waitFor();
  await shot(page, name);
  await clean(one, "the approvals", [WRONG, BASIS]);
  await confirm(page, shown, "提交审批", "审批");
}

async function send(caseNo, org) {
  const one = await at("dispatcher01", "/dispatch?pool=to_dispatch");
  const { page } = one;
  const shown = await select(page, caseNo);
  await shown.getByText(/起施行/).first().waitFor();
  await choose(page, shown.getByLabel("主办单位"), org);
  await shown.getByText("测算").waitFor({ state: "detached" });
  await shot(page, "catalogue-dispatch");
  await shown.getByLabel("派单意见").press("Control+Enter");
  await told(page, "派单：已完成");
  return one;
}

test("a rule is revised with its effect in sight, and a disputed duty ends in a rule", async (t) => {
  const step = house.steps(t);
  let found;
  let second;

  await step("a dispatcher finds the rule behind the next order and revises it", async () => {
    const one = await at("dispatcher01");
    const { page } = one;
    found = await waiting(page);
    const { items: sent } = await ask(page, "/orders?sort=dispatched_at&dir=desc&limit=100");
    second = sent.map((o) => o.lead_org?.name).find((n) => n?.endsWith("局") && n !== found.lead.name && roleAt(n, "unit_admin"));
    const mine = await ruled(page, sent.filter((o) => o.lead_org && o.category !== found.order.category));
    await one.open("/admin/catalogue");
    await page.getByRole("table", { name: "派单规则" }).waitFor();
    const name = mine.category_path.split("/").at(-1);
    await page.getByPlaceholder("分类名称").fill(name);
    await page.getByRole("treeitem").filter({ hasText: name }).last().click();
    await shot(page, "catalogue-rules");
    await clean(one, "the catalogue");
    const line = page.getByRole("row").filter({ hasText: name }).filter({ hasText: mine.region_cn }).filter({ hasText: mine.lead.name }).first();
    await button(line, "修订").click();
    const form = page.getByRole("dialog").filter({ hasText: "修订规则" });
    const effect = form.getByRole("region", { name: "变更预览" });
    await effect.getByText(/会派给其他单位/).waitFor();
    await choose(page, form.getByLabel("主办单位"), second);
    await effect.getByRole("table", { name: "去向变化" }).getByText(second).first().waitFor();
    await form.getByLabel("修改原因").fill("职能划转，移交新的主管部门");
    await shot(page, "catalogue-revise");
    await clean(one, "the revision");
    await button(form, "保存为新版本").click();
    await told(page, "新版本已保存");
    const revised = page.getByRole("row").filter({ hasText: "第2版" }).first();
    await revised.waitFor();
    await button(revised, "历史").click();
    const past = page.getByRole("dialog").filter({ hasText: "历次版本" });
    await past.getByText("职能划转，移交新的主管部门").first().waitFor();
    await past.getByText("系统初始目录").waitFor();
    await shot(page, "catalogue-history");
    await clean(one, "the history");
  });

  await step("the proposal shows the rule it rests on; the unit disputes a line of the card", async () => {
    await send(found.order.case_no, found.lead.name);
    await giveBack(roleAt(found.lead.name, "unit_admin"), found.order.case_no, "目录规则", second, "catalogue-return");
  });

  await step("the dispatcher agrees on the approvals page, with every clock in sight", async () => {
    await agree("dispatcher01", found.order.case_no, "catalogue-approve");
  });

  await step("the second unit gives it back too, and it is talked over", async () => {
    await send(found.order.case_no, second);
    await giveBack(roleAt(second, "unit_admin"), found.order.case_no, "法定依据", found.lead.name, "catalogue-return-2");
    await agree("dispatcher01", found.order.case_no, "catalogue-approve-2");
    await agree("teamleader01", found.order.case_no, "catalogue-approve-3");
    const { page } = await at("teamleader01");
    assert.equal((await ask(page, `/orders/${found.order.id}`)).state, "consulting");
  });

  await step("the ruling enters the catalogue", async () => {
    const one = await at("teamleader01", `/orders/${found.order.id}`);
    const { page } = one;
    const form = await drawer(page, page.locator(".op-head"), "会商结论");
    await form.getByRole("region", { name: "退回流转耗时" }).waitFor();
    await choose(page, form.getByLabel("指定主办单位"), found.lead.name);
    await form.getByLabel("结论", { exact: true }).fill(RULING);
    await form.getByText("写入派单目录：今后同类诉求直接派给该单位").click();
    await form.getByLabel("法定依据").fill(BASIS);
    await form.getByText(/派单目录新增一版规则/).waitFor();
    await shot(page, "catalogue-ruling");
    await clean(one, "the ruling", [WRONG, BASIS, RULING, found.order.title, found.order.case_no]);
    await confirm(page, form, "形成结论", "会商结论");
    const rules = await ask(page, `/catalogue?category=${found.order.category}`);
    const ruled = rules.items.find((r) => r.ruling === found.order.id);
    assert.equal(ruled.lead.name, found.lead.name);
    assert.equal(ruled.reason, RULING);
  });

  await step("the order tells what the wrong ways cost, on nobody's clock", async () => {
    const one = await send(found.order.case_no, found.lead.name);
    await one.open(`/orders/${found.order.id}?tab=work`);
    const note = one.page.getByRole("region", { name: "退回流转耗时" });
    await note.waitFor();
    assert.equal(await note.getByRole("listitem").count(), 2);
    await shot(one.page, "catalogue-bounce");
    await clean(one, "the order's work", [WRONG, BASIS, RULING]);
    await one.open(`/orders/${found.order.id}?tab=requests`);
    await one.page.getByText("派单依据卡中的“目录规则”").waitFor();
    await shot(one.page, "catalogue-requests");
  });
});
