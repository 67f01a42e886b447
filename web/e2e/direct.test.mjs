// 最短办理流程: a consultation is registered, answered and closed with one key at the agent's desk; a complaint is not.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { ask } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, clean, placeMatter } from "./screen.mjs";

const QUESTION = "您好，我想咨询一下办理居住证需要带哪些材料，周末能不能办？";
const GRIEVANCE = "小区路灯坏了一个多星期没有人修，晚上出行很不安全，请尽快处理。";
const ANSWER = "请携带身份证、租房合同和一张近照，到街道便民服务中心办理，周六上午可以办。";

const house = stage("direct");

/** Fills in the intake form for a caller; `kind` is the key of the demand type. */
async function typed(page, phone, text, kind) {
  const { keyboard } = page;
  await page.locator("#phone:focus").waitFor();
  await keyboard.type(phone);
  await keyboard.press("Enter");
  await page.locator("#name:focus").waitFor();
  await keyboard.type("高晓梅");
  await page.locator("#content").fill(text);
  await page.locator("#title").evaluate((e) => e.value.length > 0 || Promise.reject(new Error("no title was drafted")));
  await keyboard.press(kind);
  await placeMatter(page, "桂巷路182号");
}

test("a consultation is answered and closed at the desk with one key", async (t) => {
  const step = house.steps(t);
  await step("registered, answered and closed", async () => {
    const agent = await house.at("agent01", "/intake");
    const { page } = agent;
    await typed(page, "19912345678", QUESTION, "Alt+1");
    await page.keyboard.press("F2");
    const form = page.getByRole("dialog").filter({ hasText: "直接答复" });
    await form.getByRole("textbox").first().fill(ANSWER);
    await shot(page, "direct");
    await clean(agent, "the direct answer", [QUESTION, ANSWER]);
    await button(form, "登记并答复办结").click();
    const done = page.getByRole("dialog").filter({ hasText: "登记完成" });
    await done.getByText("直接办结").first().waitFor();
    const id = (await done.getByRole("link", { name: "查看工单" }).getAttribute("href")).split("/").pop();
    const order = await ask(page, `/orders/${id}`);
    assert.deepEqual([order.state, order.tasks.length, order.reply], ["direct_closed", 0, ANSWER]);
    assert.ok(order.clocks.every((c) => c.stop_at !== null), "no clock runs on");
    await shot(page, "direct-done");
  });
  await step("a complaint is not closed at the desk", async () => {
    const agent = await house.at("agent01", "/intake");
    const { page } = agent;
    await typed(page, "19912345679", GRIEVANCE, "Alt+3");
    await page.keyboard.press("F2");
    const form = page.getByRole("dialog").filter({ hasText: "直接答复" });
    await form.getByRole("textbox").first().fill(ANSWER);
    await button(form, "登记并答复办结").click();
    await page.getByText(/只有咨询、建议、感谢或已标记为简单事项的工单可以直接答复/).first().waitFor();
    await shot(page, "direct-refused");
  });
});
