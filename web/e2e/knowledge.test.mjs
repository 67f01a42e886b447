// 知识库, by the people who do it: a department's editor writes, its administrator confirms, the centre audits, an agent
// finds and quotes, complains, a new version follows, and citizens read it without any script.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { ask } from "./cast.mjs";
import { person, shot, startBrowser, startPlatform } from "./platform.mjs";
import { button, choose, clean, row, told } from "./screen.mjs";

const TITLE = "住房公积金贷款可以提前还款吗";
const BODY = "可以。正常还款满12个月后可申请提前部分还款或全部结清，不收违约金。通过“云溪公积金”网上大厅申请，次月生效。";
const NEXT = BODY.replace("12个月", "6个月");
const WRONG = "来电人称新规定正常还款满6个月即可提前还款。";

let platform;
let browser;
const open = [];

before(async () => {
  [platform, browser] = await Promise.all([startPlatform(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

async function at(login, path) {
  let someone = open.find((p) => p.login === login);
  if (!someone) {
    someone = await person(browser, platform, login);
    open.push(someone);
  }
  if (path) await someone.open(path);
  return someone;
}

const article = (page, title = TITLE) => page.getByRole("region", { name: `知识 ${title}` });
const sheet = (page, title) => page.getByRole("dialog").filter({ hasText: title }).last();

/** Presses a button of the article and confirms the form it opens. */
async function decide(page, label, done, fill) {
  await button(article(page), label).click();
  const form = sheet(page, label);
  await form.waitFor();
  await fill?.(form);
  await button(form, label).click();
  await told(page, done);
}

/** Brings the version on its way through department and centre. */
async function pass(no) {
  const admin = await at("gjj.admin", "/knowledge?tab=dept_confirm");
  await row(admin.page, TITLE).click();
  await article(admin.page).getByText(`第${no}版`).first().waitFor();
  if (no > 1) {
    await article(admin.page).locator("ins", { hasText: "6" }).first().waitFor();
    await shot(admin.page, "knowledge-difference");
  }
  await decide(admin.page, "部门确认", "已确认，转中心审核");
  const auditor = await at("kbauditor01", "/knowledge?tab=center_audit");
  await row(auditor.page, TITLE).click();
  await shot(auditor.page, `knowledge-audit-${no}`);
  await decide(auditor.page, "审核发布", "已发布，即时生效");
}

test("an article from the department's desk to the citizen, corrected on the way", async (t) => {
  const step = async (name, act) => {
    const began = Date.now();
    try {
      await act();
    } catch (error) {
      for (const p of open) await shot(p.page, `failed-knowledge-${p.login}`);
      throw new Error(`at “${name}”: ${error.message}`, { cause: error });
    }
    t.diagnostic(`${name} ${((Date.now() - began) / 1000).toFixed(1)} s`);
  };
  await step("the department's editor writes and submits", async () => {
    const editor = await at("gjj.kb", "/knowledge");
    const { page } = editor;
    await page.getByRole("list", { name: "检索结果" }).getByRole("button").first().waitFor();
    await shot(page, "knowledge-find");
    await button(page, "新建知识").click();
    const form = sheet(page, "新建知识");
    await button(form, "保存草稿").click();
    await form.getByText("请填写标题").waitFor();
    await form.getByLabel("标题").fill(TITLE);
    await choose(page, form.getByLabel("分类"), "住房公积金");
    await form.getByLabel("答复内容").fill(BODY);
    await form.getByLabel("政策依据").fill("《云溪市住房公积金个人住房贷款管理办法》第二十条");
    await form.getByLabel("关键词").fill("提前还贷 结清");
    await shot(page, "knowledge-editor");
    await button(form, "保存草稿").click();
    await article(page).waitFor();
    await button(article(page), "提交部门确认").click();
    await told(page, "已提交部门确认");
    assert.equal(await button(article(page), "部门确认").count(), 0, "the author does not confirm");
    await clean(editor, "the editor's desk");
  });

  await step("the department confirms, the centre audits", () => pass(1));

  await step("the agent finds it beside the form and answers with it", async () => {
    const agent = await at("agent07", "/intake");
    const { page } = agent;
    await page.locator("#phone").fill("19900001234");
    await page.keyboard.press("Alt+1");
    await page.locator("#content").fill("想咨询住房公积金贷款能不能提前还款，需要满几个月，要不要违约金。");
    const side = page.locator(".side-knowledge");
    await side.getByRole("button", { name: TITLE }).waitFor();
    await shot(page, "knowledge-intake");
    await page.locator("#name").fill("高晓梅");
    await choose(page, page.locator("#category"), "住房公积金");
    await page.locator("#region").click();
    await page.locator(".ant-cascader-menu-item").filter({ hasText: "澄湖区" }).first().click();
    await page.keyboard.press("Escape");
    await side.getByRole("button", { name: TITLE }).click();
    await article(page).getByText(BODY).waitFor();
    await shot(page, "knowledge-look");
    await button(article(page), "引用到答复").click();
    const reply = sheet(page, "直接答复");
    await reply.waitFor();
    assert.equal(await reply.getByLabel("答复内容").inputValue(), BODY);
    await button(reply, "登记并答复办结").click();
    await page.getByText("登记完成").first().waitFor();
    await button(page, "继续登记").click();
    await clean(agent, "the intake form");
  });

  await step("the agent says that it is out of date", async () => {
    const agent = await at("agent07", "/knowledge");
    const { page } = agent;
    await page.getByLabel("检索知识").fill("提前还贷");
    await page.getByRole("list", { name: "检索结果" }).getByRole("button", { name: TITLE }).click();
    await article(page).waitFor();
    await page.locator("mark", { hasText: "提前还" }).first().waitFor();
    await button(article(page), "提出纠错").click();
    const form = sheet(page, "提出纠错");
    await form.getByLabel("具体情况").fill(WRONG);
    await button(form, "提交纠错").click();
    await told(page, "纠错工单已发给维护单位");
    await page.getByRole("tab", { name: "我的纠错" }).click();
    await page.getByText(WRONG).waitFor();
    await shot(page, "knowledge-fix-mine");
    await clean(agent, "the agent's knowledge desk");
  });

  await step("the editor accepts and writes the next version", async () => {
    const { page } = await at("gjj.kb", "/knowledge?tab=fixes");
    const ticket = page.locator(".kb-fixes > li").filter({ hasText: WRONG });
    await ticket.waitFor();
    await shot(page, "knowledge-fixes");
    await button(ticket, "采纳纠错").click();
    await button(sheet(page, "采纳纠错"), "采纳纠错").click();
    await told(page, "已采纳");
    await page.goto(`${platform.base}/knowledge?tab=published`);
    await row(page, TITLE).click();
    await button(article(page), "修订").click();
    const form = sheet(page, "修订：");
    await form.getByLabel("答复内容").fill(NEXT);
    await form.getByLabel("修订说明").fill("按新规定调整为6个月");
    await button(form, "保存草稿").click();
    await told(page, "草稿已保存");
    await button(article(page), "提交部门确认").click();
    await told(page, "已提交部门确认");
  });

  await step("the second version passes", () => pass(2));

  await step("its health and the gaps are seen at the centre", async () => {
    const auditor = await at("kbauditor01", "/knowledge?tab=health");
    const { page } = auditor;
    await page.getByText("复审逾期").first().waitFor();
    await shot(page, "knowledge-health");
    await page.getByRole("tab", { name: /检索缺口/ }).click();
    await page.getByText("电动自行车上牌").waitFor();
    await shot(page, "knowledge-gaps");
    const health = await ask(page, "/knowledge/health");
    const line = health.articles.find((l) => l.article.title === TITLE);
    assert.deepEqual([line.uses, line.open_fixes, line.article.revision], [1, 0, 2], "used once, corrected");
    await clean(auditor, "the health of the knowledge base");
  });

  await step("a citizen reads it without any script", async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false, locale: "zh-CN" });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    await page.goto(`${platform.portal}/`);
    await page.getByRole("link", { name: "政策问答" }).click();
    await shot(page, "knowledge-portal");
    await page.getByLabel("想了解什么？").fill("公积金 提前还款");
    await page.getByRole("button", { name: "查找" }).click();
    await page.getByText(/找到\d+条/).waitFor();
    await shot(page, "knowledge-portal-found");
    await page.getByRole("link", { name: TITLE }).click();
    await page.getByRole("heading", { name: TITLE }).waitFor();
    await page.getByText("满6个月").waitFor();
    await shot(page, "knowledge-portal-article");
    await page.goto(`${platform.portal}/knowledge?q=%E4%B8%8D%E5%AD%98%E5%9C%A8%E7%9A%84%E4%BA%8B%E9%A1%B9`);
    await page.getByText("没有找到相关内容").waitFor();
    await context.close();
  });
});
