// What tests of the citizen's side share: the sum of the captcha, codes sent by message, and axe with the page's own width.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { hotline, shot } from "./platform.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WORDS = { 零: 0, 一: 1, 二: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 };

/** 三加五等于几？ */
function answer(question) {
  const [, a, sign, b, more] = question.match(/([零一二三四五六七八九])(加|减)([零一二三四五六七八九])(再加一)?等于几/);
  return String((sign === "加" ? WORDS[a] + WORDS[b] : WORDS[a] - WORDS[b]) + (more ? 1 : 0));
}

export async function solve(page) {
  const label = page.locator("label[for=captcha]");
  await page.locator("#captcha").fill(answer(await label.textContent()));
}

/** The newest code sent to a number, as an operator at the server sees it. */
export function codeFor(platform, number) {
  const { status, output } = hotline("admin", "--data", platform.home, "outbox");
  assert.equal(status, 0, output);
  const lines = output.split("\n").filter((l) => l.includes(number) && l.includes("验证码"));
  return lines.at(-1).match(/验证码(\d{6})/)[1];
}

/** Nothing for axe to say, and nothing wider than the screen. */
export async function look(page, name) {
  const { width } = page.viewportSize();
  const found = await page.evaluate(`${AXE};axe.run({runOnly:["wcag2a","wcag2aa","wcag21a","wcag21aa","best-practice"]})`);
  const told = found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
  assert.deepEqual(told, [], `${name} at ${width}`);
  assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), `${name} fits ${width}`);
  await shot(page, `portal-axe-${name}-${width}`);
}
