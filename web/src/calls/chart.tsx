// Stacked bars with lines over them on a second axis of per cent. Drawn as SVG: sharp in print, readable without a library.
import { useEffect, useRef, useState } from "react";
import "./chart.css";
import { labelStep, niceMax, runs } from "./chart-model";

export interface ChartProps {
  label: string;
  names: readonly string[];
  bars: readonly { name: string; colour: string; values: readonly number[] }[];
  lines: readonly { name: string; colour: string; values: readonly (number | null)[] }[];
  /** A level to be kept, per cent. */
  target?: number;
  height?: number;
}

const LEFT = 44;
const RIGHT = 40;
const TOP = 10;
const BOTTOM = 24;
/** Width of a letter of the labels, pixels; Chinese ones are wider, digits narrower. */
const LETTER = 7.5;

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(([e]) => e && setWidth(e.contentRect.width));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return { box, width };
}

function Tip({ props, at, x }: { props: ChartProps; at: number; x: number }) {
  const { names, bars, lines } = props;
  return (
    <div className="chart-tip" style={{ left: x }}>
      <b>{names[at]}</b>
      {bars.map((b) => (
        <span key={b.name}>
          <i style={{ background: b.colour }} />
          {b.name} <em>{b.values[at]}</em>
        </span>
      ))}
      {lines.map((l) => (
        <span key={l.name}>
          <i className="chart-tip-line" style={{ background: l.colour }} />
          {l.name} <em>{l.values[at] === null || l.values[at] === undefined ? "—" : `${l.values[at].toFixed(2)}%`}</em>
        </span>
      ))}
    </div>
  );
}

export function Chart(props: ChartProps) {
  const { label, names, bars, lines, target, height = 220 } = props;
  const { box, width } = useWidth();
  const [over, setOver] = useState<number | null>(null);
  const inner = Math.max(10, width - LEFT - RIGHT);
  const tall = height - TOP - BOTTOM;
  const max = niceMax(Math.max(0, ...names.map((_, i) => bars.reduce((n, b) => n + (b.values[i] ?? 0), 0))));
  const slot = inner / Math.max(1, names.length);
  const thick = Math.max(2, Math.min(28, slot * 0.6));
  const x = (i: number) => LEFT + slot * (i + 0.5);
  const y = (share: number) => TOP + tall * (1 - share);
  const every = labelStep(names.length, inner, LETTER * Math.max(...names.map((n) => n.length)) + 12);
  return (
    <figure className="chart" ref={box} aria-label={label}>
      <figcaption>
        {bars.map((b) => (
          <span key={b.name}>
            <i style={{ background: b.colour }} />
            {b.name}
          </span>
        ))}
        {lines.map((l) => (
          <span key={l.name}>
            <i className="chart-tip-line" style={{ background: l.colour }} />
            {l.name}
          </span>
        ))}
      </figcaption>
      <svg width={width} height={height} role="img" aria-label={label} onPointerLeave={() => setOver(null)}>
        {[0, 0.25, 0.5, 0.75, 1].map((s) => (
          <g key={s}>
            <line x1={LEFT} x2={LEFT + inner} y1={y(s)} y2={y(s)} className="chart-grid" />
            <text x={LEFT - 6} y={y(s) + 4} textAnchor="end">
              {Math.round(max * s)}
            </text>
            {lines.length > 0 && (
              <text x={LEFT + inner + 6} y={y(s) + 4}>
                {s * 100}%
              </text>
            )}
          </g>
        ))}
        {target !== undefined && <line x1={LEFT} x2={LEFT + inner} y1={y(target / 100)} y2={y(target / 100)} className="chart-target" />}
        {names.map((name, i) => {
          let below = 0;
          return (
            <g key={name}>
              {over === i && <rect x={LEFT + slot * i} y={TOP} width={slot} height={tall} className="chart-over" />}
              {bars.map((b) => {
                const share = (b.values[i] ?? 0) / max;
                const top = y(below + share);
                below += share;
                return <rect key={b.name} x={x(i) - thick / 2} y={top} width={thick} height={Math.max(0, tall * share)} fill={b.colour} />;
              })}
              {i % every === 0 && (
                <text x={x(i)} y={height - 7} textAnchor="middle">
                  {name}
                </text>
              )}
            </g>
          );
        })}
        {lines.map((l) => (
          <g key={l.name} stroke={l.colour} fill="none" strokeWidth={2}>
            {runs(l.values).map((run) => (
              <path key={run[0]?.[0]} d={run.map(([i, v], n) => `${n === 0 ? "M" : "L"}${x(i)} ${y(v / 100)}`).join("")} />
            ))}
            {l.values.map((v, i) => v !== null && <circle key={i} cx={x(i)} cy={y(v / 100)} r={2.5} fill="#fff" />)}
          </g>
        ))}
        {names.map((name, i) => (
          <rect key={name} x={LEFT + slot * i} y={0} width={slot} height={height} fill="transparent" onPointerEnter={() => setOver(i)} />
        ))}
      </svg>
      {over !== null && <Tip props={props} at={over} x={Math.min(width - 190, Math.max(0, x(over) + (x(over) > width / 2 ? -195 : 14)))} />}
    </figure>
  );
}
