// Scales of the chart.

/** A round number at or above `max`, that divides into four round steps. */
export function niceMax(max: number): number {
  if (max <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(max));
  const step = [1, 2, 4, 5, 8, 10].find((n) => n * power >= max) ?? 10;
  return step * power;
}

/** Every n-th label is written, so that they do not touch. */
export function labelStep(count: number, width: number, labelWidth: number): number {
  return Math.max(1, Math.ceil((count * labelWidth) / Math.max(1, width)));
}

/** Points of a line with gaps where there is no value: one path per unbroken run. */
export function runs(values: readonly (number | null)[]): [index: number, value: number][][] {
  const all: [number, number][][] = [];
  let run: [number, number][] = [];
  values.forEach((v, i) => {
    if (v !== null) run.push([i, v]);
    else if (run.length > 0) {
      all.push(run);
      run = [];
    }
  });
  if (run.length > 0) all.push(run);
  return all;
}
