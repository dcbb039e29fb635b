// Facts about one thing: names at the left, values at the right, under each other on a phone.
import { Fragment, type ReactNode } from 'react';

/** A value that is not there is left out. */
export type Fact = Readonly<{ name: string; value: ReactNode }>;

export function DescriptionList({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-1 sm:grid-cols-[minmax(8rem,auto)_minmax(0,1fr)] sm:gap-y-3">
      {facts
        .filter(({ value }) => value !== null && value !== undefined)
        .map(({ name, value }) => (
          <Fragment key={name}>
            <dt className="text-muted">{name}</dt>
            <dd className="mb-2 min-w-0 tabular-nums sm:mb-0">{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
