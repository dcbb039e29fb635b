// How settings of the installation are changed, one part at a time: what was read is put right and written, and done again where
// somebody was quicker.
import type { Settings, SettingsPart, SettingsRegister } from '@/lib/login/settings';
import { ManagementProblem } from './problem';

export type SettingsDeps = Readonly<{ settings: SettingsRegister; clock: () => Date }>;

/** Operators who change the same part at once are few. */
const TRIES_MAX = 5;

/** @param change makes of the part what it is to be; may refuse by throwing. @throws {ManagementProblem} 409 */
export async function changeSettings<Part extends SettingsPart>(
  { settings, clock }: SettingsDeps,
  part: Part,
  change: (before: Settings[Part]) => Settings[Part],
): Promise<Settings> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const before = await settings.read();
    const after = { ...before, [part]: change(before[part]) };
    if (await settings.change(part, { read: before[part], written: after[part] }, clock())) return after;
  }
  throw new ManagementProblem(409, 'settings_conflict', 'Others are changing the same settings: try again.');
}

/** Of a part what was sent: null takes a setting back to its default, nothing leaves it as it is. */
export function withChanges<Kept extends object>(
  before: Kept,
  changes: { readonly [Name in keyof Kept]?: Kept[Name] | null | undefined },
): Kept {
  const kept = Object.entries({ ...before, ...withoutNothing(changes) }).filter(
    ([, value]) => value !== null,
  );
  return Object.fromEntries(kept) as Kept;
}

function withoutNothing(changes: object): object {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}
