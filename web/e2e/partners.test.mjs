// 平台对接 between two cities, each a process of its own: keys are exchanged, an order is offered and taken, another given back, a
// damaged and a repeated message change nothing, a partner that is down hears of everything once it is back, and 110 is a partner too.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { act, ask } from "./cast.mjs";
import { person, shot, signIn, stage, startPlatform, stranger } from "./platform.mjs";
import { button } from "./screen.mjs";

const house = stage("partners", { orders: 300 });
const OTHER = { orders: 30, more: ["--no-phone", "--region", "880100", "--city", "海州市"] };
const REASON = "诉求发生在贵市辖区，请受理";

let other;
before(async () => (other = await startPlatform(OTHER)));
after(() => other?.stop());

/** A call of the API with the session of somebody's page. */
function call(page, method, path, body) {
  return page.evaluate(
    async ([verb, to, what]) => {
      const { csrf, user } = await (await fetch("/api/v1/session")).json();
      if (!user) throw new Error("nobody is signed in");
      const answer = await fetch(`/api/v1${to}`, { method: verb, headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: what && JSON.stringify(what) });
      return { status: answer.status, body: await answer.json().catch(() => null) };
    },
    [method, path, body],
  );
}

/** The security administrator of a city, with a password of their own. */
async function security(platform) {
  const someone = { login: `secadmin@${platform.base}`, ...(await stranger(house.browser, platform)) };
  house.open.push(someone);
  const { page } = someone;
  await signIn(page, platform, "secadmin", platform.admins.secadmin);
  await page.getByLabel("当前密码").fill(platform.admins.secadmin);
  await page.getByLabel("新密码", { exact: true }).fill("Qinghe-lu-88-x");
  await page.getByLabel("再次输入新密码").fill("Qinghe-lu-88-x");
  await page.getByRole("button", { name: "保存新密码" }).click();
  await page.getByRole("navigation", { name: "工作台" }).waitFor();
  return someone;
}

