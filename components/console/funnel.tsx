// How many get from one step to the next: a bar for each step, as long as its share of the first.

export type FunnelStep = Readonly<{
  key: string;
  label: string;
  count: number;
  /** The count in words. */
  said: string;
  /** Its share of the first step, in words; null for the first. */
  share: string | null;
}>;

/** Of the bars, in units of their own. */
const WIDTH = 400;
const HEIGHT = 10;

export function Funnel({ label, steps }: { label: string; steps: readonly FunnelStep[] }) {
  const most = Math.max(1, ...steps.map(({ count }) => count));
  return (
    <table className="w-full text-table">
      <caption className="sr-only">{label}</caption>
      <tbody>
        {steps.map(({ key, label, count, said, share }) => (
          <tr key={key} className="align-middle">
            <th scope="row" className="py-1.5 pe-4 text-start font-normal whitespace-nowrap">
              {label}
            </th>
            <td className="w-full py-1.5">
              <svg
                viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
                preserveAspectRatio="none"
                className="chart h-2.5 w-full"
                aria-hidden
              >
                <rect width={WIDTH} height={HEIGHT} rx={2} className="fill-hover" />
                <rect width={(count / most) * WIDTH} height={HEIGHT} rx={2} className="fill-ink" />
              </svg>
            </td>
            <td className="py-1.5 ps-4 text-end font-medium whitespace-nowrap tabular-nums">{said}</td>
            <td className="w-16 py-1.5 ps-3 text-end whitespace-nowrap text-muted tabular-nums">{share}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
