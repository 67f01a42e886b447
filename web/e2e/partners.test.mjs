// 平台对接 between two cities, each a process of its own: keys are exchanged, an order is offered and taken, another given back, a
// damaged and a repeated message change nothing, a partner that is down hears of everything once it is back, and 110 is a partner too.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { act, ask } from "./cast.mjs";
import { answer, call, dispatch, offer, paper, register, security, until } from "./partner-cast.mjs";
import { person, shot, stage, startPlatform } from "./platform.mjs";
import { button } from "./screen.mjs";

const house = stage("partners", { orders: 30 });
const OTHER = { orders: 30, more: ["--no-phone", "--region", "880100", "--city", "海州市"] };
const REASON = "诉求发生在贵市辖区，请受理";

let other;
before(async () => (other = await startPlatform(OTHER)));
after(() => other?.stop());

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
    here = await security(house.browser, house.platform, house.open);
    there.security = await security(house.browser, other, house.open);
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
    const agent = await person(house.browser, house.platform, "agent01");
    house.open.push(agent);
    waiting = [];
    for (const street of ["滨海路", "建设路", "文昌路"]) waiting.push(await register(agent, street));
    await paper(agent, waiting[0].id, "位置说明.txt", "滨海路12号门前，杆号23");
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
    // The head says why, what would decide about it is grey, and it can be taken back from there.
    await page.getByText("受理前不能派单、答复、不予受理").waitFor();
    assert.ok(await button(page, "派单").isDisabled());
    await button(page, "撤回").waitFor();
    await shot(page, "partner-grey");
    await own.open(`/dispatch?id=${waiting[0].id}`);
    await page.getByText("受理前不能派单、答复、不予受理").waitFor();
    await shot(page, "partner-grey-desk");
    await own.open(`/orders/${waiting[0].id}?tab=partners`);
  });

  await step("it is an order there, once, and is taken by dispatching it", async () => {
    const [order, ...more] = await until("the order there", async () => ((await came(there.dispatcher)).length > 0 ? came(there.dispatcher) : undefined));
    assert.equal(more.length, 0);
    there.first = order;
    const seen = await ask(there.dispatcher.page, `/orders/${order.id}`);
    const orig = await ask(own.page, `/orders/${waiting[0].id}`);
    assert.equal(seen.content, orig.content);
    const papers = () => ask(there.dispatcher.page, `/orders/${order.id}/attachments`);
    const [file] = await until("its paper there", async () => ((await papers()).length > 0 ? papers() : undefined));
    assert.deepEqual([file.name, file.by_name], ["位置说明.txt", "云溪市12345平台"]);
    await dispatch(there.dispatcher, order.id);
    const taken = await until("taken", async () => {
      const l = await link(own.page, waiting[0].id);
      return l.state === "accepted" ? l : undefined;
    });
    assert.equal(taken.their_no, order.case_no);
    assert.equal((await ask(own.page, `/orders/${waiting[0].id}`)).state, "transferred_out");
    await own.open(`/orders/${waiting[0].id}?tab=partners`);
    await own.page.getByText("已受理").first().waitFor();
    const held = await until("who has it", async () => {
      const l = await link(own.page, waiting[0].id);
      return l.lead && l.held_until ? l : undefined;
    });
    await own.page.getByText(`主办：${held.lead}`).first().waitFor();
    await until("the step in the record", async () => (await ask(own.page, `/orders/${waiting[0].id}/flow`)).some((f) => f.action === "partner_dispatch"));
    there.due = held.held_until;
    await shot(own.page, "partner-taken");
  });

  await step("it is urged on the screen, and more time is asked for there and granted here", async () => {
    const { page } = own;
    await button(page, "催办").click();
    let form = page.getByRole("dialog");
    await button(form, "发送").click();
    await form.getByText("请填写内容，至少2个字").waitFor();
    await form.getByLabel("内容").fill("诉求人再次来电，请尽快维修");
    await button(form, "发送").click();
    await page.getByText("诉求人再次来电，请尽快维修").waitFor();
    await until("urged there", async () => (await ask(there.dispatcher.page, `/orders/${there.first.id}`)).urge_n === 1);
    await there.dispatcher.open(`/orders/${there.first.id}?tab=partners`);
    const far = there.dispatcher.page;
    await far.getByText("诉求人再次来电，请尽快维修").first().waitFor();
    await button(far, "申请延期").click();
    form = far.getByRole("dialog");
    const until2 = new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10);
    await form.getByLabel("延期至").fill(`${until2} 18:00`);
    await form.getByLabel("延期至").press("Enter");
    await form.getByLabel("理由").fill("需更换地下电缆");
    await shot(far, "partner-extension");
    await button(form, "发送").click();
    await far.getByText(/待审批/).waitFor();
    await shot(far, "partner-there");
    const granting = button(page, "同意延期");
    await until("the application here", async () => (await page.reload(), await granting.waitFor({ timeout: 3000 }).then(() => true, () => false)));
    await granting.click();
    await button(page.getByRole("dialog"), "发送").click();
    await page.getByText(/已同意/).first().waitFor();
    await until("granted there", async () => (await ask(far, `/orders/${there.first.id}/partners`)).links.at(-1).ext_cn === "已同意");
    const order = await ask(far, `/orders/${there.first.id}`);
    assert.ok(order.due_at > there.due, "the promise there runs longer");
    const clock = order.clocks.find((c) => c.kind === "order");
    assert.ok(clock.sentences.at(-1).startsWith("云溪市12345平台同意延期"), clock.sentences.at(-1));
    await until("the new date is told", async () => (await link(page, waiting[0].id)).held_until === order.due_at);
    await there.dispatcher.open(`/orders/${there.first.id}?tab=clocks`);
    await far.getByText("工单办理").first().waitFor();
    await shot(far, "partner-clock");
    await page.reload();
    await page.getByText(/→/).first().waitFor();
    await shot(page, "partner-words");
  });

  await step("the answer brings its evidence, and the rating follows", async () => {
    const files = [
      ["修复现场.txt", "灯杆23号已更换灯具", "reply"],
      ["内部派工单.txt", "派工给三班", "handle"],
    ];
    await answer(house.browser, other, there.dispatcher, there.first.id, files);
    const papers = () => ask(own.page, `/orders/${waiting[0].id}/attachments`);
    const came = await until("the evidence here", async () => (await papers()).find((a) => a.purpose === "reply"));
    assert.deepEqual([came.name, came.by_name], ["修复现场.txt", "海州市12345平台"]);
    assert.ok(!(await papers()).some((a) => a.name === "内部派工单.txt"), "papers among units stay there");
    await own.open(`/orders/${waiting[0].id}?tab=partners`);
    await own.page.getByText("修复现场.txt").first().waitFor();
    await shot(own.page, "partner-evidence");
    const caller = await person(house.browser, other, "callback01");
    const rated = { mode: "phone", reached: true, unreached_reason: null, contacted: "yes", solved: "solved", process_rating: "sat", rating: "very_sat", dissatisfy_reasons: [], opinion: null };
    await act(caller, there.first.id, { action: "callback", ...rated });
    await caller.close();
    await until("closed", async () => (await link(own.page, waiting[0].id)).state === "closed");
    const last = await link(own.page, waiting[0].id);
    assert.equal(last.callback_cn, "已联系，已解决，非常满意");
    assert.deepEqual(last.messages.slice(-2).map((m) => m.kind_cn), ["回访结果", "办结"]);
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
