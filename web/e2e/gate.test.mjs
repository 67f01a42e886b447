// 答复质量关, by the people who meet it: a handler's poor answer is marked in the very words, refused, kept with a reason,
// and the auditor reads both.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { ask, orderAtWork } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, clean, confirm, drawer, row, select, tick } from "./screen.mjs";

const VAGUE = "您反映的问题我单位已安排人员核实，将协调相关部门尽快处理。";
const REASON = "工期由产权单位确定，暂无准确日期，已另行告知诉求人";

const house = stage("gate");
const { at, open } = house;

test("a poor answer is marked, refused, kept with a reason and judged with both in sight", async (t) => {
  const step = house.steps(t);
  let found;
  const data = () => [found.order.title, found.order.content, found.order.wish ?? ""];

  await step("the handler sees the hits in the words and is held back", async () => {
    const scout = await at("supervisor01");
    const free = (o, lead) => lead.state === "working" && o.tasks.every((t) => t.id === lead.id || t.ended_at) && o.confidentiality === "none" && o.pending.length === 0;
    found = await orderAtWork(scout.page, free);
    const handler = await at(found.handler, `/orders/${found.order.id}`);
    const { page } = handler;
    if (!found.order.anonymous && found.order.contacts.length === 0) {
      const call = await drawer(page, page.locator(".op-head"), "联系诉求人");
      await call.getByLabel("沟通情况").fill("已向诉求人说明核查安排。");
      await confirm(page, call, "保存记录", "联系记录");
    }
    const form = await drawer(page, page.locator(".op-head"), "提交单位审核");
    await tick(form, "属实");
    await tick(form, "已解决");
    await form.getByLabel("办理情况（内部）").fill("已到现场核实有关情况并与诉求人沟通。");
    await form.getByLabel("公开答复内容").fill(`已与当事人核对，联系电话13812345678。${VAGUE}`);
    const marks = form.locator(".gate-mark");
    await marks.filter({ hasText: "13812345678" }).waitFor();
    assert.deepEqual(await form.locator(".gate-grave").allInnerTexts(), ["13812345678"]);
    await shot(page, "gate-grave");
    await form.getByLabel("公开答复内容").fill(VAGUE);
    await marks.filter({ hasText: "尽快" }).waitFor();
    await form.locator(".gate-grave").waitFor({ state: "detached" });
    await button(form, "提交审核").click();
    await form.getByText(/答复质量检查发现：/).waitFor();
    await shot(page, "gate-refused");
    await clean(handler, "the refused answer", data());
    await form.getByLabel(/保留理由/).fill(REASON);
    await confirm(page, form, "提交审核", "提交单位审核");
  });

  await step("the unit's leader passes it on", async () => {
    const leader = await at(found.leader, "/handling?tab=unit_audit");
    const shown = await select(leader.page, found.order.case_no);
    await confirm(leader.page, await drawer(leader.page, shown, "审核通过"), "审核通过，报送中心", "单位审核通过");
  });

  await step("the auditor reads the hits and the reason", async () => {
    const auditor = await at("auditor01", "/audit?pool=to_audit");
    const { page } = auditor;
    await row(page, found.order.case_no).click();
    const note = page.getByRole("region", { name: "单位提交时的质量检查" });
    await note.getByText(REASON).waitFor();
    await note.locator(".gate-mark").filter({ hasText: "尽快" }).waitFor();
    await shot(page, "gate-audit");
    await clean(auditor, "the auditor", data());
    const order = await ask(page, `/orders/${found.order.id}`);
    assert.equal(order.tasks[0].gate.reason, REASON);
  });
});
