// 统一身份认证 against a real OpenID provider in a process of its own: the security administrator connects it, a dispatcher comes in
// by it, a stranger does not; passwords are closed to all but administrators; a citizen without any script files and finds a
// matter without a code.
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { shot, signIn, stage, stranger } from "./platform.mjs";
import { button, clean, row } from "./screen.mjs";

const house = stage("signin", { orders: 40 });
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** What is written in Latin letters because it is typed so. */
const CODES = ["/.well-known/openid-configuration", "https://id.example.cn/realms/city", "https://12345.example.cn", "/api/sign-in/back", "/sign-in/back", "/login/left", "/api/sign-in/ended", "/sign-in/left", "OpenID Connect", "issuer", "https", "http"];
const SECRET = "e2e-secret-of-the-desk";
const CITIZEN = { name: "周小燕", phone_number: "+86 199 8765 4321", phone_number_verified: true };
const ACCOUNTS = {
  "staff-7": { preferred_username: "Dispatcher01", name: "派单员" },
  "staff-8": { preferred_username: "nobody-here", name: "外人" },
  "citizen-1": CITIZEN,
};

let provider;

/** Starts the provider; at the same port when it was there before, without goodbyes where it has no page for them. */
function startProvider({ port, accounts = ACCOUNTS, logout = true } = {}) {
  const { base, portal } = house.platform;
  const client = (client_id, redirect, left, more) => ({
    client_id,
    client_secret: SECRET,
    redirect_uris: [redirect],
    post_logout_redirect_uris: [left],
    token_endpoint_auth_method: "client_secret_basic",
    ...more,
  });
  const clients = [
    client("hotline-desk", `${base}/api/sign-in/back`, `${base}/login/left`, { backchannel_logout_uri: `${base}/api/sign-in/ended`, backchannel_logout_session_required: true }),
    client("hotline-portal", `${portal}/sign-in/back`, `${portal}/sign-in/left`),
  ];
  if (!logout) for (const c of clients) delete c.post_logout_redirect_uris;
  const child = spawn("node", ["e2e/provider.mjs", JSON.stringify({ clients, accounts, port, logout })], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
    process.stderr.write(chunk);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the provider ended with ${code}\n${said}`)));
    child.stdout.on("data", (chunk) => {
      const issuer = String(chunk).match(/provider (\S+)/)?.[1];
      if (!issuer) return;
      child.removeAllListeners("exit");
      const stop = () => new Promise((done) => child.on("exit", done) && child.kill("SIGTERM"));
      resolve({ issuer, port: Number(new URL(issuer).port), stop });
    });
  });
}
after(() => provider?.stop());

/** At the provider's own pages: who one is, and yes. */
async function vouch(page, login) {
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
}

async function signOut(page) {
  await page.locator(".shell-user").click();
  await page.getByRole("menuitem", { name: "退出登录" }).click();
}

async function fill(page, label, text) {
  await page.getByLabel(label, { exact: true }).fill(text);
}

/** One of the three administrators of the first start, who change the password they were given. */
async function administrator(login) {
  const someone = { login, ...(await stranger(house.browser, house.platform)) };
  house.open.push(someone);
  const { page } = someone;
  await signIn(page, house.platform, login, house.platform.admins[login]);
  await fill(page, "当前密码", house.platform.admins[login]);
  await fill(page, "新密码", "Qinghe-lu-88-x");
  await page.getByLabel(/再次|确认/).fill("Qinghe-lu-88-x");
  await page.getByRole("button", { name: /修改|确\s*定|保\s*存/ }).click();
  await page.getByRole("navigation", { name: "工作台" }).waitFor();
  return someone;
}

async function save(page, reason) {
  await fill(page, "修改原因", reason);
  await button(page, "保存设置").click();
}

test("staff and citizens come in by an identity provider", async (t) => {
  const step = house.steps(t);
  let security;

  await step("the security administrator tries wrong settings, then right ones", async () => {
    provider = await startProvider();
    security = await administrator("secadmin");
    const { page } = security;
    await security.open("/admin/sign-in");
    await page.getByLabel("启用（工作人员）").click();
    await save(page, "接入统一身份认证");
    await page.getByText(/请填写认证平台地址/).waitFor();
    await fill(page, "按钮名称", "云溪市统一身份认证");
    await fill(page, "认证平台地址", `${provider.issuer}/realms/city`);
    await fill(page, "客户端标识", "hotline-desk");
    await fill(page, "客户端密钥", "not the secret");
    await fill(page, "本平台地址", house.platform.base);
    await page.getByText(`${house.platform.base}/api/sign-in/back`).waitFor();
    await button(page, "测试连接").click();
    await page.getByText(/发现文档：认证平台地址不正确：该地址下没有发现文档（HTTP 404）/).waitFor();
    await fill(page, "认证平台地址", provider.issuer);
    await button(page, "测试连接").click();
    await page.getByText(/客户端：客户端标识或密钥不正确/).waitFor();
    await shot(page, "sign-in-wrong");
    await fill(page, "客户端密钥", SECRET);
    await button(page, "测试连接").click();
    await page.getByText("测试通过").waitFor();
    await page.getByText(/客户端标识和密钥正确/).waitFor();
    await save(page, "接入统一身份认证");
    await page.getByText("已保存，从下一次登录起生效").waitFor();
    assert.match(await page.getByLabel("客户端密钥", { exact: true }).inputValue(), /^●+$/, "the secret is not shown again");
    await shot(page, "sign-in-settings");
  });

  await step("a dispatcher comes in by the provider, to the page that was asked for", async () => {
    const someone = await stranger(house.browser, house.platform);
    house.open.push({ login: "by-provider", ...someone });
    await someone.open("/query");
    const offer = someone.page.getByRole("link", { name: "用“云溪市统一身份认证”登录" });
    await offer.waitFor();
    await shot(someone.page, "sign-in-offer");
    await offer.click();
    await vouch(someone.page, "staff-7");
    await someone.page.getByRole("navigation", { name: "工作台" }).waitFor();
    assert.equal(new URL(someone.page.url()).pathname, "/query");
    const session = await someone.page.evaluate(async () => (await fetch("/api/v1/session")).json());
    assert.equal(session.user.login, "dispatcher01");
    assert.equal(session.must_change_password, false);
    const cookies = await someone.context.cookies(house.platform.base);
    assert.deepEqual(cookies.map((c) => c.name).filter((n) => n === "hotline_sign_in"), [], "the ticket is spent");
    assert.deepEqual(someone.problems, []);
  });

  await step("whom the provider knows and we do not stays outside; an answer nobody asked for is refused", async () => {
    const someone = await stranger(house.browser, house.platform);
    await someone.open("/");
    await someone.page.getByRole("link", { name: /统一身份认证/ }).click();
    await vouch(someone.page, "staff-8");
    await someone.page.getByText("您在认证平台的身份没有对应的账号，请联系系统管理员开通或核对登录名、手机号码").waitFor();
    await shot(someone.page, "sign-in-refused");
    await someone.open("/api/sign-in/back?code=stolen&state=guessed");
    await someone.page.getByText("登录请求不是由本浏览器发起或已用过，请重新登录").waitFor();
    await someone.open("/login?refused=%3Cscript%3E");
    await someone.page.getByRole("link", { name: /统一身份认证/ }).waitFor();
    assert.equal(await someone.page.getByRole("alert").count(), 0);
    await someone.close();
  });

  await step("passwords are closed to all but administrators", async () => {
    const { page } = security;
    await page.getByText("仅管理员", { exact: true }).click();
    await save(page, "统一认证后停用普通口令");
    await page.getByText("已保存，从下一次登录起生效").last().waitFor();
    const someone = await stranger(house.browser, house.platform);
    await signIn(someone.page, house.platform, "agent01");
    await someone.page.getByText("工作人员请用“云溪市统一身份认证”登录；只有管理员可以使用密码").waitFor();
    await signIn(someone.page, house.platform, "sysadmin01");
    await someone.page.getByRole("navigation", { name: "工作台" }).waitFor();
    await someone.close();
  });

  await step("who signs out here signs out at the provider too, and is told so calmly", async () => {
    const someone = house.open.find((p) => p.login === "by-provider");
    const { page } = someone;
    await someone.open("/");
    await signOut(page);
    await page.getByRole("button", { name: /Yes, sign me out/ }).click();
    await page.getByText("您已退出登录。").waitFor();
    assert.equal(new URL(page.url()).pathname, "/login/left");
    await shot(page, "sign-in-left");
    await page.getByRole("link", { name: /统一身份认证/ }).click();
    await page.locator("input[name=login]").waitFor();
    await vouch(page, "staff-7");
    await page.getByRole("navigation", { name: "工作台" }).waitFor();
  });

  await step("who signs out at the provider has no session here any more: open pages leave at once", async () => {
    const someone = house.open.find((p) => p.login === "by-provider");
    const other = await someone.context.newPage();
    await other.goto(`${provider.issuer}/session/end`);
    await other.getByRole("button", { name: /Yes, sign me out/ }).click();
    await someone.page.getByLabel("登录名").waitFor();
    const status = await someone.page.evaluate(async () => (await fetch("/api/v1/session")).status);
    assert.equal(status, 401);
    await other.close();
    const forged = await someone.page.evaluate(async () => {
      const body = new URLSearchParams({ logout_token: "e30.e30.c2ln" });
      return (await fetch("/api/sign-in/ended", { method: "POST", body })).status;
    });
    assert.equal(forged, 400, "what the provider did not sign ends nobody's session");
  });

  await step("a login given to somebody else at the provider does not open the account", async () => {
    const { port } = provider;
    await provider.stop();
    provider = await startProvider({ port, accounts: { ...ACCOUNTS, "staff-9": { preferred_username: "dispatcher01", name: "新来的人" } }, logout: false });
    const newcomer = await stranger(house.browser, house.platform);
    await newcomer.open("/");
    await newcomer.page.getByRole("link", { name: /统一身份认证/ }).click();
    await vouch(newcomer.page, "staff-9");
    await newcomer.page.getByText(/对应的账号已绑定认证平台上的另一身份，不能登录.*请联系安全管理员核实后解除绑定/).waitFor();
    await shot(newcomer.page, "sign-in-taken");
    await newcomer.close();
  });

  await step("a provider without goodbyes: out here, and told to sign out there", async () => {
    const someone = house.open.find((p) => p.login === "by-provider");
    const { page } = someone;
    await someone.open("/");
    await page.getByRole("link", { name: /统一身份认证/ }).click();
    await vouch(page, "staff-7");
    await page.getByRole("navigation", { name: "工作台" }).waitFor();
    await signOut(page);
    await page.getByText("您已退出本平台。“云溪市统一身份认证”不支持统一退出，离开电脑前请到认证平台退出").waitFor();
    await shot(page, "sign-in-left-here");
    const { port } = provider;
    await provider.stop();
    provider = await startProvider({ port });
  });

  await step("the security administrator sees the identity and unties it with a reason", async () => {
    const { page } = security;
    await security.open("/admin/users");
    await page.getByPlaceholder("姓名或登录名").fill("dispatcher01");
    await page.keyboard.press("Enter");
    await row(page, "dispatcher01").click();
    const bound = page.getByRole("region", { name: "统一身份认证" });
    await bound.getByText("staff-7").waitFor();
    await shot(page, "sign-in-binding");
    await clean(security, "the drawer of a user", [...CODES, "dispatcher01", "staff-7"]);
    await bound.getByRole("button", { name: "解除绑定" }).click();
    await page.getByLabel("解除原因").fill("认证平台重建了本人的账号");
    await page.getByRole("dialog").last().getByRole("button", { name: "解除绑定" }).click();
    await bound.getByText("已解除", { exact: true }).waitFor();
    await bound.getByText(/认证平台重建了本人的账号/).waitFor();
    await shot(page, "sign-in-untied");
    await security.open("/admin/sign-in");
    await page.getByLabel("按钮名称", { exact: true }).waitFor();
  });

  await step("who came in and who did not is in the audit record", async () => {
    const auditor = await administrator("auditadmin");
    const lines = await auditor.page.evaluate(async () => (await (await fetch("/api/v1/admin/audit?limit=100")).json()).items);
    const text = JSON.stringify(lines);
    assert.match(text, /session\.sign_in/);
    assert.match(text, /no_account/);
    assert.match(text, /sign_in\.set/);
    for (const action of ["sign_in.bind", "sign_in.unbind", "session.provider_end"]) assert.ok(text.includes(`"${action}"`), action);
    assert.match(text, /"taken"/);
    assert.ok(!text.includes(SECRET), "the secret is in no record");
  });

  await step("the citizens' provider is set up too", async () => {
    const { page } = security;
    await page.getByText("群众", { exact: true }).first().click();
    await page.getByLabel("启用（群众）").click();
    await fill(page, "按钮名称", "政务服务网账号");
    await fill(page, "认证平台地址", provider.issuer);
    await fill(page, "客户端标识", "hotline-portal");
    await fill(page, "客户端密钥", SECRET);
    await fill(page, "群众网站地址", house.platform.portal);
    await button(page, "测试连接").click();
    await page.getByText("测试通过").waitFor();
    await save(page, "群众网站接入统一身份认证");
    await page.getByText("已保存，从下一次登录起生效").last().waitFor();
    await shot(page, "sign-in-citizen");
    await clean(security, "the settings of sign-in", CODES);
  });
  for (const p of house.open) assert.deepEqual(p.problems, [], p.login);
});

/** A citizen's telephone, without any script — but for the look of axe. */
async function citizen(script) {
  const context = await house.browser.newContext({ viewport: { width: 360, height: 640 }, javaScriptEnabled: script, locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  return { page, context, open: (path) => page.goto(`${house.platform.portal}${path}`) };
}

async function looksWell(page) {
  const { violations } = await page.evaluate(`${AXE};axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] })`);
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html)}`), []);
}

