// 平台对接 over mutual TLS: a partner that asks for our certificate gets it, and who shows none is told what to look at.
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { person, startBrowser, startPlatform } from "./platform.mjs";
import { call, offer, register, security, until } from "./partner-cast.mjs";
import { ask } from "./cast.mjs";

/** The example key of the standard. */
const KEY = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const folder = mkdtempSync(join(tmpdir(), "hotline-tls-"));
const file = (name) => join(folder, name);
const heard = [];
let browser;
let server;

function openssl(...args) {
  const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8", cwd: folder });
  assert.equal(status, 0, stderr);
}

/** A certificate of our authority; with its key in one file. */
function certificate(name, subject, more) {
  openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
  writeFileSync(file(`${name}.ext`), more);
  openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out", `${name}.crt`, "-extfile", `${name}.ext`);
  writeFileSync(file(`${name}.pem`), readFileSync(file(`${name}.crt`), "utf8") + readFileSync(file(`${name}.key`), "utf8"));
}

before(async () => {
  openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Partner CA");
  certificate("server", "/CN=partner", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
  certificate("client", "/CN=hotline-990100", "extendedKeyUsage=clientAuth\n");
  const options = { cert: readFileSync(file("server.crt")), key: readFileSync(file("server.key")), ca: readFileSync(file("ca.pem")), requestCert: true, rejectUnauthorized: true };
  server = createServer(options, (request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const { msg_id, type } = JSON.parse(body);
      heard.push({ who: request.socket.getPeerCertificate().subject.CN, type });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ code: 0, msg: "", msg_id }));
    });
  });
  await new Promise((go) => server.listen(0, "127.0.0.1", go));
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a partner that asks for a certificate", async () => {
  const open = [];
  const more = ["--no-phone", "--partner-ca", file("ca.pem")];
  let platform = await startPlatform({ orders: 30, more: [...more, "--partner-cert", file("client.pem")] });
  const { password, home } = platform;
  try {
    const admin = await security(browser, platform, open);
    const form = { code: "880100", kind: "neighbour", name: "海州市12345平台", sends: true, receives: false, their_key: KEY, url: `https://127.0.0.1:${server.address().port}/open/v1/exchange` };
    assert.equal((await call(admin.page, "POST", "/admin/partners", form)).status, 200);
    let agent = await person(browser, platform, "agent01");
    let dispatcher = await person(browser, platform, "dispatcher01");
    const first = await register(agent, "滨海路");
    await offer(dispatcher, first.id);
    await until("heard", async () => heard.length === 1);
    assert.deepEqual(heard, [{ who: "hotline-990100", type: "wo.create" }]);

    await platform.halt();
    platform = { ...(await startPlatform({ home, more })), password };
    agent = await person(browser, platform, "agent01", { password });
    dispatcher = await person(browser, platform, "dispatcher01", { password });
    const second = await register(agent, "文昌路");
    await offer(dispatcher, second.id);
    const line = await until("not delivered", async () => (await ask(dispatcher.page, `/orders/${second.id}/partners`)).links[0].messages.find((m) => m.error));
    assert.match(line.error, /无法建立安全连接，请核对双方证书/);
    assert.equal(heard.length, 1);
  } finally {
    for (const p of open) await p.close();
    await platform.stop();
    rmSync(home, { recursive: true, force: true });
  }
});
