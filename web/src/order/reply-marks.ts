// Cutting a text at the places the reply gate points to.
import type { HitView } from "@/api/types";

export interface Piece {
  text: string;
  /** What was found in this piece; none: plain text. */
  hits: HitView[];
}

/** The text in order, cut at every hit of the field; hits over the same words share a piece. */
export function piecesOf(text: string, hits: readonly HitView[], field: HitView["field"]): Piece[] {
  const here = hits.filter((h) => h.field === field && h.end > h.start && h.end <= text.length);
  const cuts = [...new Set([0, text.length, ...here.flatMap((h) => [h.start, h.end])])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, i) => {
    const from = cuts[i] ?? 0;
    return { text: text.slice(from, to), hits: here.filter((h) => h.start <= from && to <= h.end) };
  });
}

/** One line per rule and words, the gravest first as the server sorts them. */
export function linesOf(hits: readonly HitView[]): HitView[] {
  return [...new Map(hits.map((h) => [`${h.rule} ${h.found}`, h])).values()];
}
