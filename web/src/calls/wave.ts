// Two waves above each other: the citizen on top, the agents below.
import type { Peaks } from "./types";

const LEFT = { played: "#1b559c", ahead: "#a9c3e2" };
const RIGHT = { played: "#1a7f37", ahead: "#a8d3b4" };

/** The loudest of the values that fall on one column of the picture. */
export function columns(values: readonly number[], count: number): number[] {
  if (values.length === 0 || count <= 0) return [];
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((i + 1) * values.length) / count));
    return Math.max(...values.slice(from, to));
  });
}

/** The moment under the pointer, ms. */
export function momentAt(x: number, width: number, ms: number): number {
  return width <= 0 ? 0 : Math.round(Math.max(0, Math.min(1, x / width)) * ms);
}

const BAR = 2;
const GAP = 1;

export function draw(canvas: HTMLCanvasElement, peaks: Peaks | null, played: number): void {
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const g = canvas.getContext("2d");
  if (!g) return;
  g.scale(scale, scale);
  g.clearRect(0, 0, width, height);
  const half = height / 2;
  g.fillStyle = "#e3e8ed";
  g.fillRect(0, half - 0.5, width, 1);
  const count = Math.floor(width / (BAR + GAP));
  const lane = (values: readonly number[], middle: number, colour: typeof LEFT) => {
    columns(values, count).forEach((v, i) => {
      const x = i * (BAR + GAP);
      const tall = Math.max(1, (v / 100) * (half - 6));
      g.fillStyle = x / width < played ? colour.played : colour.ahead;
      g.fillRect(x, middle - tall / 2, BAR, tall);
    });
  };
  if (peaks) {
    lane(peaks.left, half / 2, LEFT);
    lane(peaks.right, half + half / 2, RIGHT);
  }
  g.fillStyle = "#c1201c";
  g.fillRect(Math.min(width - 1.5, played * width), 0, 1.5, height);
}
