// 电子监察, by the people who do it: the rules have fired by themselves; a unit explains and appeals, two monitors judge,
// and no screen of a monitor offers a step on an order.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { ask, roleAt } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, clean, row, told } from "./screen.mjs";

const house = stage("monitor", { orders: 120 });
const { at, open } = house;

/** A card of a unit that has a leader to speak for it; the rules look every twenty seconds. */
async function cardOfUnit(page) {
  for (let tries = 0; tries < 40; tries++) {
    const { items } = await ask(page, "/monitor/cards?state=open&limit=100");
    const hit = items.find((l) => roleAt(l.card.org.name, "unit_leader") && l.card.minutes > 0);
    if (hit) return { ...hit, leader: roleAt(hit.card.org.name, "unit_leader") };
    await page.waitForTimeout(1000);
  }
  throw new Error("no rule has fired for a unit with a leader");
}

test("a card is raised, explained, upheld, appealed against and revoked", async (t) => {
  const step = house.steps(t);
  let found;
  const data = () => [found.order.title];
  const openCard = async (login) => {
    const someone = await at(login, `/monitor?id=${found.card.id}`);
    await someone.page.getByLabel("工单编号").or(someone.page.getByPlaceholder("工单编号")).fill(found.order.case_no);
    await someone.page.keyboard.press("Enter");
    await row(someone.page, found.card.rule_name).first().waitFor();
    await row(someone.page, found.card.rule_name).first().click();
    return someone;
  };

  await step("the board shows what the rules found", async () => {
    const monitor = await at("esupervisor01");
    found = await cardOfUnit(monitor.page);
    await monitor.open("/monitor");
    await monitor.page.getByText("触发规则").first().waitFor();
    await monitor.page.locator(".mon-card h2").waitFor();
    await shot(monitor.page, "monitor-board");
    await clean(monitor, "the board", (await ask(monitor.page, "/monitor/cards?limit=100")).items.map((l) => l.order.title));
    await button(monitor.page, "规则说明").click();
    await monitor.page.getByText("超期2个工作日仍未办结").last().waitFor();
    await shot(monitor.page, "monitor-rules");
    await monitor.page.keyboard.press("Escape");
  });

  await step("the unit explains", async () => {
    const unit = await openCard(found.leader);
    await shot(unit.page, "monitor-unit");
    const others = await ask(unit.page, "/monitor/cards?limit=100");
    assert.ok(others.items.length > 0);
    await unit.page.getByLabel("说明内容").fill("配件采购周期较长，已于昨日到货并安排维修。");
    await button(unit.page, "提交说明").click();
    await told(unit.page, "情况说明：已完成");
    await clean(unit, "the unit's card", data());
  });

  await step("a monitor upholds the card and can do nothing to the order", async () => {
    const monitor = await openCard("esupervisor01");
    await monitor.page.getByText("配件采购周期较长").waitFor();
    await monitor.page.getByText("成立", { exact: true }).last().click();
    await monitor.page.getByLabel("审核意见").fill("情况属实，但未提前申请延期，予以维持。");
    await shot(monitor.page, "monitor-decide");
    await button(monitor.page, "提交审核").click();
    await told(monitor.page, "监察审核：已完成");
    const order = await ask(monitor.page, `/orders/${found.order.id}`);
    assert.deepEqual(order.allowed, [], "a monitor has no step on an order");
    await clean(monitor, "the ruling", data());
  });

  await step("the unit appeals and another monitor revokes it", async () => {
    const unit = await openCard(found.leader);
    await unit.page.getByLabel("申诉理由").fill("延期申请已于到期前提交，系统有记录。");
    await button(unit.page, "提交申诉").click();
    await told(unit.page, "申诉：已完成");
    const first = await openCard("esupervisor01");
    await first.page.getByText("待另一名监察员审核申诉。").waitFor();
    const second = await openCard("esupervisor02");
    await second.page.getByText("撤销", { exact: true }).last().click();
    await second.page.getByLabel("审核意见").fill("经查确有延期申请记录，予以撤销。");
    await button(second.page, "提交审核").click();
    await told(second.page, "监察审核：已完成");
    await second.page.getByText("申诉审核：撤销").waitFor();
    await shot(second.page, "monitor-revoked");
    await clean(second, "the appeal", data());
    for (const p of open) assert.deepEqual(p.problems, [], p.login);
  });
});
