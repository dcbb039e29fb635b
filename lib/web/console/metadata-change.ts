// What somebody wrote over a JSON object, as the management API takes it: it merges at the first level, so what was taken out of
// the text is told as null. What was set meanwhile and never shown stays.

export type MetadataChange = Readonly<
  /** Empty where nothing is different. */
  | { kind: 'changes'; changes: Readonly<Record<string, unknown>> }
  /** In the words of the parser, which say where. */
  | { kind: 'not_json'; problem: string }
  | { kind: 'no_object' }
>;

/** @param shown the JSON that was there to write over */
export function readMetadataChange(written: string, shown: string): MetadataChange {
  let after: unknown;
  try {
    after = JSON.parse(written.trim() === '' ? '{}' : written);
  } catch (problem) {
    return { kind: 'not_json', problem: (problem as SyntaxError).message.replace(/\.$/, '') };
  }
  if (!isObject(after)) return { kind: 'no_object' };
  const before = readShown(shown);
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  return { kind: 'changes', changes: Object.fromEntries([...gone.map((name) => [name, null]), ...changed]) };
}

function readShown(shown: string): Record<string, unknown> {
  try {
    const before: unknown = JSON.parse(shown);
    return isObject(before) ? before : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
