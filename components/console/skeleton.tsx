// What stands in a page's place for a moment, with the layout it will have, so that nothing jumps.

/** @param lines how many bars, each a little shorter than the last */
export function Skeleton({ lines = 1, height = 'h-4' }: { lines?: number; height?: string }) {
  const widths = ['w-full', 'w-11/12', 'w-4/5', 'w-3/5'];
  return (
    <div className="grid gap-3" aria-hidden>
      {Array.from({ length: lines }, (_, index) => (
        // Bars have no names: their place is all there is to them.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={`skeleton ${height} ${widths[index % widths.length]}`} />
      ))}
    </div>
  );
}

/** The top of any page, and cards under it. @param label said to people who listen */
export function PageSkeleton({ label, cards = 1 }: { label: string; cards?: number }) {
  return (
    <div className="grid gap-6" role="status">
      <span className="sr-only">{label}</span>
      <div className="grid max-w-80 gap-3">
        <Skeleton height="h-7" />
        <Skeleton />
      </div>
      {Array.from({ length: cards }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: likewise
        <div key={index} className="rounded-card border border-line bg-card p-5">
          <Skeleton lines={5} />
        </div>
      ))}
    </div>
  );
}
