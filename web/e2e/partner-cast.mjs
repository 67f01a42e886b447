// What stories about other platforms have in common.
import { strict as assert } from "node:assert";
import { act, ask } from "./cast.mjs";
import { signIn, stranger } from "./platform.mjs";

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

/** Adds a paper of the citizen's to an order. */
export async function paper(who, id, name, text) {
  const status = await who.page.evaluate(
    async ([order, called, content]) => {
      const { csrf } = await (await fetch("/api/v1/session")).json();
      const to = `/api/v1/orders/${order}/attachments?purpose=demand&name=${encodeURIComponent(called)}`;
      return (await fetch(to, { method: "POST", headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf }, body: new Blob([content]) })).status;
    },
    [id, name, text],
  );
  assert.ok(status < 300, String(status));
}

/** Offers an order to the first platform there is. */
export async function offer(who, id) {
  const [to] = (await ask(who.page, `/orders/${id}/partners`)).offers;
  const sent = await call(who.page, "POST", `/orders/${id}/partners`, { partner: to.id, reason: REASON });
  assert.equal(sent.status, 200, JSON.stringify(sent.body));
}

/** Dispatches an order to the first organisation that may lead it. */
export async function dispatch(who, id) {
  const { items } = await ask(who.page, "/orders?state=handling&limit=1");
  const lead = (await ask(who.page, `/orders/${items[0].id}`)).lead_org.id;
  return act(who, id, { action: "dispatch", lead });
}
