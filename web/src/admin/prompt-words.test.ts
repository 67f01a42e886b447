import { expect, test } from "vitest";
import csv from "../../../crates/media/prompts/prompts.csv?raw";
import { PROMPTS } from "./prompt-words";

test("what the list says is what the prompts say", () => {
  const lines = csv.trim().split("\n").slice(1);
  const said = new Map(lines.map((l) => [l.slice(0, l.indexOf(",")), l.slice(l.indexOf(",") + 1)]));
  for (const p of PROMPTS) expect(said.get(p.name), p.name).toBe(p.text);
});
