import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { PROMPTS } from "./prompt-words";

test("what the list says is what the prompts say", () => {
  // Tests run in `web/`.
  const lines = readFileSync(resolve("../crates/media/prompts/prompts.csv"), "utf8").trim().split("\n").slice(1);
  const said = new Map(lines.map((l) => [l.slice(0, l.indexOf(",")), l.slice(l.indexOf(",") + 1)]));
  for (const p of PROMPTS) expect(said.get(p.name), p.name).toBe(p.text);
});
