// 附件, by the people who add and look at them: a handler's evidence goes with its step and cannot be taken back after.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { orderAtWork } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, clean, confirm, drawer } from "./screen.mjs";

const house = stage("attachments");
const OPINION = "诉求人多次来电反映进展缓慢，请立即到场核实并书面反馈整改措施";
const ANSWER = "已安排专人到场核实，配件今日到货，预计明日完成维修并回复诉求人。";

test("evidence is added, seen, taken back and handed in", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hotline-files-"));
  const note = join(folder, "情况说明.txt");
  const fake = join(folder, "照片.jpg");
  writeFileSync(note, "泉水路12号路灯已修复");
  writeFileSync(fake, "MZ\x90\x00");
  const boss = await house.at("supervisor01");
  const found = await orderAtWork(boss.page, (o) => o.supervisions.length === 0 && o.pending.length === 0);
  const handler = await house.at(found.handler, `/orders/${found.order.id}?tab=files`);
  const { page } = handler;
  await page.getByText("没有附件").waitFor();
  await shot(page, "attachments-empty");

  const picture = await page.screenshot({ path: join(folder, "现场.png") });
  assert.ok(picture.length > 1000);
  await page.getByLabel("上传办理材料").setInputFiles([join(folder, "现场.png"), note, fake]);
  const card = (name) => page.getByRole("listitem", { name });
  await card("现场.png").waitFor();
  await card("情况说明.txt").waitFor();
  // A program under the name of a picture.
  await page.getByText("不接受这种文件").waitFor();
  const thumb = card("现场.png").locator("img");
  await thumb.waitFor();
  await page.waitForFunction((img) => img.complete && img.naturalWidth > 0, await thumb.elementHandle());
  await shot(page, "attachments-list");

  await card("情况说明.txt").getByText("撤回").click();
  await page.getByRole("tooltip").getByRole("button", { name: /撤\s*回/ }).click();
  await card("情况说明.txt").waitFor({ state: "detached" });

  // Whatever arrives is what was sent.
  const download = page.waitForEvent("download");
  await card("现场.png").getByText("下载").click();
  assert.equal((await download).suggestedFilename(), "现场.png");

  await boss.open(`/orders/${found.order.id}?tab=supervise`);
  await button(boss.page.locator(".sv-bar"), "发起督办").click();
  const asked = boss.page.getByRole("dialog").filter({ hasText: "督办级别" });
  await asked.getByLabel("督办意见").fill(OPINION);
  await asked.getByLabel("督办事由").click();
  await boss.page.locator(".ant-select-item-option").filter({ hasText: "推诿、敷衍、拖延" }).click();
  await confirm(boss.page, asked, "下发督办", "下发督办");

  await handler.open(`/orders/${found.order.id}?tab=supervise`);
  const answer = await drawer(page, page.getByRole("listitem").filter({ hasText: /第\d+轮/ }), "督办反馈");
  await answer.getByLabel("上传督办反馈").setInputFiles(note);
  await answer.getByRole("listitem", { name: "情况说明.txt" }).waitFor();
  await answer.getByRole("textbox").first().fill(ANSWER);
  await shot(page, "attachments-evidence");
  await clean(handler, "evidence beside an answer", [found.order.title, found.order.content, OPINION, "情况说明.txt", "TXT"]);
  await confirm(page, answer, "提交反馈", "督办反馈");
  await handler.open(`/orders/${found.order.id}?tab=files`);
  const handed = card("情况说明.txt");
  await handed.getByText("已随“督办反馈”提交").waitFor();
  assert.equal(await handed.getByText("撤回").count(), 0, "what a step has used stays");
  await shot(page, "attachments-used");
  rmSync(folder, { recursive: true });
});
