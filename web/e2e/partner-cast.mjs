// What stories about other platforms have in common.
import { strict as assert } from "node:assert";
import { act, ask, roleAt } from "./cast.mjs";
import { person, signIn, stranger } from "./platform.mjs";

const REASON = "诉求发生在贵市辖区，请受理";

/** A call of the API with the session of somebody's page. */
export function call(page, method, path, body) {
  return page.evaluate(
    async ([verb, to, what]) => {
      const { csrf, user } = await (await fetch("/api/v1/session")).json();
      if (!user) throw new Error("nobody is signed in");
      const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf, "Idempotency-Key": crypto.randomUUID() };
      const answer = await fetch(`/api/v1${to}`, { method: verb, headers, body: what && JSON.stringify(what) });
      return { status: answer.status, body: await answer.json().catch(() => null) };
    },
    [method, path, body],
  );
}

/** The security administrator of a city, with a password of their own. */
export async function security(browser, platform, open) {
  const someone = { login: `secadmin@${platform.base}`, ...(await stranger(browser, platform)) };
  open.push(someone);
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
export async function until(what, check) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`);
    await new Promise((go) => setTimeout(go, 300));
  }
}

/** A matter an agent has registered and handed to the dispatchers. */
export async function register(agent, street) {
  const form = {
    channel: "01",
    demand_type: "help",
    category: "030901",
    urgency: "u3",
    title: `${street}路灯不亮`,
    content: `${street}中段的路灯已经三天不亮，晚上出行不便，请派人维修。`,
    region: "990101001000",
    address: `${street}12号`,
    requester: { name: "王晓明", phone: "13812345678", kind: "person" },
    duplicates_checked: true,
  };
  const made = await call(agent.page, "POST", "/orders", form);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  await act(agent, made.body.id, { action: "submit" });
  return made.body;
}

/** Adds a paper to an order: the citizen's unless another purpose is given. */
export async function paper(who, id, name, text, purpose = "demand") {
  const status = await who.page.evaluate(
    async ([order, called, content, what]) => {
      const { csrf } = await (await fetch("/api/v1/session")).json();
      const to = `/api/v1/orders/${order}/attachments?purpose=${what}&name=${encodeURIComponent(called)}`;
      return (await fetch(to, { method: "POST", headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf }, body: new Blob([content]) })).status;
    },
    [id, name, text, purpose],
  );
  assert.ok(status < 300, String(status));
}

/** Offers an order to the first platform there is. */
export async function offer(who, id) {
  const [to] = (await ask(who.page, `/orders/${id}/partners`)).offers;
  const sent = await call(who.page, "POST", `/orders/${id}/partners`, { partner: to.id, reason: REASON });
  assert.equal(sent.status, 200, JSON.stringify(sent.body));
}

/** From dispatched to answered, by the people of the unit and of the centre; `files` go with the answer. */
export async function answer(browser, platform, dispatcher, id, files) {
  const order = await ask(dispatcher.page, `/orders/${id}`);
  const task = order.tasks[0].id;
  const unit = order.tasks[0].org.name;
  // Somebody may hold two roles, and has one session.
  const here = new Map();
  const at = async (login) => here.get(login) ?? here.set(login, await person(browser, platform, login)).get(login);
  const admin = await at(roleAt(unit, "unit_admin"));
  const handler = await at(roleAt(unit, "handler"));
  const { user } = await ask(handler.page, "/session");
  await act(admin, id, { action: "sign", task });
  await act(admin, id, { action: "assign", task, handler: user.id, org: null, advice: null });
  await act(handler, id, { action: "start", task });
  await act(handler, id, { action: "contact", task, at: Date.now() - 1000, way: "phone", result: "reached", note: null });
  for (const [name, text, purpose] of files) await paper(handler, id, name, text, purpose);
  const form = {
    claim_true: true,
    beyond_duty: false,
    result: "solved",
    unsolved_reason: null,
    handling_note: "已派员更换灯具并恢复照明，现场测试正常。",
    public_reply: "您好，您反映的路灯已于当日修复，感谢您的监督。",
    legal_basis: null,
    override_reason: "已逐项核对",
  };
  await act(handler, id, { action: "submit_unit", task, form });
  await act(await at(roleAt(unit, "unit_leader")), id, { action: "unit_approve", task, opinion: "同意" });
  await act(await at("auditor01"), id, { action: "center_accept", opinion: null, reply: null });
  await act(await at("reply01"), id, { action: "unified_reply", channel: "phone", reply: "您好，您反映的路灯已修复，感谢您的监督。" });
  for (const p of here.values()) await p.close();
}

/** Dispatches an order to a department that has people for every step. */
export async function dispatch(who, id) {
  const { orgs } = await ask(who.page, "/reference");
  const lead = orgs.find((o) => o.level === "city" && o.kind === "department" && ["unit_admin", "handler", "unit_leader"].every((r) => roleAt(o.name, r)));
  return act(who, id, { action: "dispatch", lead: lead.id });
}
