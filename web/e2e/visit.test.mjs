// 来信来访、上级交办、媒体: registered at the desk with what each brings along, and read on the order's page.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { act, ask } from "./cast.mjs";
import { shot, stage } from "./platform.mjs";
import { button, choose, confirm, placeMatter } from "./screen.mjs";

const house = stage("visit", { orders: 60 });

/** What every matter needs, whichever way it came. */
async function matter(page, name, content, address) {
  await page.locator("#name").fill(name);
  await page.locator("#content").fill(content);
  await page.keyboard.press("Alt+2");
  await placeMatter(page, address);
}

/** Types a moment of today into a picker and closes it. */
async function moment(page, label) {
  const now = new Date(Date.now() + 8 * 3_600_000 - 60_000).toISOString();
  const field = page.getByLabel(label, { exact: true });
  await field.fill(`${now.slice(0, 10)} ${now.slice(11, 16)}`);
  await field.press("Enter");
}

/** A day in Beijing, so many days from today. */
const dayAhead = (n) => new Date(Date.now() + 8 * 3_600_000 + n * 86_400_000).toISOString().slice(0, 10);
const LINK = "https://news.example.com/minsheng/1.html";

async function registered(page) {
  await page.keyboard.press("F4");
  const done = page.getByRole("dialog").filter({ hasText: "登记完成" });
  await done.waitFor();
  const id = (await done.getByRole("link", { name: "查看工单" }).getAttribute("href")).split("/").pop();
  await button(done, "继续登记").click();
  await done.waitFor({ state: "hidden" });
  return id;
}

