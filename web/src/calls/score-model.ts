// 评分: points item by item out of a hundred; a fatal fault makes nothing of them.
import type { Mark, SheetItem } from "./types";

type Items = { items: readonly SheetItem[] };

export type Points = Record<string, number>;
export type Hits = Record<string, boolean>;

/** Full marks, no fatal fault: a scorer takes off. */
export function fullMarks(sheet: Items): { points: Points; hits: Hits } {
  const points: Points = {};
  const hits: Hits = {};
  for (const i of sheet.items) {
    if (i.fatal) hits[i.code] = false;
    else points[i.code] = i.weight;
  }
  return { points, hits };
}

/** Sum of the points, nothing when a fatal fault was found. */
export function totalOf(sheet: Items, points: Points, hits: Hits): { total: number; fatal: boolean } {
  const fatal = sheet.items.some((i) => i.fatal && hits[i.code]);
  const sum = sheet.items.filter((i) => !i.fatal).reduce((n, i) => n + (points[i.code] ?? 0), 0);
  return { total: fatal ? 0 : sum, fatal };
}

/** Where points were taken off or a fatal fault was found, the agent must be able to read why. */
export function missingNotes(sheet: Items, points: Points, hits: Hits, notes: Record<string, string>): SheetItem[] {
  return sheet.items.filter((i) => (i.fatal ? hits[i.code] : (points[i.code] ?? 0) < i.weight) && (notes[i.code] ?? "").trim() === "");
}

export function marksOf(sheet: Items, points: Points, hits: Hits, notes: Record<string, string>): Mark[] {
  return sheet.items.map((i) => ({
    code: i.code,
    points: i.fatal ? 0 : (points[i.code] ?? 0),
    hit: i.fatal ? (hits[i.code] ?? false) : false,
    note: notes[i.code]?.trim() || null,
  }));
}
