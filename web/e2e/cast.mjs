// Who works where in the demonstration city, and orders they have in hand.
import { readFileSync } from "node:fs";

const SEED = new URL("../../crates/app/seed/demo/", import.meta.url);

function table(name) {
  const [head, ...rows] = readFileSync(new URL(name, SEED), "utf8").trim().split(/\r?\n/).map((l) => l.split(","));
  return rows.map((r) => Object.fromEntries(head.map((h, i) => [h, r[i]])));
}

const codes = new Map(table("orgs.csv").map((o) => [o.name, o.code]));
const users = table("users.csv");

/** The login of a person named on screen, in the organisation named on screen. */
export function loginOf(org, name) {
  return users.find((u) => u.org_code === codes.get(org) && u.name === name)?.login;
}

/** The login of whoever holds a role in the organisation. */
export function roleAt(org, role) {
  return users.find((u) => u.org_code === codes.get(org) && u.roles.split(";").includes(role))?.login;
}

/** A JSON answer of the API with the session of somebody's page. */
export function ask(page, path) {
  return page.evaluate(async (p) => {
    const answer = await fetch(`/api/v1${p}`);
    if (!answer.ok) throw new Error(`${answer.status} ${p}`);
    return answer.json();
  }, path);
}

/** A step of the way between, by the person whose step it is, without the screens other stories show. */
export async function act(person, id, body) {
  await person.page.evaluate(
    async ([order, command]) => {
      const api = async (path, init) => {
        const answer = await fetch(`/api/v1${path}`, init);
        if (!answer.ok) throw new Error(`${answer.status} ${path} ${await answer.text()}`);
        return answer.json();
      };
      const { csrf } = await api("/session");
      const { version } = await api(`/orders/${order}`);
      const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf, "If-Match": `"${version}"`, "Idempotency-Key": crypto.randomUUID() };
      return api(`/orders/${order}/commands`, { method: "POST", headers, body: JSON.stringify(command) });
    },
    [id, body],
  );
}

/** An order in work whose handler is known, and that satisfies `fits`; with the logins of the unit's people. */
export async function orderAtWork(page, fits = () => true) {
  const found = await ask(page, "/orders?state=handling&sort=registered_at&dir=desc&limit=50");
  for (const line of found.items) {
    const order = await ask(page, `/orders/${line.id}`);
    const lead = order.tasks.find((t) => t.role === "lead" && t.round === order.round && !t.ended_at);
    const handler = lead?.handler && loginOf(lead.org.name, lead.handler.name);
    const leader = lead && roleAt(lead.org.name, "unit_leader");
    if (handler && leader && fits(order, lead)) return { order, lead, handler, leader };
  }
  throw new Error("the demonstration has no such order in work");
}
