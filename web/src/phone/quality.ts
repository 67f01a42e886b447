// 网络质量灯: what the browser measures and what the platform measures, as one of three lights.
import type { LineQuality } from "./protocol";

export interface LineSample {
  /** Packets received and lost so far, to take differences from. */
  received: number;
  lost: number;
  /** Loss since the sample before, per mille. */
  loss_permille: number;
  jitter_ms: number;
  rtt_ms: number | null;
}

export const NO_SAMPLE: LineSample = { received: 0, lost: 0, loss_permille: 0, jitter_ms: 0, rtt_ms: null };

interface Stat {
  type: string;
  kind?: string;
  packetsReceived?: number;
  packetsLost?: number;
  jitter?: number;
  nominated?: boolean;
  currentRoundTripTime?: number;
}

/** Reads a `getStats` report against the sample before. */
export function sampleOf(report: Iterable<unknown>, before: LineSample): LineSample {
  const next = { ...NO_SAMPLE };
  for (const entry of report) {
    const s = entry as Stat;
    if (s.type === "inbound-rtp" && s.kind === "audio") {
      next.received = s.packetsReceived ?? 0;
      next.lost = Math.max(0, s.packetsLost ?? 0);
      next.jitter_ms = Math.round((s.jitter ?? 0) * 1000);
    } else if (s.type === "candidate-pair" && s.nominated && s.currentRoundTripTime !== undefined) {
      next.rtt_ms = Math.round(s.currentRoundTripTime * 1000);
    }
  }
  const lost = Math.max(0, next.lost - before.lost);
  const all = lost + Math.max(0, next.received - before.received);
  next.loss_permille = all === 0 ? 0 : Math.round((lost * 1000) / all);
  return next;
}

export type LampColour = "off" | "good" | "fair" | "bad";

/**
 * The worse of both directions. Limits after ITU-T G.114 (150 ms and 400 ms one way) and the usual ones for G.711 with packet loss
 * concealment: 1 % is not heard, 3 % disturbs.
 */
export function lampOf(sides: readonly (Pick<LineSample, "loss_permille" | "jitter_ms" | "rtt_ms"> | LineQuality | null)[]): LampColour {
  const known = sides.filter((s) => s !== null);
  if (known.length === 0) return "off";
  const worst = (of: (s: (typeof known)[number]) => number) => Math.max(...known.map(of));
  const loss = worst((s) => s.loss_permille);
  const jitter = worst((s) => s.jitter_ms);
  const rtt = worst((s) => s.rtt_ms ?? 0);
  if (loss >= 30 || jitter >= 60 || rtt >= 400) return "bad";
  if (loss >= 10 || jitter >= 30 || rtt >= 200) return "fair";
  return "good";
}

export const LAMP_CN: Record<LampColour, string> = { off: "未连接", good: "良好", fair: "一般", bad: "较差" };

/** 丢包 0.3%，抖动 12 毫秒，往返 45 毫秒 */
export function qualityText(q: Pick<LineSample, "loss_permille" | "jitter_ms" | "rtt_ms"> | null): string {
  if (!q) return "暂无数据";
  return `丢包 ${(q.loss_permille / 10).toFixed(1)}%，抖动 ${q.jitter_ms} 毫秒${q.rtt_ms === null ? "" : `，往返 ${q.rtt_ms} 毫秒`}`;
}
