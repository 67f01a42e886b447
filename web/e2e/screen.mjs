// What a person does with the desk's parts, and what they read there.
import { strict as assert } from "node:assert";

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Words as a pattern: the component library spaces out short buttons, and keys may stand after the words. */
export const words = (text) => new RegExp(`^\\s*${[...text].map(literal).join("\\s*")}(\\s.*|)$`);

export const button = (at, text) => at.getByRole("button", { name: words(text) });

/** The row of a list that holds this text. */
export const row = (page, text) => page.getByRole("grid").getByRole("row").filter({ hasText: text });

/** The detail panel of an order beside a list. */
export const panel = (page, caseNo) => page.getByRole("region", { name: `工单 ${caseNo}`, exact: true });

/** Picks the order from the list and waits until its panel is there. */
export async function select(page, caseNo) {
  await row(page, caseNo).click();
  const shown = panel(page, caseNo);
  await shown.waitFor();
  return shown;
}

/** Presses a button and gives the drawer it opens. */
export async function drawer(page, at, label) {
  await button(at, label).click();
  const shown = page.getByRole("dialog").filter({ hasText: label }).last();
  await shown.waitFor();
  return shown;
}

/** Waits for the words that tell that a command went through. */
export const told = (page, text) => page.getByText(text).first().waitFor();

/** Chooses from an antd list by its words, with the keyboard. */
export async function choose(page, field, text) {
  await field.click();
  await field.fill(text);
  const option = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)").locator(".ant-select-item-option, .ant-select-tree-treenode").filter({ hasText: text });
  await option.first().waitFor();
  await option.first().locator(".ant-select-item-option-content, .ant-select-tree-node-content-wrapper").first().click();
}

/** Presses the confirming button of a drawer or a form and waits for the words that it went through. */
export async function confirm(page, at, press, title) {
  await button(at, press).click();
  await told(page, `${title}：已完成`);
}

/** Ticks a radio or a checkbox by its words inside a part of the page. */
export async function tick(at, text) {
  await at.getByText(text, { exact: true }).click();
}

/** English that may stand on a Chinese screen: keys, kinds of files, and the few names people use. */
const ALLOWED = new Set(["APP", "JPG", "PNG", "WebP", "WAV", "MP", "OGG", "AMR", "PDF", "DOCX", "TXT", "Enter", "Ctrl", "Alt", "Esc", "CSV", "XLSX", "Excel", "SMS", "IP", "ID"]);

/** Words of two or more Latin letters that a person sees or is read out; `data` is what people typed themselves. */
export async function english(page, data = []) {
  const texts = await page.evaluate(() => {
    // Digests are ids.
    const ids = [...document.querySelectorAll(".op-flow-hash")].map((e) => e.innerText);
    const seen = [ids.reduce((t, id) => t.replaceAll(id, ""), document.body.innerText), document.title];
    for (const e of document.querySelectorAll("[title], [placeholder], [aria-label]")) {
      // The library names its own small parts in English and offers no words of ours for them.
      if (e.getClientRects().length === 0 || e.closest("[aria-hidden=true], .anticon, .ant-input-number-action, .ant-select-clear, .op-flow-hash")) continue;
      for (const name of ["title", "placeholder", "aria-label"]) seen.push(e.getAttribute(name) ?? "");
    }
    return seen;
  });
  const found = new Set();
  for (const text of texts) {
    const own = data.reduce((t, d) => t.replaceAll(d, ""), text);
    for (const [word] of own.matchAll(/[A-Za-z][A-Za-z_.]*[A-Za-z]/g)) if (!ALLOWED.has(word)) found.add(word);
  }
  return [...found];
}

/** No English, no script error, no failure of the server so far. */
export async function clean(someone, where, data) {
  assert.deepEqual(await english(someone.page, data), [], `English on the screen of ${where}`);
  assert.deepEqual(someone.problems, [], `problems of ${where}`);
}

/** What the matter at a building of 桂巷街道 is about and where, on the registration form. */
export async function placeMatter(page, address) {
  await choose(page, page.locator("#category"), "物业服务");
  await page.locator("#region").click();
  await page.locator(".ant-cascader-menu-item").filter({ hasText: "澄湖区" }).first().click();
  await page.locator(".ant-cascader-menu").nth(1).locator(".ant-cascader-menu-item").filter({ hasText: "桂巷街道" }).click();
  await page.keyboard.press("Escape");
  await page.locator("#address").fill(address);
}