test("a citizen files and finds a matter without a code", async (t) => {
  const step = house.steps(t);
  const me = await citizen(false);
  const { page } = me;

  await step("who says no at the provider is told so, and may go on with a code", async () => {
    await me.open("/sign-in?to=track");
    await page.getByRole("link", { name: /Cancel/ }).click();
    await page.getByText("您在认证平台取消了登录").waitFor();
    await shot(page, "portal-sign-in-denied");
    await page.getByRole("link", { name: "用其他方式查询" }).click();
    await page.getByLabel("查询码").waitFor();
  });

  await step("the number in the form is proved by the provider", async () => {
    await me.open("/report");
    await page.getByRole("radio", { name: /求助/ }).check();
    await page.getByLabel("事情经过").fill("小区门口的路灯连续三个晚上不亮，老人出门摔了一跤。");
    await page.getByLabel("事发区域").selectOption({ index: 2 });
    await page.getByLabel("详细地址").fill("湖滨路12号东门");
    await page.locator("#name").fill(CITIZEN.name);
    await page.locator("#phone").fill("19987654321");
    await page.getByLabel(/我已阅读并同意/).check();
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("heading", { name: "验证手机号码" }).waitFor();
    await shot(page, "portal-sign-in-confirm");
    await page.getByRole("link", { name: "用“政务服务网账号”验证" }).click();
    await vouch(page, "citizen-1");
    await page.getByText("手机号码已验证。").waitFor();
    await page.getByRole("button", { name: "提交诉求" }).click();
    await page.getByRole("heading", { name: "您的诉求已提交" }).waitFor();
  });

  await step("everything of one's own is found, by name and number", async () => {
    await me.open("/track");
    await page.getByText("已通过统一身份认证：周*燕，199****4321").waitFor();
    await shot(page, "portal-sign-in-track");
    await page.getByRole("link", { name: "查看本人登记的全部诉求" }).click();
    await page.getByText(/路灯连续三个晚上不亮/).first().waitFor();
    if (await page.getByRole("link", { name: "撤回诉求" }).count() === 0) await page.getByRole("link", { name: /路灯连续三个晚上不亮/ }).first().click();
    await page.getByRole("link", { name: "撤回诉求" }).click();
    await page.getByText("撤回本人的诉求不需要验证码").waitFor();
    await shot(page, "portal-sign-in-withdraw");
    await page.getByLabel("撤回原因").fill("路灯已经修好");
    await page.getByRole("button", { name: "确认撤回" }).click();
    await page.locator(".tag.big", { hasText: "已撤回" }).waitFor();
    await me.open("/track");
    await page.getByRole("button", { name: "退出登录" }).click();
    await page.getByRole("button", { name: /Yes, sign me out/ }).click();
    await page.getByRole("heading", { name: "您已退出登录" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/sign-in/left");
    await shot(page, "portal-sign-in-left");
    await me.open("/track/mine");
    assert.match(page.url(), /\/interaction\//, "whoever left is asked again");
  });

  await step("an answer nobody asked for is refused", async () => {
    const other = await citizen(true);
    await other.open("/sign-in/back?code=stolen&state=guessed");
    await other.page.getByText("登录请求不是由本浏览器发起或已用过，请重新登录").waitFor();
    await looksWell(other.page);
    await other.open("/track");
    await looksWell(other.page);
    await shot(other.page, "portal-sign-in-offer");
    await other.context.close();
  });

  await step("the leader somebody was about to write to is not forgotten on the way", async () => {
    const other = await citizen(false);
    await other.open("/mailboxes");
    await other.page.getByRole("link", { name: /^市长信箱/ }).click();
    await other.page.getByRole("link", { name: "用“政务服务网账号”登录" }).click();
    await other.page.getByRole("link", { name: /Cancel/ }).click();
    await other.page.getByRole("link", { name: "重新登录" }).click();
    await vouch(other.page, "citizen-1");
    await other.page.getByText("已通过统一身份认证：周*燕").first().waitFor();
    await other.page.getByText("写信给市长信箱").first().waitFor();
    await other.context.close();
  });

  await step("while the provider is away, codes go on", async () => {
    const { port } = provider;
    await provider.stop();
    await me.open("/sign-in?to=report");
    await page.getByText("统一身份认证暂时不可用，请稍后再试，或改用短信验证码").waitFor();
    provider = await startProvider({ port });
    await page.getByRole("link", { name: "重新登录" }).click();
    await page.locator("input[name=login]").waitFor();
  });
  await me.context.close();
});
