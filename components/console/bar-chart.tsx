// Counts by day, one layer upon another.
import { scaleBand, scaleLinear } from 'd3-scale';
import { Axes, CHART } from './chart-axes';
import { ChartFrame, FILLS, type FigureRow, type Series } from './chart-frame';

export type BarDay = Readonly<{
  key: string;
  /** Under the bar: `28 Nov`. */
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
  const most = Math.max(1, ...days.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0)));
  const heights = scaleLinear()
    .domain([0, most])
    .nice(4)
    .range([CHART.height - CHART.bottom, CHART.top]);
  const places = scaleBand()
    .domain(days.map(({ key }) => key))
    .range([CHART.start, CHART.width - CHART.end])
    .padding(0.25);
  const xOf = (key: string) => places(key) ?? 0;
  const width = Math.min(places.bandwidth(), 40);
  const inset = (places.bandwidth() - width) / 2;
  return (
    <ChartFrame
      label={label}
      series={series}
      table={{ open: words.openTable, first: words.day, rows: days.map((day) => rowOf(day, words.said)) }}
    >
      <svg
        viewBox={`0 0 ${CHART.width} ${CHART.height}`}
        className="chart w-full"
        role="img"
        aria-label={label}
      >
        <Axes
          heights={heights}
          days={days}
          xOf={(key) => xOf(key) + places.bandwidth() / 2}
          said={words.said}
        />
        {days.map((day) => (
          <g key={day.key}>
            <title>{tipOf(day, series, words.said)}</title>
            {/* Wide enough to point at on days when little happened. */}
            <rect
              x={xOf(day.key)}
              y={CHART.top}
              width={places.bandwidth()}
              height={CHART.height - CHART.top - CHART.bottom}
              className="fill-transparent hover:fill-hover/60"
            />
            {series.map(({ key, paint }, index) => {
              const below = day.counts.slice(0, index).reduce((sum, count) => sum + count, 0);
              const top = heights(below + (day.counts[index] ?? 0));
              return (
                <rect
                  key={key}
                  x={xOf(day.key) + inset}
                  y={top}
                  width={width}
                  height={heights(below) - top}
                  rx={1}
                  className={`pointer-events-none ${FILLS[paint]}`}
                />
              );
            })}
          </g>
        ))}
      </svg>
    </ChartFrame>
  );
}

export function rowOf({ key, label, counts }: BarDay, said: (value: number) => string): FigureRow {
  return { key, label, values: counts.map(said) };
}

export function tipOf(day: BarDay, series: readonly Series[], said: (value: number) => string): string {
  return [day.label, ...series.map(({ label }, index) => `${label}: ${said(day.counts[index] ?? 0)}`)].join(
    '\n',
  );
}
