// The ground of a chart over days: lines to read heights by, and days under it, as many as there is room for.
import type { ScaleLinear } from 'd3-scale';

/** Of every chart, in units of its own; it grows with the page. */
export const CHART = { width: 640, height: 200, start: 36, end: 8, top: 8, bottom: 24 } as const;

/** Room for one day's name. */
const LABEL_WIDTH = 56;

export function Axes({
  heights,
  days,
  xOf,
  said,
}: {
  heights: ScaleLinear<number, number>;
  days: readonly Readonly<{ key: string; label: string }>[];
  /** The middle of a day. */
  xOf: (key: string) => number;
  /** A height in words. */
  said: (value: number) => string;
}) {
  const every = Math.max(1, Math.ceil((days.length * LABEL_WIDTH) / (CHART.width - CHART.start - CHART.end)));
  return (
    <g aria-hidden className="text-[11px]">
      {heights
        .ticks(4)
        .filter(Number.isInteger)
        .map((tick) => (
          <g key={tick}>
            <line
              x1={CHART.start}
              x2={CHART.width - CHART.end}
              y1={heights(tick)}
              y2={heights(tick)}
              className="stroke-line"
            />
            <text x={CHART.start - 6} y={heights(tick)} dy="0.32em" textAnchor="end" className="fill-muted">
              {said(tick)}
            </text>
          </g>
        ))}
      {days.map(
        ({ key, label }, index) =>
          (days.length - 1 - index) % every === 0 && (
            <text key={key} x={xOf(key)} y={CHART.height - 8} textAnchor="middle" className="fill-muted">
              {label}
            </text>
          ),
      )}
    </g>
  );
}