test("letters and visits are registered with what the law asks of them", async (t) => {
  const step = house.steps(t);
  let letter;
  let visit;
  let superior;
  let media;
  await step("a letter needs the day it came", async () => {
    const { page } = await house.at("agent01", "/intake");
    await page.locator("#phone:focus").waitFor();
    await choose(page, page.locator("#channel"), "来信");
    await page.locator("#phone").fill("13905310021");
    await matter(page, "郭玉兰", "桂巷路96号院化粪池堵塞外溢半个多月，多次向物业反映没有处理，请尽快疏通。", "桂巷路96号");
    await page.keyboard.press("F4");
    await page.getByText("请填写收信日期").waitFor();
    await moment(page, "收信日期");
    await page.getByLabel("来信编号").fill("XA12345678901");
    await shot(page, "visit-letter");
    letter = await registered(page);
  });

  await step("eight visitors choose representatives, at most five", async () => {
    const { page } = await house.at("agent01", "/intake");
    await page.locator("#phone:focus").waitFor();
    await choose(page, page.locator("#channel"), "来访");
    await page.locator("#phone").fill("13905310022");
    await matter(page, "韩立新", "桂巷花园二期八户居民反映电梯停运一个月，老人上下楼困难，要求物业限期修复。", "桂巷花园二期3号楼");
    await moment(page, "来访时间");
    await page.getByLabel("来访地点").fill("市民服务中心接待室");
    await page.getByLabel("来访人数").fill("8");
    await page.keyboard.press("F4");
    await page.getByText("多人来访须登记代表").waitFor();
    const people = page.getByRole("group", { name: "来访代表" });
    for (const [i, name] of ["韩立新", "邵丽", "贾志远", "温静", "汪海涛"].entries()) {
      await button(people, "添加代表").click();
      await people.getByPlaceholder("姓名").nth(i).fill(name);
    }
    assert.ok(await button(people, "添加代表").isDisabled(), "a sixth cannot be added");
    await people.getByPlaceholder("联系电话（选填）").first().fill("13905310022");
    await people.getByText("集体访").waitFor();
    await shot(page, "visit-group");
    visit = await registered(page);
  });

  await step("a superior's limit caps the deadline before anything is saved", async () => {
    const { page } = await house.at("agent01", "/intake");
    await page.locator("#phone:focus").waitFor();
    await choose(page, page.locator("#channel"), "上级");
    await page.locator("#phone").fill("13905310023");
    await matter(page, "丁广财", "桂巷路南段夜间施工噪声扰民，向街道反映后仍未停工，请督促整改。", "桂巷路南段");
    await page.keyboard.press("F4");
    await page.getByText("请填写交办单位").waitFor();
    await page.getByLabel("交办单位").fill("省信访局");
    await page.getByLabel("文号").fill("省督〔2026〕3号");
    const limit = page.getByLabel("上级限办");
    await limit.fill(dayAhead(2));
    await limit.press("Enter");
    await page.getByText("以上级为准").first().waitFor();
    await page.getByText("依据：上级限办日期").waitFor();
    await shot(page, "visit-superior");
    superior = await registered(page);
  });

  await step("what the press reported has its outlet and a link that is one", async () => {
    const { page } = await house.at("agent01", "/intake");
    await page.locator("#phone:focus").waitFor();
    await choose(page, page.locator("#channel"), "媒体");
    await page.locator("#phone").fill("13905310024");
    await matter(page, "许秀英", "报道称桂巷路公厕长期锁门，过往群众和环卫工人没有地方如厕，请落实开放时间。", "桂巷路公厕");
    await page.getByLabel("报道链接").fill("news.example.com/1.html");
    await page.keyboard.press("F4");
    await page.getByText("请填写媒体名称").waitFor();
    await page.getByText("链接须以http://或https://开头").waitFor();
    await page.getByLabel("媒体名称").fill("云溪晚报");
    await page.getByLabel("报道标题").fill("公厕为何总锁门");
    await page.getByLabel("报道链接").fill(LINK);
    await shot(page, "visit-media");
    media = await registered(page);
  });

  await step("the order's page tells how it came", async () => {
    const agent = await house.at("agent01", `/orders/${letter}`);
    const { page } = agent;
    await page.getByText("XA12345678901").first().waitFor();
    const order = await ask(page, `/orders/${visit}`);
    assert.equal(order.affected_count, 8, "whoever comes is concerned");
    assert.equal(order.origin.representatives.length, 5);
    await agent.open(`/orders/${visit}`);
    await page.getByText("市民服务中心接待室").first().waitFor();
    await page.getByText("集体访").first().waitFor();
    await shot(page, "visit-order");
    const dispatcher = await house.at("dispatcher01", `/orders/${visit}`);
    await dispatcher.page.getByText("市民服务中心接待室").first().waitFor();
    assert.equal(await dispatcher.page.getByText("汪海涛").count(), 0, "representatives are people too: masked");
  });

  await step("limit and report stand on the order's page, and the dispatched order is due by the limit", async () => {
    const agent = await house.at("agent01", `/orders/${media}`);
    const { page } = agent;
    const link = page.getByRole("link", { name: LINK });
    await link.waitFor();
    assert.deepEqual([await link.getAttribute("href"), await link.getAttribute("rel"), await link.getAttribute("target")], [LINK, "noopener noreferrer", "_blank"]);
    await page.getByText("公厕为何总锁门").first().waitFor();
    await shot(page, "visit-media-order");
    await agent.open(`/orders/${superior}`);
    await page.getByText("省督〔2026〕3号").first().waitFor();
    await page.getByText(`${dayAhead(2)} 24:00`).first().waitFor();
    await shot(page, "visit-superior-order");
    const order = await ask(page, `/orders/${superior}`);
    assert.equal(order.origin.limit_at, Date.parse(`${dayAhead(2)}T23:59:59.999+08:00`));
  });

  await step("once dispatched it is due by the limit, until the superior's word is written down", async () => {
    const dispatcher = await house.at("dispatcher01", `/orders/${superior}`);
    const { items } = await ask(dispatcher.page, "/orders?state=handling&limit=5");
    const { tasks } = await ask(dispatcher.page, `/orders/${items[0].id}`);
    await act(dispatcher, superior, { action: "dispatch", lead: tasks[0].org.id, co: [], advice: null, due_at: null, urgency: null });
    const agent = await house.at("agent01", `/orders/${superior}`);
    const { page } = agent;
    const head = page.locator(".op-head");
    await button(head, "为什么是这个日期").click();
    await page.getByText("以上级为准").waitFor();
    await shot(page, "visit-superior-due");
    await button(head, "补充修改").click();
    const form = page.getByRole("dialog").filter({ hasText: "补充内容" }).last();
    await form.getByLabel("补充内容").fill("省督〔2026〕8号同意延期办理。");
    await form.getByLabel("补充原因").fill("上级同意延期");
    const until = form.getByLabel("上级同意延期至");
    await until.fill(dayAhead(4));
    await until.press("Enter");
    await shot(page, "visit-superior-extended");
    await confirm(page, form, "保存补充", "补充登记");
    const order = await ask(page, `/orders/${superior}`);
    const end = Date.parse(`${dayAhead(4)}T23:59:59.999+08:00`);
    assert.deepEqual([order.origin.limit_at, order.due_at], [end, end]);
  });
});
