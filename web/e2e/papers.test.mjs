// 文书, by the people who issue, read and verify them: a supervisor's letter under a number, the unit that reads it, the
// citizen's side that verifies it without a script, the administrator who replaces a template.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ask, orderAtWork } from "./cast.mjs";
import { person, shot, stage, stranger } from "./platform.mjs";
import { button, clean, told } from "./screen.mjs";

const house = stage("papers");
const OPINION = "诉求人多次来电反映进展缓慢，请立即到场核实并书面反馈整改措施";
const folder = mkdtempSync(join(tmpdir(), "hotline-papers-"));

const offer = (page, kind) => page.getByRole("listitem", { name: kind });
const issued = (page, number) => page.getByRole("row", { name: number });

/** What the browser keeps after a click. */
async function kept(page, at, name) {
  const coming = page.waitForEvent("download");
  await at.click();
  const file = join(folder, name);
  await (await coming).saveAs(file);
  return file;
}

const words = (pdf) => execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8" }).replace(/\s/g, "");

test("a letter is issued, read, verified, withdrawn; a template is replaced", async (t) => {
  const step = house.steps(t);
  const boss = await house.at("supervisor01");
  const found = await orderAtWork(boss.page, (o) => o.supervisions.length === 0 && o.pending.length === 0);
  const here = `/orders/${found.order.id}?tab=papers`;
  const data = [found.order.title, found.order.content, OPINION];
  let number;
  let code;

  await step("the supervisor supervises and issues the letter", async () => {
    await boss.open(`/orders/${found.order.id}?tab=supervise`);
    await button(boss.page.locator(".sv-bar"), "发起督办").click();
    const asked = boss.page.getByRole("dialog").filter({ hasText: "督办级别" });
    await asked.getByLabel("督办意见").fill(OPINION);
    await asked.getByLabel("督办事由").click();
    await boss.page.locator(".ant-select-item-option").filter({ hasText: "推诿、敷衍、拖延" }).click();
    await button(asked, "下发督办").click();
    await told(boss.page, "下发督办：已完成");
    await boss.open(here);
    await boss.page.getByText("尚未出具文书").waitFor();
    await shot(boss.page, "papers-empty");
    await button(offer(boss.page, "督办函"), "出具").click();
    await told(boss.page, /已出具督办函/);
    const list = await ask(boss.page, `/orders/${found.order.id}/papers`);
    ({ number, code } = list.items[0]);
    assert.match(number, /督字〔\d{4}〕第1号$/);
    await issued(boss.page, number).waitFor();
    await button(offer(boss.page, "督办函"), "重新出具").waitFor();
    await shot(boss.page, "papers-issued");
    await clean(boss, "documents of an order", [...data, ...list.items.map((p) => p.code), "KB"]);
  });

  await step("the unit's handler reads both files and prints a transfer form", async () => {
    const handler = await house.at(found.handler, here);
    const pdf = await kept(handler.page, issued(handler.page, number).getByText("PDF"), "letter.pdf");
    const said = words(pdf);
    assert.ok(said.includes(number) && said.includes(OPINION) && said.includes(code), said);
    const docx = await kept(handler.page, issued(handler.page, number).getByText("DOCX"), "letter.docx");
    assert.equal(readFileSync(docx).subarray(0, 2).toString(), "PK");
    assert.equal(await issued(handler.page, number).getByText("作废").count(), 0, "not theirs to withdraw");
    await button(offer(handler.page, "转办单"), "出具").click();
    await told(handler.page, /已出具转办单/);
    assert.equal(await offer(handler.page, "督办函").count(), 0, "letters of the centre are the centre's");
  });

  const citizen = await stranger(house.browser, house.platform, { size: { width: 412, height: 800 } });
  const portal = (path) => citizen.page.goto(`${house.platform.portal}${path}`);

  await step("anybody verifies it on the portal", async () => {
    await portal(`/verify/${code}`);
    await citizen.page.getByText("文书真实有效").waitFor();
    const shown = await citizen.page.locator("main").innerText();
    assert.ok(shown.includes(number) && !shown.includes(found.order.title), shown);
    await shot(citizen.page, "papers-proof");
    await portal("/verify");
    await citizen.page.getByLabel("文书编号").fill(number);
    await citizen.page.getByLabel("验证码").fill("0000-0000-0000-0000-0000");
    await citizen.page.getByRole("button", { name: "核验" }).click();
    await citizen.page.getByText("没有查到这份文书").waitFor();
    await shot(citizen.page, "papers-proof-none");
  });

  await step("the supervisor withdraws it and the portal says so", async () => {
    await boss.open(here);
    await issued(boss.page, number).getByText("作废").click();
    const asked = boss.page.getByRole("dialog").filter({ hasText: "作废" });
    await asked.getByLabel("作废原因").fill("督办意见表述有误");
    await shot(boss.page, "papers-withdraw");
    await button(asked, "作废").click();
    await issued(boss.page, number).getByText("督办意见表述有误").waitFor();
    await shot(boss.page, "papers-withdrawn");
    await portal(`/verify/${code.toLowerCase()}`);
    await citizen.page.getByText("该文书已作废").waitFor();
    await shot(citizen.page, "papers-proof-withdrawn");
  });

  await step("the team leader reads what the centre has issued", async () => {
    const leader = await house.at("teamleader01");
    await leader.open(here);
    await issued(leader.page, number).waitFor();
    assert.equal(await issued(leader.page, number).getByText("不可查看").count(), 0, "the team leader reads it");
  });

  await step("the administrator replaces a template", async () => {
    const admin = await person(house.browser, house.platform, "sysadmin01");
    await admin.open("/admin/paper-templates");
    const card = admin.page.getByRole("region", { name: "转办单" });
    await card.waitFor();
    await shot(admin.page, "paper-templates");
    const stock = await kept(admin.page, card.getByText("下载"), "template.docx");
    await button(card, "更换模板").click();
    const form = admin.page.getByRole("dialog").filter({ hasText: "更换转办单模板" });
    const broken = join(folder, "broken.docx");
    writeFileSync(broken, "no document");
    await form.locator("input[type=file]").setInputFiles(broken);
    await form.getByText("不是可用的 DOCX 文件").waitFor();
    await form.locator("input[type=file]").setInputFiles(stock);
    await form.getByText("检查通过").waitFor();
    await form.getByLabel("修改说明").fill("按新版格式调整");
    await shot(admin.page, "paper-templates-replace");
    await button(form, "启用").click();
    await told(admin.page, "转办单模板第1版已启用");
    await card.getByText("按新版格式调整").waitFor();
    await button(card, "启用").click();
    await told(admin.page, "转办单模板已切换");
    await clean(admin, "templates of documents", ["GB", "Word", "WPS", "KB"]);
    await admin.close();
  });
  rmSync(folder, { recursive: true });
});
