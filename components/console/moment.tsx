// An instant as people say it, with the exact one behind it.

/** An instant in words: how it is said, the exact form, and the one for machines. */
export type MomentWords = Readonly<{ said: string; exact: string; iso: string }>;

export function Moment({ moment }: { moment: MomentWords }) {
  return (
    <time dateTime={moment.iso} title={moment.exact} className="whitespace-nowrap">
      {moment.said}
    </time>
  );
}
