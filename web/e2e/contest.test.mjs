// 评价申诉, by the people who do it: a unit contests what a citizen is said to have answered, with papers; its leader
// and the centre agree; the contested item leaves the figures, and everybody can see what it did.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ask, roleAt } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, clean, confirm, drawer, row, tick, told } from "./screen.mjs";

const house = stage("contest", { orders: 160 });
const REASON = "办理期间已上门并电话联系诉求人，附通话记录和现场照片。";

/** An order whose citizen answered within the last days, of a unit whose people are known. */
async function answered(page) {
  for (const state of ["closed", "pending_callback", "handling"]) {
    const { items } = await ask(page, `/orders?state=${state}&sort=updated_at&dir=desc&limit=60`);
    for (const line of items) {
      const order = await ask(page, `/orders/${line.id}`);
      const told = order.callbacks.filter((c) => c.reached && c.rating && c.rating !== "none" && Date.now() - c.at < 3 * 86_400_000).at(-1);
      const org = order.lead_org?.name;
      if (told && org && roleAt(org, "unit_admin") && roleAt(org, "unit_leader") && order.pending.length === 0 && !order.exempt) return { order, told, org };
    }
  }
  throw new Error("nobody in the demonstration was asked of late");
}

test("a unit contests a rating once, with papers, and the figures follow the decision", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hotline-contest-"));
  const proof = join(folder, "通话记录.txt");
  writeFileSync(proof, "经办人两次电话联系诉求人，通话各三分钟。");
  const step = house.steps(t);
  let found, data;
  await step("the unit contests", async () => {
    const boss = await house.at("supervisor01");
    found = await answered(boss.page);
    data = [found.order.title, found.order.content, "通话记录.txt", "TXT"];
    const admin = await house.at(roleAt(found.org, "unit_admin"), `/orders/${found.order.id}?tab=callback`);
    const { page } = admin;
    const form = await drawer(page, page.locator(".op-head"), "评价申诉");
    await form.getByText(/^结果满意：/).click();
    await form.getByLabel("申诉理由").click();
    await page.locator(".ant-select-item-option").filter({ hasText: "诉求已解决且有佐证" }).click();
    await form.getByLabel("申诉说明").fill(REASON);
    // Words alone do not do.
    await button(form, "提交申诉").click();
    await form.getByText("请上传申诉证据").first().waitFor();
    await form.getByLabel("上传考核证据").setInputFiles(proof);
    await form.getByRole("listitem", { name: "通话记录.txt" }).waitFor();
    await shot(page, "contest-form");
    await clean(admin, "the contest", data);
    await confirm(page, form, "提交申诉", "评价申诉");
    await page.getByText("申诉中").first().waitFor();
    await shot(page, "contest-callbacks");
  });
  const approve = async (login, name) => {
    const one = await house.at(login, "/approvals?kind=contest");
    const { page } = one;
    await row(page, found.order.title).click();
    const effect = page.getByRole("table", { name: "对考核指标的影响" });
    await effect.getByText("结果满意率").waitFor();
    await tick(page, "同意");
    await shot(page, name);
    await clean(one, "the approval", data);
    await confirm(page, page.locator(".command").last(), "提交审批", "审批");
  };
  await step("the unit's leader agrees, seeing what it does", () => approve(roleAt(found.org, "unit_leader"), "contest-leader"));
  await step("the centre decides", () => approve("supervisor01", "contest-centre"));
  await step("the figures tell it, with both deciders", async () => {
    const boss = await house.at("supervisor01", "/appraisal?tab=judged");
    const { page } = boss;
    const line = page.getByRole("table", { name: "剔除与申诉" }).getByRole("row").filter({ hasText: found.order.title });
    await line.getByText("已同意").waitFor();
    const words = await line.innerText();
    assert.match(words, /结果满意/);
    assert.equal(words.match(/同意/g).length >= 3, true, words);
    await shot(page, "appraisal-judged");
    await clean(boss, "the list of contests", data);
    await boss.open("/appraisal?tab=anomalies");
    await page.getByText(/已检查 \d+ 件评价/).waitFor();
    await shot(page, "appraisal-anomalies");
    await boss.open("/appraisal");
    await page.getByRole("table", { name: "考核指标" }).waitFor();
    await shot(page, "appraisal-figures");
    await button(page, "导出").click();
    const dialog = page.getByRole("dialog").filter({ hasText: "导出考核指标" });
    await dialog.getByLabel("用途", { exact: true }).click();
    await page.locator(".ant-select-item-option").filter({ hasText: "绩效考核" }).click();
    const file = page.waitForEvent("download");
    await dialog.getByRole("button", { name: /导\s*出/ }).click();
    assert.match((await file).suggestedFilename(), /^评价与考核指标_.*\.xlsx$/);
    await told(page, "已导出");
    await clean(boss, "the figures", data);
  });
  await step("and never twice", async () => {
    const admin = await house.at(roleAt(found.org, "unit_admin"), `/orders/${found.order.id}?tab=callback`);
    await admin.page.getByText("申诉成立").first().waitFor();
    const order = await ask(admin.page, `/orders/${found.order.id}`);
    const again = order.allowed.find((a) => a.action === "contest");
    assert.equal(again.enabled, false);
    assert.match(again.reason, /只能申诉一次/);
  });
  rmSync(folder, { recursive: true, force: true });
});
