// One citizen's message goes the whole way, twice round, at real screens on the real binary.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { citizenMessage } from "./message.mjs";
import { hotline, shot, stage } from "./platform.mjs";
import { choose, clean, confirm, drawer, panel, row, select, tick, told } from "./screen.mjs";

const PHONE = "19912345678";
const NAME = "高晓梅";
const ADDRESS = "桂巷路182号荷香苑14号楼";
const FIRST_REPLY = "我局已会同供水企业到场核查，停水原因为小区加压泵房老化，已责成物业服务企业先行检修，供水已恢复。";
const SECOND_REPLY = "我局再次到场核查，泵房两台水泵已于昨日全部更换，现场测得末端水压正常，并已逐户电话确认供水恢复。";

/** The steps as the record names them. */
const ROUND = ["签收", "分派", "开始办理", "联系诉求人", "提交单位审核", "单位审核通过", "中心审核通过", "统一回复"];
const FLOW = ["登记", "提交派单", "派单", "建立任务", ...ROUND, "回访", "申请二次办理", "二次办理", "建立任务", ...ROUND, "回访办结"];

const house = stage("walk");
const { at, open } = house;

/** Opens an area by the arrow keys, level by level, and takes the last one. */
async function walkDown(page, names) {
  const { keyboard } = page;
  await keyboard.press("ArrowDown");
  for (const [level, name] of names.entries()) {
    const column = page.locator(".ant-cascader-menu").nth(level);
    const items = column.locator(".ant-cascader-menu-item");
    await items.filter({ hasText: name }).waitFor();
    if (level > 0) await keyboard.press("ArrowRight");
    const count = await items.count();
    for (let i = 0; i < count && !(await column.locator(".ant-cascader-menu-item-active").filter({ hasText: name }).count()); i++) {
      await keyboard.press("ArrowDown");
    }
  }
  await shot(page, "area");
  await keyboard.press("Enter");
}

