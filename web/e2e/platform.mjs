// The real binary on a fresh database, and a real Chromium to use it with.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

const BINARY = process.env.HOTLINE_BIN ?? "../target/debug/hotline";
const SHOTS = process.env.HOTLINE_SHOTS;
const STARTS_WITHIN_MS = 60_000;

/** Runs one command of the binary to its end. */
export function hotline(...args) {
  const { status, stdout, stderr } = spawnSync(BINARY, args, { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

/** Stories that are not about calls go without the switch: two of them at once would want the same port. */
const WITHOUT_CALLS = ["--no-phone"];

/** Starts the platform with the demo city; resolves when it listens. With `home` on the data of one that is gone. */
export async function startPlatform({ orders = 60, more = WITHOUT_CALLS, listen = "127.0.0.1:0", home = mkdtempSync(join(tmpdir(), "hotline-e2e-")) } = {}) {
  const args = ["serve", "--data", home, "--listen", listen, "--portal-listen", "127.0.0.1:0", "--demo", "--demo-orders", String(orders), ...more];
  const child = spawn(BINARY, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stderr.on("data", (chunk) => (errors = (errors + chunk).slice(-20_000)));
  const platform = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the platform did not start\n${output}\n${errors}`)), STARTS_WITHIN_MS);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the platform ended with ${code}\n${output}\n${errors}`)));
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const base = output.match(/平台已启动：(\S+)/)?.[1];
      const portal = output.match(/群众网站：(\S+)/)?.[1];
      const password = output.match(/演示用户统一口令（只显示这一次）：(\S+)/)?.[1];
      const admins = Object.fromEntries([...output.matchAll(/^ {2}(\w+) {2}(\S+)$/gm)].map((m) => [m[1], m[2]]));
      if (base && portal) {
        clearTimeout(late);
        resolve({ base, portal, password, admins });
      }
    });
  });
  child.removeAllListeners("exit");
  let ended = false;
  child.on("exit", () => (ended = true));
  /** Ends the process; the data stays for whoever wants to look at it. */
  const halt = () =>
    new Promise((resolve) => {
      if (ended) return resolve();
      child.on("exit", resolve);
      child.kill("SIGTERM");
    });
  /** Ends the process as a power cut would. */
  const crash = () =>
    new Promise((resolve) => {
      if (ended) return resolve();
      child.on("exit", resolve);
      child.kill("SIGKILL");
    });
  const stop = async () => {
    await halt();
    rmSync(home, { recursive: true, force: true });
  };
  return { ...platform, home, halt, crash, stop };
}

/** A microphone that beeps, allowed without being asked. */
export const MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"];

/** Chromium without anything that reaches out of the machine. */
export function startBrowser(more = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
}

/** A busy machine needs more. */
const WAIT_MS = Number(process.env.HOTLINE_WAIT_MS ?? 15_000);

/** A window of 1366×768 of its own, not signed in. Script errors and failures of the server are kept as problems. */
export async function stranger(browser, platform, { size = { width: 1366, height: 768 }, prepare } = {}) {
  const context = await browser.newContext({
    viewport: size,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    permissions: ["clipboard-read", "clipboard-write"],
    acceptDownloads: true,
  });
  context.setDefaultTimeout(WAIT_MS);
  await prepare?.(context);
  const problems = [];
  const watch = (page) => {
    page.on("pageerror", (e) => problems.push(`script: ${e.stack ?? e}`));
    page.on("response", (r) => r.status() >= 500 && problems.push(`${r.status()} ${r.request().method()} ${r.url()}`));
  };
  context.on("page", watch);
  const page = await context.newPage();
  return { page, context, problems, open: (path) => page.goto(`${platform.base}${path}`), close: () => context.close() };
}

/** Fills in the login form and sends it. */
export async function signIn(page, platform, login, password = platform.password) {
  await page.goto(`${platform.base}/login`);
  await page.getByLabel("登录名").fill(login);
  await page.getByLabel("密码", { exact: true }).fill(password);
  await page.getByRole("button", { name: /登\s*录/ }).click();
}

/** A person at a screen, signed in and on the first page. */
export async function person(browser, platform, login, { password = platform.password, ...options } = {}) {
  const someone = await stranger(browser, platform, options);
  await signIn(someone.page, platform, login, password);
  await someone.page.getByRole("navigation", { name: "工作台" }).waitFor();
  return { login, ...someone };
}

/** Keeps a picture when HOTLINE_SHOTS names a folder. */
export async function shot(page, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/**
 * The platform and a browser for the tests of one file, with the people who have come to work so far. `name` marks the
 * pictures kept of a step that failed.
 */
export function stage(name, options) {
  const open = [];
  const house = { open, platform: undefined, browser: undefined };
  before(async () => {
    [house.platform, house.browser] = await Promise.all([startPlatform(options), startBrowser()]);
  });
  after(async () => {
    await house.browser?.close();
    await house.platform?.stop();
  });
  /** Somebody comes to work; the same window serves when they come back. */
  house.at = async (login, path) => {
    let someone = open.find((p) => p.login === login);
    if (!someone) {
      someone = await person(house.browser, house.platform, login);
      open.push(someone);
    }
    if (path) await someone.open(path);
    return someone;
  };
  /** Steps of a story: each is timed, and a failed one leaves a picture of every screen. */
  house.steps = (t) => async (step, act) => {
    const began = Date.now();
    try {
      await act();
    } catch (error) {
      for (const p of open) await shot(p.page, `failed-${name}-${p.login}`);
      throw new Error(`at “${step}”: ${error.message}`, { cause: error });
    }
    t.diagnostic(`${step} ${((Date.now() - began) / 1000).toFixed(1)} s`);
  };
  return house;
}
