// 群众评议, by the people who do it: built and published at the desk, answered at a telephone's width without any script
// and with, rated at a window with one tap, cleared of stuffing by a person, read by the rated; and a matter the press reported.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { ask } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, choose, clean, told } from "./screen.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { width: 360, height: 640 };
const TITLE = "老旧小区改造满意度问卷";
const STORY = "《云溪晚报》报道：北辰桥下夜市占道经营，消防通道被堵，周边居民出行困难，希望有关部门尽快处理。";

const house = stage("surveys");
const sheet = (page, title) => page.getByRole("dialog").filter({ hasText: title }).last();
const tab = (page, name) => page.getByRole("tab", { name }).click();

/** A citizen's browser. */
async function citizen({ script, size = PHONE } = {}) {
  const context = await house.browser.newContext({ viewport: size, javaScriptEnabled: script, locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (e) => problems.push(`script: ${e}`));
  page.on("response", (r) => r.status() >= 500 && problems.push(`${r.status()} ${r.url()}`));
  const look = async (name) => {
    if (script) {
      const found = await page.evaluate(`${AXE};axe.run({runOnly:["wcag2a","wcag2aa","wcag21a","wcag21aa","best-practice"]})`);
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`), [], name);
      assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), `${name} fits`);
    }
    await shot(page, `survey-portal-${name}-${script ? "script" : "plain"}-${size.width}`);
  };
  const close = async () => {
    assert.deepEqual(problems, []);
    await context.close();
  };
  return { page, look, close, open: (path) => page.goto(`${house.platform.portal}${path}`) };
}

/** The page a printed address leads to, on this machine. */
const pathOf = (url) => new URL(url).pathname;

async function built(page) {
  await button(page, "新建评议").click();
  const form = sheet(page, "新建评议");
  await form.getByLabel("标题").fill(TITLE);
  await form.getByLabel("说明").fill("了解居民对改造的看法，约需1分钟。");
  await button(form, "单选题").click();
  await form.getByLabel("第1题题目").fill("您家所在小区改造了吗？");
  const first = form.getByRole("listitem", { name: "第1题" });
  await first.getByLabel("选项1", { exact: true }).fill("已经改造");
  await first.getByLabel("选项2", { exact: true }).fill("还没有");
  await button(form, "量表题").click();
  await form.getByLabel("第2题题目").fill("您对改造质量满意吗？");
  await button(form, "填空题").click();
  await form.getByLabel("第3题题目").fill("您最盼望改造什么？");
  await button(first, "添加跳转").click();
  await first.getByLabel("跳转1的条件").click();
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter({ hasText: "还没有" }).click();
  await page.keyboard.press("Escape");
  await first.getByLabel("跳转1的目标").click();
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter({ hasText: "跳到第3题" }).click();
  await shot(page, "survey-editor");
  await button(form, "保存草稿").click();
  await page.getByRole("region", { name: `评议 ${TITLE}` }).waitFor();
}

test("a survey from the builder to its results", async (t) => {
  const step = house.steps(t);
  let path = "";
  await step("the statistician builds and publishes", async () => {
    const stat = await house.at("stat01", "/surveys");
    const { page } = stat;
    await page.getByRole("table", { name: "评议" }).getByText("营商环境与审批服务问卷").waitFor();
    await shot(page, "survey-list");
    await built(page);
    await shot(page, "survey-draft");
    await button(page, "发布").click();
    await button(page.getByRole("dialog").filter({ hasText: "发布？" }), "发布").click();
    await told(page, "已发布");
    // Fixed once published.
    await button(page, "修改").waitFor({ state: "detached" });
    await tab(page, "二维码与链接");
    await button(page, "二维码与短链接").click();
    await sheet(page, "二维码与短链接").locator("svg").first().waitFor();
    await shot(page, "survey-code");
    await button(sheet(page, "二维码与短链接"), "关闭").last().click();
    const list = await ask(page, "/surveys");
    path = pathOf((await ask(page, `/surveys/${list.find((r) => r.title === TITLE).id}`)).url);
    await tab(page, "题目");
    await page.getByText("选“还没有”→ 第3题").waitFor();
    await shot(page, "survey-preview");
    await clean(stat, "the survey desk");
  });

  await step("citizens answer it, without script and with", async () => {
    for (const script of [false, true]) {
      const me = await citizen({ script });
      const { page, look } = me;
      await me.open("/surveys");
      await look("list");
      await page.getByRole("link", { name: new RegExp(TITLE) }).click();
      await look("first");
      await page.getByRole("button", { name: "下一步" }).last().click();
      await page.getByRole("alert").getByText("还没有回答").first().waitFor();
      await look("error");
      await page.getByText("还没有", { exact: true }).click();
      await page.getByRole("button", { name: "下一步" }).last().click();
      const wish = page.getByLabel("您最盼望改造什么？");
      await wish.waitFor();
      assert.equal(await page.getByText("您对改造质量满意吗？").count(), 0, "the way taken leaves it out");
      await wish.fill(`加装电梯<script>document.title="owned"</script>`);
      await page.getByRole("button", { name: "上一步" }).click();
      assert.ok(await page.getByLabel("还没有", { exact: true }).isChecked(), "nothing typed is lost");
      await page.getByRole("button", { name: "下一步" }).last().click();
      assert.match(await wish.inputValue(), /加装电梯/);
      await look("last");
      await page.getByRole("button", { name: "提交" }).last().click();
      await page.getByRole("heading", { name: "已收到，谢谢" }).waitFor();
      await look("done");
      await me.open(path);
      await page.getByText("已经改造", { exact: true }).click();
      await page.getByRole("button", { name: "下一步" }).last().click();
      await page.getByText("非常满意").click();
      await page.getByRole("button", { name: /下一步|提交/ }).last().click();
      await page.getByRole("button", { name: "提交" }).last().click();
      await page.getByText("您已经参与过本次评议").first().waitFor();
      await me.close();
    }
  });

  await step("elder mode asks one thing a page", async () => {
    const me = await citizen({ script: true });
    const { page, look } = me;
    await me.open("/");
    await page.getByRole("button", { name: "长辈模式" }).click();
    await page.getByRole("link", { name: /群众评议/ }).click();
    await look("elder-list");
    await page.getByRole("link", { name: /营商环境/ }).click();
    await page.getByText("没有办理过").click();
    await page.getByRole("button", { name: "下一步" }).last().click();
    await page.getByText("您对政务服务的总体印象").waitFor();
    assert.equal(await page.getByText("您希望最先改进什么？").count(), 0);
    await look("elder-page");
    await me.close();
  });

  await step("a window gets its code and is rated with one tap", async () => {
    const { page } = await house.at("stat01", "/surveys");
    await page.getByRole("button", { name: "政务大厅窗口评价" }).click();
    await tab(page, /评价对象与二维码/);
    await button(page, "添加窗口").click();
    const form = sheet(page, "添加窗口");
    await choose(page, form.getByLabel("部门"), "云溪市自然资源和规划局");
    await form.getByLabel("窗口名称").fill("不动产登记8号窗口");
    await button(form, "保存").click();
    const line = page.getByRole("table", { name: "评价对象" }).getByRole("row").filter({ hasText: "不动产登记8号窗口" });
    await line.waitFor();
    await shot(page, "survey-points");
    await page.emulateMedia({ media: "print" });
    await button(line, "二维码").click({ force: true });
    await page.locator(".sv-print figure").waitFor();
    await shot(page, "survey-print");
    await page.emulateMedia({ media: null });
    await button(sheet(page, "二维码与短链接"), "关闭").last().click();
    const window = pathOf(await line.locator("td").nth(3).textContent());
    for (const script of [false, true]) {
      const me = await citizen({ script });
      await me.open(window);
      await me.look("tap");
      await me.page.getByRole("button", { name: "不满意", exact: true }).click();
      await me.page.getByRole("heading", { name: "已收到，谢谢" }).waitFor();
      await me.look("tapped");
      await me.page.getByLabel(/还想说点什么/).fill("等了一个小时才叫到号");
      await me.page.getByRole("button", { name: "补充提交" }).click();
      await me.page.getByRole("heading", { name: "已收到，谢谢" }).waitFor();
      assert.equal(await me.page.getByRole("button", { name: "补充提交" }).count(), 0);
      await me.open(window);
      await me.page.getByRole("button", { name: "非常满意", exact: true }).click();
      await me.page.getByText("您刚刚评价过").first().waitFor();
      await me.close();
    }
  });

  await step("a department is chosen first", async () => {
    const me = await citizen({ script: true, size: { width: 1366, height: 768 } });
    await me.open("/surveys");
    await me.look("list-wide");
    await me.page.getByRole("link", { name: /部门审批效能评价/ }).click();
    await me.look("places");
    await me.page.getByRole("link", { name: /市场监督管理局/ }).click();
    await me.look("efficiency");
    await me.close();
  });

  await step("results by window, with intervals; too few are not shown", async () => {
    const stat = await house.at("stat01", "/surveys");
    const { page } = stat;
    await page.getByRole("button", { name: "政务大厅窗口评价" }).click();
    await page.getByRole("heading", { name: /按窗口/ }).waitFor();
    await page.getByText(/不足5份/).first().waitFor();
    await shot(page, "survey-results-window");
    await tab(page, "文字意见");
    await page.locator(".sv-words li").first().waitFor();
    await shot(page, "survey-words");
    await clean(stat, "the results");
  });

  await step("the supervisor excludes what was stuffed in", async () => {
    const supervisor = await house.at("supervisor01", "/surveys");
    const { page } = supervisor;
    await page.getByRole("button", { name: "营商环境与审批服务问卷" }).click();
    await page.getByText("剔除前").waitFor();
    await shot(page, "survey-results");
    await tab(page, "异常核查");
    const table = page.getByRole("table", { name: "答卷" });
    await table.getByText("同一网络集中").first().waitFor();
    await shot(page, "survey-guard");
    await table.getByLabel("全选").check();
    await page.getByRole("button", { name: /^剔\s*除（\d+）$/ }).click();
    const form = sheet(page, "份答卷");
    await form.getByLabel("理由").fill("同一网络短时间连续提交，文字雷同");
    await form.getByRole("button", { name: /^剔\s*除$/ }).click();
    await page.getByText(/已剔除\d+份/).waitFor();
    await tab(page, "结果");
    await page.getByText(/（剔除 \d+ 份）/).waitFor();
    await page.getByText("剔除前", { exact: true }).click();
    await page.getByText("此处计入").waitFor();
    await clean(supervisor, "the guard's desk");
  });

  await step("the file of results", async () => {
    const { page } = await house.at("supervisor01");
    assert.equal(await button(page, "导出").count(), 1);
    await button(page, "导出").click();
    const form = sheet(page, "逐份答卷");
    await form.getByLabel("用途").first().click();
    await page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter({ hasText: "评议通报" }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), button(form, "导出").click()]);
    const text = readFileSync(await file.path(), "utf8");
    assert.match(text, /剔除前/);
    assert.match(text, /区间/);
  });

  await step("the rated see their own and nothing else", async () => {
    const leader = await house.at("zgj.leader", "/surveys");
    const { page } = leader;
    await page.getByRole("button", { name: "政务大厅窗口评价" }).click();
    await page.getByText("仅统计对本单位及下级的评价").waitFor();
    assert.equal(await page.getByText("户政窗口").count(), 0);
    assert.equal(await page.getByRole("tab", { name: "异常核查" }).count(), 0);
    await shot(page, "survey-own");
    await clean(leader, "the rated department's view");
  });

  await step("what the press reported is registered, answered and published", async () => {
    const agent = await house.at("agent07", "/intake?channel=10");
    await agent.page.locator("#content").waitFor();
    await agent.page.locator("#phone").fill("19900008899");
    await agent.page.keyboard.press("Alt+1");
    await agent.page.locator("#content").fill(STORY);
    await agent.page.locator("#name").fill("云溪晚报");
    await agent.page.getByLabel("媒体名称").fill("云溪晚报");
    await choose(agent.page, agent.page.locator("#category"), "占道经营");
    await agent.page.locator("#region").click();
    await agent.page.locator(".ant-cascader-menu-item").filter({ hasText: "澄湖区" }).first().click();
    await agent.page.keyboard.press("Escape");
    await shot(agent.page, "survey-media-intake");
    await button(agent.page, "直办").click();
    const reply = sheet(agent.page, "直接答复");
    await reply.getByLabel("答复内容").fill("经核实，城管部门已于11月24日清理占道摊位12处，恢复消防通道，并安排每晚18时至23时巡查。");
    await button(reply, "登记并答复办结").click();
    await agent.page.getByText("登记完成").first().waitFor();

    const leader = await house.at("teamleader01", "/surveys?tab=media");
    const { page } = leader;
    const line = page.getByRole("table", { name: "媒体曝光" }).getByRole("row").filter({ hasText: "北辰桥下夜市" });
    await line.waitFor();
    await shot(page, "survey-media");
    await line.getByRole("link", { name: "待公开" }).click();
    await page.getByRole("row").filter({ hasText: "北辰桥下夜市" }).getByRole("button", { name: /核对公开/ }).click();
    await shot(page, "survey-media-publish");
    await button(sheet(page, "媒体监督"), "保存").click();
    await told(page, "已保存，即时生效");
    await clean(leader, "the media list");
    const me = await citizen({ script: false });
    await me.open("/surveys");
    await me.page.getByRole("link", { name: /北辰桥下夜市/ }).click();
    await me.page.getByText("恢复消防通道").waitFor();
    await me.look("media");
    await me.close();
  });
});
