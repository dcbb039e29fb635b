// Figures by day as lines; a day without one is a gap.
import { scaleLinear, scalePoint } from 'd3-scale';
import { Axes, HEIGHTS, percent } from './chart-axes';
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
  const heights = scaleLinear().domain([0, most]).nice(4).range(HEIGHTS);
  const places = scalePoint()
    .domain(days.map(({ key }) => key))
    .padding(0.5);
  const placeOf = (key: string) => places(key) ?? 0;
  const inWords = (value: number | null | undefined) => (value == null ? words.nothing : words.said(value));
  const [bottom, top] = HEIGHTS;
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
      <Axes label={label} heights={heights} days={days} placeOf={placeOf} said={words.said}>
        {series.map(({ key, paint }, index) =>
          stretchesOf(days, index).map(({ from, to }) => (
            <line
              key={`${key} ${to.key}`}
              x1={percent(placeOf(from.key))}
              x2={percent(placeOf(to.key))}
              y1={heights(from.value)}
              y2={heights(to.value)}
              strokeWidth={2}
              strokeLinecap="round"
              className={STROKES[paint]}
            />
          )),
        )}
        {days.map((day) => (
          <g key={day.key}>
            <title>
              {[
                day.label,
                ...series.map(({ label }, index) => `${label}: ${inWords(day.values[index])}`),
              ].join('\n')}
            </title>
            <rect
              x={percent(placeOf(day.key) - places.step() / 2)}
              y={top}
              width={percent(places.step())}
              height={bottom - top}
              className="fill-transparent hover:fill-hover/60"
            />
            {series.map(
              ({ key, paint }, index) =>
                day.values[index] != null && (
                  <circle
                    key={key}
                    cx={percent(placeOf(day.key))}
                    cy={heights(day.values[index] ?? 0)}
                    r={2.5}
                    className={`pointer-events-none ${FILLS[paint]}`}
                  />
                ),
            )}
          </g>
        ))}
      </Axes>
    </ChartFrame>
  );
}

type Point = Readonly<{ key: string; value: number }>;

/** From each day that has a figure to the next one, where that has one too. */
function stretchesOf(days: readonly LineDay[], index: number): Readonly<{ from: Point; to: Point }>[] {
  return days.flatMap((day, place) => {
    const [before, value] = [days[place - 1], day.values[index]];
    const valueBefore = before?.values[index];
    if (before === undefined || value == null || valueBefore == null) return [];
    return [{ from: { key: before.key, value: valueBefore }, to: { key: day.key, value } }];
  });
}
