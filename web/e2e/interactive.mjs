// Measures how long a person waits until the desk can be used: node e2e/interactive.mjs, HOTLINE_BIN names the binary.
// Interactive means: what is typed into the first field of the page has arrived there.
import { person, startBrowser, startPlatform, stranger } from "./platform.mjs";

const RUNS = 7;
/** Chromium's slowdown of the processor: 1 as it is, 4 an office machine of ten years ago. */
const SLOWDOWNS = [1, 4];
const DESKS = [
  { login: "agent01", path: "/intake", name: "受理登记", field: ".ant-input" },
  { login: "dispatcher01", path: "/dispatch", name: "派单台", field: ".desk-search input" },
  { login: "dispatcher01", path: "/query", name: "综合查询", field: ".ant-input" },
];

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function slow(page, rate) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
}

/** Milliseconds from the start of the navigation until a typed letter stands in the field. */
async function typed(page, url, selector) {
  await page.goto(url, { waitUntil: "commit" });
  const field = page.locator(selector).first();
  await field.waitFor();
  await field.fill("1");
  return page.evaluate(() => performance.now());
}

async function login(browser, platform, rate) {
  const someone = await stranger(browser, platform);
  await slow(someone.page, rate);
  const ms = await typed(someone.page, `${platform.base}/login`, "input");
  await someone.close();
  return ms;
}

const platform = await startPlatform();
const browser = await startBrowser();
console.log(`| page | processor | median ms of ${RUNS} | slowest |\n|---|---|---:|---:|`);
const line = (name, rate, times) =>
  console.log(`| ${name} | ÷${rate} | ${Math.round(median(times))} | ${Math.round(Math.max(...times))} |`);
try {
  for (const rate of SLOWDOWNS) {
    const times = [];
    for (let i = 0; i < RUNS; i++) times.push(await login(browser, platform, rate));
    line("sign-in, nothing cached", rate, times);
    for (const desk of DESKS) {
      const someone = await person(browser, platform, desk.login);
      await slow(someone.page, rate);
      const visits = [];
      for (let i = 0; i < RUNS; i++) visits.push(await typed(someone.page, `${platform.base}${desk.path}`, desk.field));
      line(`${desk.name}, cached`, rate, visits);
      await someone.close();
    }
  }
} finally {
  await browser.close();
  await platform.stop();
}
