// What a change did to a JSON value, property by property: what was there, and what is there now.

export type Change = Readonly<{ path: string; before: string | null; after: string | null }>;

/** Every property that differs, in the order of the newer value, then what is gone. */
export function changesBetween(before: unknown, after: unknown, path = ''): Change[] {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
    return names.flatMap((name) =>
      changesBetween(before[name], after[name], path === '' ? name : `${path}.${name}`),
    );
  }
  const [old, now] = [written(before), written(after)];
  return old === now ? [] : [{ path, before: old, after: now }];
}

export function JsonDiff({
  changes,
  words,
}: {
  changes: readonly Change[];
  words: Readonly<{ caption: string; property: string; before: string; after: string; nothing: string }>;
}) {
  return (
    <table className="w-full text-table">
      <caption className="sr-only">{words.caption}</caption>
      <thead>
        <tr className="border-b border-line text-start text-muted">
          {[words.property, words.before, words.after].map((label) => (
            <th key={label} scope="col" className="h-9 px-2 text-start font-medium">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y divide-line font-mono">
        {changes.map(({ path, before, after }) => (
          <tr key={path} className="align-top">
            <th scope="row" className="p-2 text-start font-normal">
              {path}
            </th>
            <td className="bg-bad-ground p-2 text-bad">
              {before === null ? words.nothing : <del className="no-underline">{before}</del>}
            </td>
            <td className="bg-good-ground p-2 text-good">
              {after === null ? words.nothing : <ins className="no-underline">{after}</ins>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function written(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
