// 督办, by the people who do it: a round is issued, stands on the handler's desk, is answered, judged, raised with a
// colleague's consent, and a leader's instruction joins the history.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { ask, orderAtWork } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, clean, confirm, drawer, row, tick, told } from "./screen.mjs";

const OPINION = "诉求人多次来电反映进展缓慢，请立即到场核实并书面反馈整改措施";
const ANSWER = "已安排专人到场核实，配件今日到货，预计明日完成维修并回复诉求人。";
const INSTRUCTION = "请分管同志牵头，三日内办结并举一反三。";

const house = stage("supervise");
const { at, open } = house;

/** The drawer in which a round is issued. */
async function issueForm(page) {
  await button(page.locator(".sv-bar"), "发起督办").click();
  const form = page.getByRole("dialog").filter({ hasText: "督办级别" });
  await form.waitFor();
  return form;
}

const rounds = (page) => page.getByRole("listitem").filter({ hasText: /第\d+轮/ });

test("a round of supervision from its issue to its history", async (t) => {
  const step = house.steps(t);
  let found;
  const data = () => [found.order.title, found.order.content];

  await step("a supervisor urges the unit", async () => {
    const one = await at("supervisor01");
    found = await orderAtWork(one.page, (o) => o.supervisions.length === 0 && o.pending.length === 0);
    await one.open(`/orders/${found.order.id}?tab=supervise`);
    await one.page.getByText("没有督办记录").waitFor();
    await shot(one.page, "supervise-empty");
    const form = await issueForm(one.page);
    await form.getByRole("button", { name: /下发督办/ }).click();
    await form.getByText("请填写督办意见").waitFor();
    await form.getByLabel("督办意见").fill(OPINION);
    await form.getByLabel("督办事由").click();
    await one.page.locator(".ant-select-item-option").filter({ hasText: "推诿、敷衍、拖延" }).click();
    await form.getByText("督办反馈时限").first().waitFor();
    await shot(one.page, "supervise-issue");
    await clean(one, "the supervision form", data());
    await confirm(one.page, form, "下发督办", "下发督办");
    await rounds(one.page).filter({ hasText: OPINION }).waitFor();
  });

  await step("it stands on top of the handler's desk and is answered there", async () => {
    const handler = await at(found.handler, "/");
    const { page } = handler;
    await page.getByRole("region", { name: "督办提醒" }).getByText("催办").first().waitFor();
    await shot(page, "supervise-home");
    await clean(handler, "the handler's home", data());
    await handler.open("/handling?tab=supervised");
    await row(page, found.order.case_no).click();
    const panel = page.getByRole("region", { name: `工单 ${found.order.case_no}` });
    await panel.waitFor();
    await shot(page, "supervise-desk");
    const form = await drawer(page, panel.locator(".order-foot"), "督办反馈");
    await form.getByText(OPINION).waitFor();
    await form.getByLabel("整改、办理情况").fill(ANSWER);
    await confirm(page, form, "提交反馈", "督办反馈");
    await row(page, found.order.case_no).waitFor({ state: "detached" });
    await clean(handler, "the handler's desk", data());
  });

  await step("the supervisor judges that it was not carried out", async () => {
    const one = await at("supervisor01", "/supervise?tab=replied");
    const { page } = one;
    await row(page, found.order.title).filter({ hasText: OPINION.slice(0, 8) }).click();
    await page.getByText(ANSWER).first().waitFor();
    await shot(page, "supervise-ledger");
    await clean(one, "the ledger", data());
    const form = await drawer(page, page.locator(".sv-foot").first(), "评价督办");
    await tick(form, "未落实");
    await form.getByText(/可继续下发“一般督办”/).waitFor();
    assert.equal(await form.getByLabel("评分（0至100）").inputValue(), "40");
    await tick(form, "电话核实");
    await form.getByLabel("评价意见").fill("电话核实诉求人，尚未到场。");
    await shot(page, "supervise-judge");
    await confirm(page, form, "提交评价", "评价督办");
  });

  await step("listing needs a colleague's consent", async () => {
    const one = await at("supervisor01", `/orders/${found.order.id}?tab=supervise`);
    const form = await issueForm(one.page);
    await tick(form, "挂牌督办");
    await form.getByText("须经另一名督办员同意后下发").waitFor();
    await form.getByLabel("督办意见").fill("催办后仍未落实，予以挂牌督办。");
    await form.getByLabel("督办事由").click();
    await one.page.locator(".ant-select-item-option").filter({ hasText: "不执行处理意见" }).click();
    await confirm(one.page, form, "下发督办", "下发督办");
    const two = await at("supervisor02", "/supervise?tab=supervise");
    await row(two.page, found.order.title).click();
    await two.page.getByText("待督办员审批").first().waitFor();
    await shot(two.page, "supervise-consent");
    const consent = await drawer(two.page, two.page.locator(".order-foot"), "审批");
    await tick(consent, "同意");
    await confirm(two.page, consent, "提交审批", "审批");
    await clean(two, "the consent", data());
  });

  await step("what is laid before a leader is answered by an instruction", async () => {
    const one = await at("supervisor01", `/orders/${found.order.id}`);
    await button(one.page.locator(".op-head"), "呈报").click();
    const up = one.page.getByRole("dialog").filter({ hasText: "呈报" }).last();
    await up.getByLabel("呈报内容").fill("该件已挂牌督办，请领导阅示。");
    await confirm(one.page, up, "呈报", "呈报领导");
    const leader = await at("leader01", "/supervise?tab=report_up");
    const { page } = leader;
    await row(page, found.order.title).click();
    await page.getByText("该件已挂牌督办，请领导阅示。").first().waitFor();
    await shot(page, "supervise-leader");
    const form = await drawer(page, page.locator(".order-foot"), "领导批示");
    await form.getByLabel("批示内容").fill(INSTRUCTION);
    await confirm(page, form, "下达批示", "领导批示");
    await row(page, found.order.title).waitFor({ state: "detached" });
    await clean(leader, "the leader's desk", data());
  });

  await step("the history tells every round", async () => {
    const one = await at("supervisor01", `/orders/${found.order.id}?tab=supervise`);
    await rounds(one.page).filter({ hasText: INSTRUCTION }).waitFor();
    const cards = await rounds(one.page).allInnerTexts();
    assert.equal(cards.length, 3, cards.join("\n---\n"));
    assert.match(cards[2], /催办[\s\S]*未落实[\s\S]*40 分/);
    await shot(one.page, "supervise-history");
    await clean(one, "the history", data());
    const order = await ask(one.page, `/orders/${found.order.id}`);
    assert.deepEqual([order.urge_n, order.supervise_n, order.due_at], [1, 2, found.order.due_at], "the promise did not move");
    await told(one.page, "共 3 轮");
  });
});
