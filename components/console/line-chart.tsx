// Figures by day as lines; a day without one is a gap.
import { scaleLinear, scalePoint } from 'd3-scale';
import { line } from 'd3-shape';
import { Axes, CHART } from './chart-axes';
import { ChartFrame, FILLS, type Series, STROKES } from './chart-frame';

export type LineDay = Readonly<{
  key: string;
  label: string;
  /** A figure for each series, in their order; null where there is none. */
  values: readonly (number | null)[];
}>;

/** @param words.said a figure in words; `nothing` where there is none */
export function LineChart({
  label,
  series,
  days,
  words,
}: {
  label: string;
  series: readonly Series[];
  days: readonly LineDay[];
  words: Readonly<{ openTable: string; day: string; nothing: string; said: (value: number) => string }>;
}) {
  const most = Math.max(1, ...days.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const heights = scaleLinear()
    .domain([0, most])
    .nice(4)
    .range([CHART.height - CHART.bottom, CHART.top]);
  const places = scalePoint()
    .domain(days.map(({ key }) => key))
    .range([CHART.start, CHART.width - CHART.end])
    .padding(0.5);
  const xOf = (key: string) => places(key) ?? 0;
  const inWords = (value: number | null | undefined) => (value == null ? words.nothing : words.said(value));
  return (
    <ChartFrame
      label={label}
      series={series}
      table={{
        open: words.openTable,
        first: words.day,
        rows: days.map(({ key, label, values }) => ({ key, label, values: values.map(inWords) })),
      }}
    >
      <svg
        viewBox={`0 0 ${CHART.width} ${CHART.height}`}
        className="chart w-full"
        role="img"
        aria-label={label}
      >
        <Axes heights={heights} days={days} xOf={xOf} said={words.said} />
        {series.map(({ key, paint }, index) => (
          <path
            key={key}
            d={
              line<LineDay>()
                .defined(({ values }) => values[index] != null)
                .x((day) => xOf(day.key))
                .y(({ values }) => heights(values[index] ?? 0))(days) ?? ''
            }
            fill="none"
            strokeWidth={2}
            strokeLinejoin="round"
            className={STROKES[paint]}
          />
        ))}
        {days.map((day) => (
          <g key={day.key}>
            <title>
              {[
                day.label,
                ...series.map(({ label }, index) => `${label}: ${inWords(day.values[index])}`),
              ].join('\n')}
            </title>
            <rect
              x={xOf(day.key) - places.step() / 2}
              y={CHART.top}
              width={places.step()}
              height={CHART.height - CHART.top - CHART.bottom}
              className="fill-transparent hover:fill-hover/60"
            />
            {series.map(
              ({ key, paint }, index) =>
                day.values[index] != null && (
                  <circle
                    key={key}
                    cx={xOf(day.key)}
                    cy={heights(day.values[index] ?? 0)}
                    r={2.5}
                    className={`pointer-events-none ${FILLS[paint]}`}
                  />
                ),
            )}
          </g>
        ))}
      </svg>
    </ChartFrame>
  );
}