/** Waits for something that the platforms do by themselves. */
async function until(what, check) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`);
    await new Promise((go) => setTimeout(go, 300));
  }
}

/** Orders that came from the other city, newest first. */
async function came(dispatcher) {
  const { items } = await ask(dispatcher.page, "/orders?sort=registered_at&dir=desc&limit=50");
  return items.filter((o) => o.case_no.startsWith("880100") && o.case_no.slice(14, 16) === "99");
}

const link = async (page, id) => (await ask(page, `/orders/${id}/partners`)).links.at(-1);

test("two cities exchange orders", async (t) => {
  const step = house.steps(t);
  const there = {};
  let here;
  let own;
  let waiting;

  await step("both security administrators set the other city up and tell their keys", async () => {
    here = await security(house.platform);
    there.security = await security(other);
    const { page } = here;
    await here.open("/admin/partners");
    await page.getByText("还没有对接平台").waitFor();
    await button(page, "新增平台").click();
    const form = page.getByRole("dialog");
    await form.getByLabel("类别").click();
    await page.getByTitle("兄弟城市平台").click();
    await form.getByLabel("平台代码").fill("880100");
    await form.getByLabel("平台名称").fill("海州市12345平台");
    await form.getByLabel("对方接收地址").fill("海州");
    await button(form, "保存").click();
    await form.getByText(/请填写对方接收地址/).waitFor();
    await form.getByLabel("对方接收地址").fill(`${other.base}/open/v1/exchange`);
    await button(form, "保存").click();
    await page.getByText("待登记公钥").waitFor();
    const [mine] = (await ask(page, "/admin/partners")).partners;
    assert.match(mine.our_key, /^04[0-9a-f]{128}$/);
    const terms = { name: "云溪市12345平台", sends: true, receives: true, url: `${house.platform.base}/open/v1/exchange` };
    const made = await call(there.security.page, "POST", "/admin/partners", { code: "990100", kind: "neighbour", their_key: mine.our_key, ...terms });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    await page.getByRole("button", { name: "修改" }).click();
    const change = page.getByRole("dialog");
    await change.getByLabel("对方公钥").fill(made.body.partners[0].our_key);
    await button(change, "保存").click();
    await page.getByText("尚未往来").waitFor();
  });

  await step("an order is offered; until it is taken nobody decides about it here", async () => {
    own = await person(house.browser, house.platform, "dispatcher01");
    house.open.push(own);
    there.dispatcher = await person(house.browser, other, "dispatcher01");
    house.open.push(there.dispatcher);
    waiting = (await ask(own.page, "/orders?state=pending_dispatch&limit=20")).items;
    assert.ok(waiting.length >= 3, `${waiting.length} orders wait for a dispatcher`);
    const { page } = own;
    await own.open(`/orders/${waiting[0].id}?tab=partners`);
    await button(page, "转其他平台/110").click();
    const form = page.getByRole("dialog");
    await form.getByLabel("转出原因").fill(REASON);
    await shot(page, "partner-offer");
    await button(form, "转出").click();
    await page.getByText("待对方受理").first().waitFor();
    const version = (await ask(page, `/orders/${waiting[0].id}`)).version;
    const refused = await page.evaluate(
      async ([id, v]) => {
        const { csrf } = await (await fetch("/api/v1/session")).json();
        const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf, "If-Match": `"${v}"` };
        const body = JSON.stringify({ action: "reject", reason: "N11", explanation: "没有实质诉求" });
        return (await fetch(`/api/v1/orders/${id}/commands`, { method: "POST", headers, body })).json();
      },
      [waiting[0].id, version],
    );
    assert.equal(refused.code, "offered", JSON.stringify(refused));
  });

  await step("it is an order there, once, and is taken by dispatching it", async () => {
    const [order, ...more] = await until("the order there", async () => ((await came(there.dispatcher)).length > 0 ? came(there.dispatcher) : undefined));
    assert.equal(more.length, 0);
    there.first = order;
    const seen = await ask(there.dispatcher.page, `/orders/${order.id}`);
    const orig = await ask(own.page, `/orders/${waiting[0].id}`);
    assert.equal(seen.content, orig.content);
    await dispatch(there.dispatcher, order.id);
    const taken = await until("taken", async () => {
      const l = await link(own.page, waiting[0].id);
      return l.state === "accepted" ? l : undefined;
    });
    assert.equal(taken.their_no, order.case_no);
    assert.equal((await ask(own.page, `/orders/${waiting[0].id}`)).state, "transferred_out");
    await own.open(`/orders/${waiting[0].id}?tab=partners`);
    await own.page.getByText("已受理").first().waitFor();
    await shot(own.page, "partner-taken");
  });

  await step("what is not theirs comes back with the reason", async () => {
    await offer(own, waiting[1].id);
    const order = await until("the second there", async () => (await came(there.dispatcher)).find((o) => o.id !== there.first.id));
    await act(there.dispatcher, order.id, { action: "transfer_out", target: "other_city", receipt: "电话告知" });
    const back = await until("given back", async () => {
      const l = await link(own.page, waiting[1].id);
      return l.state === "returned" ? l : undefined;
    });
    assert.match(back.reason, /已转其他平台办理/);
    assert.equal((await ask(own.page, `/orders/${waiting[1].id}`)).state, "pending_dispatch");
  });

  await step("a damaged, a foreign and a repeated message change nothing", async () => {
    const post = async (body) => (await fetch(`${other.base}/open/v1/exchange`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();
    const base = { msg_id: "damaged-0001", type: "wo.create", from: "990100", to: "880100", ts: new Date().toISOString(), nonce: "1", body: "{}", sm3: "0".repeat(64), sign_sm2: "0".repeat(128) };
    assert.equal((await post(base)).code, 4002);
    assert.equal((await post({ ...base, from: "123456" })).code, 4005);
    assert.equal((await post("not an object")).code, 4001);
    assert.equal((await came(there.dispatcher)).length, 2);
    await here.open("/admin/partners");
    await here.page.getByText("正常").first().waitFor();
    await shot(here.page, "partners-room");
  });

  await step("a partner that is down hears of everything once it is back, once", async () => {
    await other.halt();
    await offer(own, waiting[2].id);
    await own.open(`/orders/${waiting[2].id}?tab=partners`);
    await own.page.getByText("未送达，稍后重试").waitFor();
    await shot(own.page, "partner-down");
    const password = other.password;
    other = { ...(await startPlatform({ ...OTHER, home: other.home, listen: new URL(other.base).host })), password };
    there.dispatcher = await person(house.browser, other, "dispatcher01", { password });
    await until("the third there", async () => (await came(there.dispatcher)).length === 3);
    await until("delivered here", async () => (await link(own.page, waiting[2].id)).messages.every((m) => m.state === "done"));
    assert.equal((await came(there.dispatcher)).length, 3);
  });
  for (const p of house.open) assert.deepEqual(p.problems.filter((x) => !x.includes("880100")), [], p.login);
});

async function offer(who, id) {
  const [to] = (await ask(who.page, `/orders/${id}/partners`)).offers;
  const sent = await call(who.page, "POST", `/orders/${id}/partners`, { partner: to.id, reason: REASON });
  assert.equal(sent.status, 200, JSON.stringify(sent.body));
}

/** Dispatches an order to the first organisation that may lead it. */
async function dispatch(who, id) {
  const { items } = await ask(who.page, "/orders?state=handling&limit=1");
  const lead = (await ask(who.page, `/orders/${items[0].id}`)).lead_org.id;
  return act(who, id, { action: "dispatch", lead });
}
