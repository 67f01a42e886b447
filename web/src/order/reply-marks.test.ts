import { expect, test } from "vitest";
import type { HitView } from "@/api/types";
import { linesOf, piecesOf } from "./reply-marks";

const hit = (rule: string, start: number, end: number, found = "", field = "public_reply") => ({ rule, start, end, found, field }) as unknown as HitView;

test("a text is cut at the words that were found, and put together again gives itself", () => {
  const text = "路灯将协调相关部门尽快处理。";
  const pieces = piecesOf(text, [hit("vague", 5, 9), hit("vague", 9, 11)], "public_reply");
  expect(pieces.map((p) => p.text)).toEqual(["路灯将协调", "相关部门", "尽快", "处理。"]);
  expect(pieces.map((p) => p.hits.length)).toEqual([0, 1, 1, 0]);
  expect(pieces.map((p) => p.text).join("")).toBe(text);
});

test("hits over the same words share a piece; other fields and hits without words mark nothing", () => {
  const pieces = piecesOf("已处理。", [hit("short", 0, 4), hit("tone", 0, 2), hit("x", 0, 0), hit("y", 0, 4, "", "content")], "public_reply");
  expect(pieces.map((p) => [p.text, p.hits.length])).toEqual([
    ["已处", 2],
    ["理。", 1],
  ]);
});

test("a place beyond a text that has changed meanwhile is left out", () => {
  expect(piecesOf("短", [hit("vague", 5, 9)], "public_reply")).toEqual([{ text: "短", hits: [] }]);
});

test("the same words found twice are one line", () => {
  expect(linesOf([hit("vague", 0, 2, "尽快"), hit("vague", 9, 11, "尽快"), hit("tone", 0, 2, "随便")])).toHaveLength(2);
});
