// 评价与考核: the supervisor reads the city's figures with their parts, a unit's leader only the unit's own.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { ask, roleAt } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { clean } from "./screen.mjs";

const house = stage("appraisal", { orders: 120 });

test("every rate stands with what it was taken of", async (t) => {
  const step = house.steps(t);
  let busiest;
  await step("the supervisor reads the city's figures", async () => {
    const one = await house.at("supervisor01", "/appraisal");
    const { page } = one;
    const table = page.getByRole("table", { name: "考核指标" });
    await table.waitFor();
    const { rows, total } = await ask(page, "/appraisal");
    busiest = rows.filter((r) => roleAt(r.org.name, "unit_leader")).sort((a, b) => b.sums.dispatched - a.sums.dispatched)[0];
    assert.ok(busiest.sums.dispatched > 0 && total.dispatched >= busiest.sums.dispatched);
    const line = table.getByRole("row").filter({ hasText: busiest.org.name }).first();
    const told = await line.innerText();
    const { num, den, value } = busiest.rates.return_rate;
    assert.match(told, new RegExp(`${value.toFixed(2)}%\\s*${num}/${den}`), told);
    await shot(page, "appraisal");
    await clean(one, "the figures");
    await page.getByLabel("考核分组").click();
    await page.locator(".ant-select-item-option").filter({ hasText: "市直" }).first().click();
    await table.getByText("合计（每件只计一次）").waitFor({ state: "detached" });
    await shot(page, "appraisal-group");
  });
  await step("what was received stands by way and kind, and every sum agrees", async () => {
    const one = await house.at("supervisor01", "/appraisal?tab=received");
    const { page } = one;
    const table = page.getByRole("table", { name: "诉求受理总体情况" });
    await table.waitFor();
    const view = await ask(page, "/appraisal/received");
    const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
    assert.ok(view.total.n > 0 && view.balanced);
    assert.deepEqual([sum(view.channels.map((c) => c.n)), sum(view.kinds.map((k) => k.n)), sum(view.cells.flat())], [view.total.n, view.total.n, view.total.n]);
    await page.getByText("平衡校验（Σ来源＝Σ类型＝受理总量）通过").waitFor();
    await shot(page, "appraisal-received");
    await clean(one, "what was received");
    const cell = table.getByRole("button", { name: /^电话.*件，查看工单$/ }).first();
    const n = Number(await cell.innerText());
    await cell.click();
    await page.getByText(new RegExp(`共\\s*${n}\\s*件`)).first().waitFor();
    await shot(page, "appraisal-received-orders");
  });
  await step("a unit's leader reads the own unit's only", async () => {
    const one = await house.at(roleAt(busiest.org.name, "unit_leader"), "/appraisal");
    const { page } = one;
    await page.getByRole("table", { name: "考核指标" }).waitFor();
    const { total } = await ask(page, "/appraisal");
    assert.ok(total.dispatched >= busiest.sums.dispatched, "at least what the unit led itself");
    await shot(page, "appraisal-unit");
    await clean(one, "the unit's figures");
  });
});
