// The ground of a chart over days. Heights are fixed and widths in percent, so that a chart fills its place and its words stay
// as large as the page's. At the left the heights in words, under it the days, as many as fit on a phone.
import type { ScaleLinear } from 'd3-scale';
import type { ReactNode } from 'react';

/** Pixels. */
const HEIGHT = 200;
const TOP = 8;
const BOTTOM = 24;
/** The range of a scale of heights. */
export const HEIGHTS: readonly [bottom: number, top: number] = [HEIGHT - BOTTOM, TOP];

const DAYS_NAMED_MAX = 6;

/** A place or a width along a chart, from 0 to 1. */
export function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}

export function Axes({
  label,
  heights,
  days,
  placeOf,
  said,
  children,
}: {
  label: string;
  heights: ScaleLinear<number, number>;
  days: readonly Readonly<{ key: string; label: string }>[];
  /** The middle of a day, from 0 to 1. */
  placeOf: (key: string) => number;
  /** A height in words. */
  said: (value: number) => string;
  children: ReactNode;
}) {
  const ticks = heights.ticks(4).filter(Number.isInteger);
  const every = Math.ceil(days.length / DAYS_NAMED_MAX);
  return (
    <div className="grid grid-cols-[2.75rem_minmax(0,1fr)] text-xs">
      <svg width="100%" height={HEIGHT} aria-hidden>
        {ticks.map((tick) => (
          <text key={tick} x="85%" y={heights(tick)} dy="0.32em" textAnchor="end" className="fill-muted">
            {said(tick)}
          </text>
        ))}
      </svg>
      <svg width="100%" height={HEIGHT} className="chart overflow-visible" role="img" aria-label={label}>
        {ticks.map((tick) => (
          <line key={tick} x1="0" x2="100%" y1={heights(tick)} y2={heights(tick)} className="stroke-line" />
        ))}
        {days.map(
          ({ key, label }, index) =>
            (days.length - 1 - index) % every === 0 && (
              <text
                key={key}
                x={percent(placeOf(key))}
                y={HEIGHT - 6}
                textAnchor="middle"
                className="fill-muted"
                aria-hidden
              >
                {label}
              </text>
            ),
        )}
        {children}
      </svg>
    </div>
  );
}
