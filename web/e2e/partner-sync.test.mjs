// 平台同步 between two cities, each a process of its own: the upper one publishes its categories and public articles, the lower one its
// organisations; nothing changes at the other end before somebody there has seen the difference and taken it.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { ask } from "./cast.mjs";
import { call, register, security, until } from "./partner-cast.mjs";
import { person, shot, stage, startPlatform } from "./platform.mjs";
import { button } from "./screen.mjs";

const house = stage("partner-sync", { orders: 30 });
const OTHER = { orders: 30, more: ["--no-phone", "--region", "880100", "--city", "海州市"] };

let other;
before(async () => (other = await startPlatform(OTHER)));
after(() => other?.stop());

const waiting = async (who, topic) => ask(who.page, `/proposals?topic=${topic}&open=true`);

test("what one city publishes waits in the other until it is taken", async (t) => {
  const step = house.steps(t);
  const there = {};
  let here;
  let own;

  await step("each knows the other as the one above and the one below", async () => {
    here = await security(house.browser, house.platform, house.open);
    there.security = await security(house.browser, other, house.open);
    const terms = (name, base) => ({ name, sends: true, receives: true, url: `${base}/open/v1/exchange` });
    const mine = await call(here.page, "POST", "/admin/partners", { code: "880100", kind: "lower", their_key: "", ...terms("海州市12345平台", other.base) });
    assert.equal(mine.status, 200, JSON.stringify(mine.body));
    const [known] = mine.body.partners;
    const made = await call(there.security.page, "POST", "/admin/partners", { code: "990100", kind: "upper", their_key: known.our_key, ...terms("省12345平台", house.platform.base) });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const { id, version } = known;
    const saved = await call(here.page, "PUT", `/admin/partners/${id}`, { version, their_key: made.body.partners[0].our_key, ...terms("海州市12345平台", other.base) });
    assert.equal(saved.status, 200, JSON.stringify(saved.body));
  });

  await step("what is published is chosen in the partners' room", async () => {
    const { page } = here;
    await here.open("/admin/partners");
    await button(page, "密钥、同步与消息").click();
    await page.getByLabel("问题分类").click();
    await page.getByText("已保存，有变化时自动发送").first().waitFor();
    await page.getByLabel("公开知识").click();
    await until("told", async () => (await ask(page, "/admin/partners")).partners[0].shares.filter((s) => s.told_at !== null).length === 2);
    await page.reload();
    await button(page, "密钥、同步与消息").click();
    await page.getByText(/发送）/).first().waitFor();
    await page.getByText("知识同步").first().waitFor();
    await shot(page, "sync-room-expanded");
  });

  await step("a renamed and a new category wait there as differences, and are taken one by one", async () => {
    own = await person(house.browser, house.platform, "sysadmin01");
    there.admin = await person(house.browser, other, "sysadmin01");
    house.open.push(own, there.admin);
    const all = await ask(own.page, "/admin/categories");
    const lamp = all.find((c) => c.code === "030901");
    const before = (await ask(there.admin.page, "/admin/categories")).find((c) => c.code === "030901").name;
    const named = await call(own.page, "PUT", "/admin/categories/030901", { ...lamp, name: "道路照明设施" });
    assert.equal(named.status, 200, JSON.stringify(named.body));
    const fresh = await call(own.page, "POST", "/admin/categories", { code: "030989", name: "智慧灯杆", keywords: "", active: true, dept_duty_only: false, mapped_old: ["030777"] });
    assert.ok(fresh.status < 300, JSON.stringify(fresh.body));
    const [p] = await until("the table there", async () => {
      const found = await waiting(there.admin, "dict");
      return found[0]?.changes.length === 2 ? found : undefined;
    });
    assert.equal((await ask(there.admin.page, "/admin/categories")).find((c) => c.code === "030901").name, before, "not by itself");
    const { page } = there.admin;
    await there.admin.open("/admin/sync");
    const card = page.getByRole("region", { name: /问题分类/ });
    await card.getByText("道路照明设施").waitFor();
    await shot(page, "sync-dict");
    await card.getByLabel("采纳 030989").uncheck();
    await button(card, "采纳选中的 1 项").click();
    await shot(page, "sync-dict-take");
    await button(page.getByRole("dialog"), "采纳").click();
    await page.getByText("没有待处理的内容").waitFor();
    const after = await ask(page, "/admin/categories");
    assert.equal(after.find((c) => c.code === "030901").name, "道路照明设施");
    assert.equal(after.find((c) => c.code === "030989"), undefined, "not chosen");
    await page.getByText("已处理", { exact: true }).click();
    await page.getByText("已采纳").first().waitFor();
    await shot(page, "sync-dict-done");
    assert.equal(p.partner, "省12345平台");
  });

  await step("what was not taken there is shown with its reason, and sent anew", async () => {
    const terms = async (key) => {
      const [{ id, version, name, sends, receives, url }] = (await ask(there.security.page, "/admin/partners")).partners;
      const saved = await call(there.security.page, "PUT", `/admin/partners/${id}`, { version, name, sends, receives, url, their_key: key });
      assert.equal(saved.status, 200, JSON.stringify(saved.body));
    };
    const key = (await ask(there.security.page, "/admin/partners")).partners[0].their_key;
    await terms("");
    const fresh = await call(own.page, "POST", "/admin/categories", { code: "030988", name: "电动自行车充电设施", keywords: "", active: true, dept_duty_only: false, mapped_old: [] });
    assert.ok(fresh.status < 300, JSON.stringify(fresh.body));
    await until("refused", async () => (await ask(here.page, "/admin/partners")).partners[0].shares.some((s) => s.untaken));
    const { page } = here;
    await here.open("/admin/partners");
    await page.getByText("同步未接收").waitFor();
    await button(page, "密钥、同步与消息").click();
    await page.getByText(/问题分类：对方未接收.*未登记的平台/).waitFor();
    await shot(page, "sync-untaken");
    await terms(key);
    await button(page, "重新发送").click();
    await page.getByText("已重新发送，稍后查看结果").waitFor();
    await until("the table there", async () => (await waiting(there.admin, "dict"))[0]?.changes.some((c) => c.code === "030988"));
    await page.getByText("同步未接收").waitFor({ state: "detached" });
  });

  await step("public articles wait for the reviewer and keep where they come from", async () => {
    there.reviewer = await person(house.browser, other, "kbauditor01");
    house.open.push(there.reviewer);
    const { page } = there.reviewer;
    await until("articles there", async () => (await waiting(there.reviewer, "kb")).length > 0);
    await there.reviewer.open("/knowledge?tab=sync");
    await button(page, "采纳").first().waitFor();
    await shot(page, "sync-kb");
    const count = (await waiting(there.reviewer, "kb")).length;
    await button(page, "采纳").first().click();
    await button(page.getByRole("dialog"), "采纳").click();
    await until("one less", async () => (await waiting(there.reviewer, "kb")).length === count - 1);
    await button(page, "不采纳").first().click();
    await button(page.getByRole("dialog"), "不采纳").click();
    await page.getByText("请填写不采纳的理由，至少2个字").waitFor();
    await page.getByRole("dialog").getByLabel("理由").fill("我市政策不同");
    await button(page.getByRole("dialog"), "不采纳").click();
    await until("declined", async () => (await waiting(there.reviewer, "kb")).length === count - 2);
    const done = await ask(page, "/proposals?topic=kb&open=false");
    const taken = done.find((d) => d.state === "taken");
    await there.reviewer.open(`/knowledge?tab=published&id=${taken.article}`);
    await page.getByText(/来自省12345平台/).first().waitFor();
    await shot(page, "sync-kb-origin");
  });

  await step("organisations go up, and a matter is offered to one of them", async () => {
    const shares = (await ask(there.security.page, "/admin/partners")).partners[0];
    assert.deepEqual(shares.shares.map((s) => s.topic), ["org"]);
    await call(there.security.page, "PUT", `/admin/partners/${shares.id}/shares`, { topics: ["org"] });
    await until("the list here", async () => (await waiting(own, "org")).length === 1);
    await own.open("/admin/sync");
    await own.page.getByText("机构名录", { exact: true }).click();
    await button(own.page, "采纳").click();
    await shot(own.page, "sync-org");
    await button(own.page.getByRole("dialog"), "采纳").click();
    await own.page.getByText("没有待处理的内容").waitFor();
    const agent = await person(house.browser, house.platform, "agent01");
    const desk = await person(house.browser, house.platform, "dispatcher01");
    house.open.push(agent, desk);
    const order = await register(agent, "滨海路");
    await desk.open(`/orders/${order.id}?tab=partners`);
    await button(desk.page, "转其他平台/110").click();
    const form = desk.page.getByRole("dialog");
    await form.getByLabel("建议承办单位（可不选）").click();
    await desk.page.locator(".ant-select-item-option").first().click();
    await form.getByLabel("转出原因").fill("诉求发生在贵市辖区，请受理");
    await shot(desk.page, "sync-suggest");
    await button(form, "转出").click();
    await desk.page.getByText("待对方受理").first().waitFor();
    const far = await person(house.browser, other, "dispatcher01");
    house.open.push(far);
    const came = await until("the order there", async () => {
      const { items } = await ask(far.page, "/orders?sort=registered_at&dir=desc&limit=50");
      return items.find((o) => o.case_no.slice(14, 16) === "09" && o.title === "滨海路路灯不亮");
    });
    assert.ok((await ask(far.page, `/orders/${came.id}`)).suggested_org, "whom to give it to came along");
  });
  for (const p of house.open) assert.deepEqual(p.problems, [], p.login);
});
