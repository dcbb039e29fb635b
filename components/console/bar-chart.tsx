// Counts by day, one layer upon another.
import { scaleBand, scaleLinear } from 'd3-scale';
import { Axes, HEIGHTS, percent } from './chart-axes';
import { ChartFrame, FILLS, type Series } from './chart-frame';

export type BarDay = Readonly<{
  key: string;
  /** Under the bar: `Nov 28`. */
  label: string;
  /** A figure for each series, in their order. */
  counts: readonly number[];
}>;

/** @param words.said a figure in words */
export function BarChart({
  label,
  series,
  days,
  words,
}: {
  label: string;
  series: readonly Series[];
  days: readonly BarDay[];
  words: Readonly<{ openTable: string; day: string; said: (value: number) => string }>;
}) {
  const most = Math.max(1, ...days.map(({ counts }) => sumOf(counts)));
  const heights = scaleLinear().domain([0, most]).nice(4).range(HEIGHTS);
  const places = scaleBand()
    .domain(days.map(({ key }) => key))
    .padding(days.length > 10 ? 0.25 : 0.5);
  const startOf = (key: string) => places(key) ?? 0;
  const [bottom, top] = HEIGHTS;
  return (
    <ChartFrame
      label={label}
      series={series}
      table={{
        open: words.openTable,
        first: words.day,
        rows: days.map(({ key, label, counts }) => ({ key, label, values: counts.map(words.said) })),
      }}
    >
      <Axes
        label={label}
        heights={heights}
        days={days}
        placeOf={(key) => startOf(key) + places.bandwidth() / 2}
        said={words.said}
      >
        {days.map((day) => (
          <g key={day.key}>
            <title>{tipOf(day, series, words.said)}</title>
            {/* Tall enough to point at on days when little happened. */}
            <rect
              x={percent(startOf(day.key))}
              y={top}
              width={percent(places.bandwidth())}
              height={bottom - top}
              className="fill-transparent hover:fill-hover/60"
            />
            {series.map(({ key, paint }, index) => {
              const below = heights(sumOf(day.counts.slice(0, index)));
              const above = heights(sumOf(day.counts.slice(0, index + 1)));
              return (
                <rect
                  key={key}
                  x={percent(startOf(day.key))}
                  y={above}
                  width={percent(places.bandwidth())}
                  height={below - above}
                  rx={1}
                  className={`pointer-events-none ${FILLS[paint]}`}
                />
              );
            })}
          </g>
        ))}
      </Axes>
    </ChartFrame>
  );
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function tipOf(day: BarDay, series: readonly Series[], said: (value: number) => string): string {
  return [day.label, ...series.map(({ label }, index) => `${label}: ${said(day.counts[index] ?? 0)}`)].join(
    '\n',
  );
}