test("a citizen's message is handled, found wanting, handled again and closed", async (t) => {
  const message = citizenMessage((note) => t.diagnostic(note));
  const typed = [message.text, PHONE, NAME];
  const step = house.steps(t);

  let caseNo;
  let id;
  let watcher;
  /** State and lamps as somebody reads them who has had the order open all along and never reloads: the promise, then the step's own clock. */
  const seen = async (state, ...lamps) => {
    const { page } = watcher;
    await page.locator(".op-head-state").filter({ hasText: state }).waitFor();
    for (const [i, lamp] of lamps.entries()) await page.locator(".op-head-due .due-part").nth(i).filter({ hasText: lamp }).waitFor();
    await shot(page, `order-${state}`);
    await clean(watcher, `the order in ${state}`, typed);
  };

  await step("intake by keyboard", async () => {
    const agent = await at("agent01", "/intake");
    const { page } = agent;
    const { keyboard } = page;
    await page.locator("#phone:focus").waitFor();
    await keyboard.type(PHONE);
    await keyboard.press("Enter");
    await page.locator("#name:focus").waitFor();
    await keyboard.type(NAME);
    await keyboard.press("Enter");
    await page.locator("#content:focus").waitFor();
    await page.evaluate((text) => navigator.clipboard.writeText(text), message.text);
    await keyboard.press("Control+V");
    await page.locator("#title").evaluate((e) => e.value.length > 0 || Promise.reject(new Error("no title was drafted")));
    await keyboard.press("Alt+3");
    await keyboard.press("Tab");
    await page.locator("#title:focus").waitFor();
    await keyboard.press("Enter");
    await page.locator("#category:focus").waitFor();
    await keyboard.type("物业服务");
    await page.locator(".ant-select-item-option-active").filter({ hasText: "物业" }).waitFor();
    await keyboard.press("Enter");
    await page.locator(".ant-select-dropdown:visible").waitFor({ state: "detached" });
    await keyboard.press("Tab");
    await page.locator("#urgency:focus").waitFor();
    await keyboard.press("Tab");
    await page.locator("#region:focus").waitFor();
    await walkDown(page, ["澄湖区", "桂巷街道"]);
    await page.locator("#region:focus").waitFor();
    await keyboard.press("Tab");
    await page.locator("#address:focus").waitFor();
    await keyboard.type(ADDRESS);
    await page.getByText("派单建议").locator("../..").getByText("云溪市住房和城乡建设局").first().waitFor();
    await shot(page, "intake");
    await clean(agent, "intake", typed);
    await keyboard.press("F4");
    const done = page.getByRole("dialog").filter({ hasText: "登记完成" });
    await done.getByText("待派单").waitFor();
    caseNo = (await done.locator(".done-number").innerText()).trim();
    id = (await done.getByRole("link", { name: "查看工单" }).getAttribute("href")).split("/").pop();
    assert.match(caseNo, /^\d{23}$/);
    await shot(page, "registered");
    // The next call: focus is back on the number, the draft is gone.
    await keyboard.press("Enter");
    await page.locator("#phone:focus").waitFor();
    assert.equal(await page.locator("#content").inputValue(), "");
  });

  await step("the order's own page", async () => {
    watcher = await at("teamleader01", `/orders/${id}`);
    await seen("待派单", /派单\s*正常/);
  });

  await step("dispatch", async () => {
    const dispatcher = await at("dispatcher01", "/dispatch?pool=to_dispatch");
    const { page } = dispatcher;
    const shown = await select(page, caseNo);
    await page.keyboard.press("c");
    await shown.getByText("您已占用").waitFor();
    await choose(page, shown.getByLabel("主办单位"), "云溪市住房和城乡建设局");
    await shown.getByLabel("派单意见").fill("请核实后答复诉求人。");
    await shown.getByText("测算").waitFor({ state: "detached" });
    await shot(page, "dispatch");
    await clean(dispatcher, "the dispatch desk", typed);
    await shown.getByLabel("派单意见").press("Control+Enter");
    await told(page, "派单：已完成");
    await row(page, caseNo).waitFor({ state: "detached" });
    await seen("待签收", "正常", /签收\s*正常/);
  });

  /** The unit works on the matter once: who got it signs, hands it on; the handler calls, writes; the leader approves. */
  const round = async (n, reply) => {
    await step(`round ${n}: signed and assigned`, async () => {
      const office = await at("zjj.admin", "/handling?tab=unsigned");
      const { page } = office;
      const shown = await select(page, caseNo);
      await shot(page, `handling-unsigned-${n}`);
      await confirm(page, await drawer(page, shown, "签收"), "确认签收", "签收");
      await office.open("/handling?tab=todo");
      const again = await select(page, caseNo);
      const form = await drawer(page, again, "分派");
      await choose(page, form.getByLabel("经办人", { exact: true }), "崔佳慧");
      await confirm(page, form, "确认分派", "分派");
      await clean(office, "the unit's office", typed);
      await seen("办理中", "正常");
    });
    await step(`round ${n}: handled`, async () => {
      const handler = await at("zjj.handler1", "/handling?tab=todo");
      const { page } = handler;
      const shown = await select(page, caseNo);
      await confirm(page, await drawer(page, shown, "开始办理"), "开始办理", "开始办理");
      const call = await drawer(page, shown, "联系诉求人");
      await call.getByLabel("沟通情况").fill("已向诉求人说明核查安排，诉求人表示同意。");
      await shot(page, `contact-${n}`);
      await confirm(page, call, "保存记录", "联系记录");
      const form = await drawer(page, shown, "提交单位审核");
      await form.getByText("已联系 1 次").waitFor();
      await tick(form, "属实");
      await tick(form, n === 1 ? "部分解决" : "已解决");
      if (n === 1) await form.getByLabel("未解决原因").fill("泵房设备更换需要采购周期。");
      await form.getByLabel("办理情况（内部）").fill("接单当日到场核实，约谈物业服务企业并形成记录。");
      await form.getByLabel("公开答复内容").fill(reply);
      // A citizen may ask for more than this answer is about; the gate then wants to know why.
      await form.locator(".gate, .gate-clean").first().waitFor();
      const keep = form.getByLabel(/保留理由/);
      if (await keep.count()) await keep.fill("其余事项由供水企业另行答复，已告知诉求人。");
      await shot(page, `submit-${n}`);
      await clean(handler, "the handler", typed);
      await confirm(page, form, "提交审核", "提交单位审核");
      await seen("办理中", "正常");
    });
    await step(`round ${n}: the unit's leader approves`, async () => {
      const leader = await at("zjj.leader", "/handling?tab=unit_audit");
      const { page } = leader;
      const shown = await select(page, caseNo);
      await confirm(page, await drawer(page, shown, "审核通过"), "审核通过，报送中心", "单位审核通过");
      await clean(leader, "the unit's leader", typed);
      await seen("待中心审核", "正常");
    });
    await step(`round ${n}: the centre audits`, async () => {
      const auditor = await at("auditor01", "/audit?pool=to_audit");
      const { page } = auditor;
      const shown = await select(page, caseNo);
      assert.equal(await shown.getByLabel("答复内容（可修改）").inputValue(), reply);
      for (const check of await shown.getByRole("checkbox").all()) await check.check();
      await shot(page, `audit-${n}`);
      await clean(auditor, "the auditor", typed);
      await confirm(page, shown.locator("form"), "审核通过", "中心审核通过");
      await row(page, caseNo).waitFor({ state: "detached" });
      await seen("待统一回复", "按时办结", /统一回复\s*正常/);
    });
    await step(`round ${n}: the citizen is answered`, async () => {
      const speaker = await at("reply01", "/reply");
      const { page } = speaker;
      const shown = await select(page, caseNo);
      assert.equal(await shown.getByLabel("回复内容").inputValue(), reply);
      await shot(page, `reply-${n}`);
      await clean(speaker, "the reply desk", typed);
      await confirm(page, shown, "发出回复", "统一回复");
      await row(page, caseNo).waitFor({ state: "detached" });
      await seen("待回访", "按时办结", /回访\s*正常/);
    });
  };

  /** What the citizen says on the telephone. */
  const callBack = async (n, answers, said, then) => {
    const caller = await at("callback01", "/callback");
    const { page } = caller;
    const shown = await select(page, caseNo);
    await tick(shown, "接通");
    for (const [question, answer] of answers) await tick(shown.locator(".ant-form-item").filter({ hasText: question }), answer);
    await shown.getByLabel("群众意见").fill(said);
    await shown.getByText(`下一步：${then}`).waitFor();
    await shot(page, `callback-${n}`);
    await clean(caller, "the callback desk", typed);
    await confirm(page, shown, "保存回访", "回访记录");
  };

  await round(1, FIRST_REPLY);
  await step("a dissatisfied citizen", async () => {
    await callBack(
      1,
      [["承办单位是否联系过您", "已联系"], ["您反映的问题是否解决", "未解决"], ["对办理过程是否满意", "基本满意"], ["对办理结果是否满意", "不满意"], ["不满意原因", "未解决"]],
      "晚上还是停水，没有彻底解决。",
      "建议二次办理，报班长审批",
    );
    await seen("待回访", "按时办结", /回访\s*正常/);
  });
  await step("the team leader grants a second round", async () => {
    const leader = await at("teamleader01");
    const { page } = leader;
    const form = await drawer(page, page.locator(".op-head"), "审批");
    await tick(form, "同意");
    await form.getByText("二次办理").first().waitFor();
    await shot(page, "redo");
    await clean(leader, "the team leader", typed);
    await confirm(page, form, "提交审批", "审批");
    await seen("办理中", "正常");
  });
  await round(2, SECOND_REPLY);
  await step("a satisfied citizen", async () => {
    await callBack(
      2,
      [["承办单位是否联系过您", "已联系"], ["您反映的问题是否解决", "已解决"], ["对办理过程是否满意", "满意"], ["对办理结果是否满意", "满意"]],
      "这次修好了。",
      "办结",
    );
    await row((await at("callback01")).page, caseNo).waitFor({ state: "detached" });
    await seen("已办结", "按时办结");
  });

  await step("both ratings and every step are on record", async () => {
    const { page } = watcher;
    await page.getByRole("tab", { name: /回访与评价/ }).click();
    const calls = page.locator(".op-grid tbody tr");
    await calls.filter({ hasText: "不满意" }).filter({ hasText: "建议重办" }).waitFor();
    assert.equal(await calls.count(), 2);
    assert.match(await calls.first().innerText(), /已解决\s+满意\s+满意/);
    await shot(page, "ratings");
    await clean(watcher, "the ratings", typed);
    await page.getByRole("tab", { name: /流转记录/ }).click();
    await page.getByRole("button", { name: "改为最早在前" }).click();
    const acts = page.locator(".op-flow-act");
    await acts.first().waitFor();
    const told = await acts.allInnerTexts();
    assert.deepEqual(told, FLOW, "the flow record");
    await shot(page, "flow");
    await clean(watcher, "the flow record", typed);
  });

  await step("the chains verify", async () => {
    for (const p of open.splice(0)) {
      assert.deepEqual(p.problems, [], `problems of ${p.login}`);
      await p.close();
    }
    await house.platform.halt();
    const { status, output } = hotline("verify", "--data", house.platform.home);
    assert.equal(status, 0, output);
    t.diagnostic(output.trim().split("\n").at(-1));
  });
});
