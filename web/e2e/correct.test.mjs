// 更正 (B6), by the people who do it: the callback desk puts down what a citizen contests, with what proves it; a team
// leader sees what it does to deadlines and figures, agrees, and the record as it was stays beside the one in force.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ask } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, clean, confirm, row, tick, words } from "./screen.mjs";

const house = stage("correct", { orders: 160 });
const ADDRESS = "解放东路18号院3号楼门前";

/** An ended order whose citizen was satisfied a short while ago. */
async function happy(page) {
  const { items } = await ask(page, "/orders?state=closed&sort=updated_at&dir=desc&limit=80");
  for (const line of items) {
    const order = await ask(page, `/orders/${line.id}`);
    const told = order.callbacks.filter((c) => c.reached && c.rating === "sat").at(-1);
    const may = order.allowed.find((a) => a.action === "correct");
    if (told && may?.enabled && order.pending.length === 0 && order.round === told.round) return order;
  }
  throw new Error("nobody in the demonstration was satisfied of late");
}

async function openForm(page) {
  const bar = page.locator(".op-head");
  const direct = button(bar, "更正记录");
  await direct.or(button(bar, "更多")).first().waitFor();
  if (await direct.count()) {
    await direct.click();
  } else {
    await button(bar, "更多").click();
    await page.getByRole("menuitem", { name: "更正记录" }).click();
  }
  const form = page.getByRole("dialog").filter({ hasText: "更正记录" }).last();
  await form.getByLabel("有误的记录").waitFor();
  return form;
}

const pick = async (page, field, text) => {
  await field.click();
  await page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option").filter({ hasText: text }).first().click();
};

test("a contested record is put right, and the one before stays", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hotline-correct-"));
  const proof = join(folder, "书面说明.txt");
  writeFileSync(proof, "诉求人书面说明：当时回答的是不满意，问题没有解决。");
  const plate = join(folder, "门牌.txt");
  writeFileSync(plate, "诉求人发来的门牌号：解放东路18号院3号楼。");
  const step = house.steps(t);
  let order, data;
  await step("the callback desk puts down what the citizen contests", async () => {
    const desk = await house.at("callback01");
    order = await happy(desk.page);
    data = [order.title, order.content, "书面说明.txt", "门牌.txt"];
    await desk.open(`/orders/${order.id}?tab=callback`);
    const { page } = desk;
    const form = await openForm(page);
    await form.getByRole("checkbox", { name: "结果满意" }).check();
    await pick(page, form.getByLabel("结果满意更正为"), "不满意");
    await form.getByRole("checkbox", { name: "是否解决" }).check();
    await pick(page, form.getByLabel("是否解决更正为"), "未解决");
    await pick(page, form.getByLabel("更正理由"), "记录与诉求人所述不符");
    await form.getByLabel("更正说明").fill("诉求人来电称当时回答的是不满意，问题没有解决。");
    await button(form, "提交更正申请").click();
    await form.getByText("请选择通话录音或上传更正证据").first().waitFor();
    await form.getByLabel("上传更正证据").setInputFiles(proof);
    await form.getByRole("listitem", { name: "书面说明.txt" }).waitFor();
    await form.getByText(/“更正”申请将提交班长审批/).waitFor();
    await shot(page, "correct-form");
    await clean(desk, "the correction", data);
    await confirm(page, form, "提交更正申请", "更正记录");
  });
  await step("a team leader sees what it does, and agrees", async () => {
    const boss = await house.at("teamleader01", "/approvals?kind=correction");
    const { page } = boss;
    await row(page, order.title).first().click();
    const asked = page.getByRole("table", { name: "更正内容" });
    await asked.getByRole("row").filter({ hasText: "结果满意" }).getByText("不满意", { exact: true }).waitFor();
    await page.getByRole("table", { name: "对考核指标的影响" }).getByText("结果满意率").waitFor();
    await tick(page, "同意");
    await page.getByText(/“二次办理”申请将提交班长审批/).waitFor();
    await shot(page, "correct-decide");
    await clean(boss, "the decision", data);
    await confirm(page, page.locator(".command").last(), "提交审批", "审批");
  });
  await step("both records stand on the order, and a further round waits for its word", async () => {
    const desk = await house.at("callback01", `/orders/${order.id}?tab=callback`);
    const { page } = desk;
    await page.getByText("更正后", { exact: true }).waitFor();
    await page.getByText("原记录", { exact: true }).waitFor();
    await shot(page, "correct-callbacks");
    await clean(desk, "the answers", data);
    const now = await ask(page, `/orders/${order.id}`);
    assert.deepEqual([now.state, now.rating], ["closed", "dissat"]);
    assert.ok(now.requests.some((r) => r.kind === "redo" && r.state === "pending"));
    const versions = now.callbacks.filter((c) => c.reached).slice(-2).map((c) => [c.rating, c.in_force]);
    assert.deepEqual(versions, [["sat", false], ["dissat", true]]);
  });
  await step("words of the demand are put right the same way", async () => {
    const desk = await house.at("callback01");
    const { page } = desk;
    await desk.open(`/orders/${order.id}`);
    const form = await openForm(page);
    await pick(page, form.getByLabel("有误的记录"), "登记内容");
    await form.getByRole("checkbox", { name: "事发地址" }).check();
    await form.getByLabel("事发地址更正为").fill(ADDRESS);
    await pick(page, form.getByLabel("更正理由"), "录入错误");
    await form.getByLabel("更正说明").fill("诉求人称门牌号登记有误。");
    await form.getByLabel("上传更正证据").setInputFiles(plate);
    await form.getByRole("listitem", { name: "门牌.txt" }).waitFor();
    await shot(page, "correct-words");
    await confirm(page, form, "提交更正申请", "更正记录");
    const boss = await house.at("teamleader01", "/approvals?kind=correction");
    await row(boss.page, order.title).first().click();
    await tick(boss.page, "同意");
    await confirm(boss.page, boss.page.locator(".command").last(), "提交审批", "审批");
    await desk.open(`/orders/${order.id}`);
    await page.getByText(ADDRESS).first().waitFor();
    await page.getByText(words("已更正 1 次，查看原记录")).click();
    await shot(page, "correct-info");
    await clean(desk, "the corrected demand", data);
    const kept = (await ask(page, `/orders/${order.id}`)).requests.find((r) => r.kind === "correction" && r.callback === null);
    assert.equal(kept.corrections[0].was, order.address);
  });
  rmSync(folder, { recursive: true, force: true });
});
