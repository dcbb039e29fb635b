// A moment in time. The server does not know where the person is, so it says UTC; the script turns it into their own clock.

/**
 * @param at milliseconds since 1970
 * @param withDate for moments that are read later, in a report
 */
export function Moment({ at, withDate = false }: { at: number; withDate?: boolean }) {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} dir="auto" data-date={withDate || undefined}>
      {withDate && `${iso.slice(0, 10)} `}
      {iso.slice(11, 16)} UTC
    </time>
  );
}
