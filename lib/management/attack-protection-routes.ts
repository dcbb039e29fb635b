// `/api/v2/attack-protection`: Auth0's switches, as far as there is something behind them here. Two of its figures are limits of
// ours; that limits are on, and that there are no passwords to be breached, is so and stays so. auth0-contract §5.5, §7.
import { z } from 'zod';
import { LIMITS, type LimitName } from '@/lib/login/limits';
import type { Settings } from '@/lib/login/settings';
import { fieldsOf, only, text, wholeNumber } from './fields';
import { ManagementProblem } from './problem';
import { type Frozen, routeFor } from './route';
import { changeSettings, type SettingsDeps, withChanges } from './settings';

const PATH = '/api/v2/attack-protection';
/** Wrong codes of one person. */
export const BRUTE_FORCE_PATH = `${PATH}/brute-force-protection`;
/** Requests of one network. */
export const THROTTLING_PATH = `${PATH}/suspicious-ip-throttling`;

const route = routeFor<SettingsDeps>();

const ALWAYS_ON = 'limits are always on';

const shields = <const Shield extends string>(shield: Shield) =>
  z
    .array(only(shield, 'that is what a limit does'), { error: 'must be a list of strings' })
    .min(1, `must be ["${shield}"]`);
const allowlist = () =>
  z.array(text(1, 100)).max(0, 'must be empty: no network is exempt from limits').optional();

// ---- Wrong codes of one person -------------------------------------------------------------------------------------

const bruteForceDocument = z.strictObject({
  enabled: z.literal(true),
  shields: z.array(z.literal('block')),
  mode: z.literal('count_per_identifier'),
  allowlist: z.array(z.string()),
  /** Wrong codes for one person in an hour. */
  max_attempts: z.int(),
});

export type BruteForceDocument = Frozen<z.output<typeof bruteForceDocument>>;

const bruteForceBody = fieldsOf({
  enabled: only(true, ALWAYS_ON).optional(),
  shields: shields('block').optional(),
  mode: only(
    'count_per_identifier',
    'wrong codes count from wherever they come, and known browsers have a budget of their own',
  ).optional(),
  allowlist: allowlist(),
  max_attempts: wholeNumber(1, LIMITS.guesses_per_identifier.max).optional(),
});

// ---- Requests of one network ---------------------------------------------------------------------------------------

/** Auth0's stages, and the limits of ours that stand there. */
const STAGES = {
  'pre-login': 'guesses_per_ip',
  'pre-user-registration': 'starts_per_ip',
} as const satisfies Record<string, LimitName>;

/** As they are named here. */
export const NETWORK_STAGES = Object.keys(STAGES) as (keyof typeof STAGES)[];

const stageDocument = z.strictObject({
  max_attempts: z.int(),
  /** Milliseconds after which there is room for one more. */
  rate: z.int(),
});

const throttlingDocument = z.strictObject({
  enabled: z.literal(true),
  shields: z.array(z.literal('block')),
  allowlist: z.array(z.string()),
  stage: z.strictObject({ 'pre-login': stageDocument, 'pre-user-registration': stageDocument }),
});

export type ThrottlingDocument = Frozen<z.output<typeof throttlingDocument>>;

const ATTEMPTS_MAX = 1_000_000;

const stageBody = fieldsOf({
  max_attempts: wholeNumber(1, ATTEMPTS_MAX).optional(),
  /** Says nothing that the figure does not: attempts come back over an hour. */
  rate: wholeNumber(0, 2_147_483_647).optional(),
}).optional();

const throttlingBody = fieldsOf({
  enabled: only(true, ALWAYS_ON).optional(),
  shields: shields('block').optional(),
  allowlist: allowlist(),
  stage: fieldsOf({ 'pre-login': stageBody, 'pre-user-registration': stageBody }).optional(),
});

// ---- What there is nothing behind ----------------------------------------------------------------------------------

const NO_PASSWORDS = 'there are no passwords';

const BREACHED = {
  enabled: false,
  shields: [],
  admin_notification_frequency: [],
  method: 'standard',
} as const;

const breachedDocument = z.strictObject({
  enabled: z.literal(false),
  shields: z.array(z.string()),
  admin_notification_frequency: z.array(z.string()),
  method: z.literal('standard'),
});

const none = () => z.array(text(0, 100)).max(0, `must be empty: ${NO_PASSWORDS}`).optional();

const breachedBody = fieldsOf({
  enabled: only(false, NO_PASSWORDS).optional(),
  shields: none(),
  admin_notification_frequency: none(),
  method: only('standard', NO_PASSWORDS).optional(),
});

export const ATTACK_PROTECTION_ROUTES = [
  route({
    method: 'GET',
    path: BRUTE_FORCE_PATH,
    summary: 'Get the limit on wrong codes',
    scope: 'read:attack_protection',
    result: bruteForceDocument,
    answer: async (deps) => bruteForce(await deps.settings.read()),
  }),
  route({
    method: 'PATCH',
    path: BRUTE_FORCE_PATH,
    summary: 'Update the limit on wrong codes',
    description:
      'Wrong codes for one person, in each rolling hour, from browsers that are not known: the limit `guesses_per_identifier`.',
    scope: 'update:attack_protection',
    body: bruteForceBody,
    result: bruteForceDocument,
    answer: async (deps, { body }) =>
      bruteForce(
        await changeSettings(deps, 'limits', (before) =>
          withChanges(before, { guesses_per_identifier: body.max_attempts }),
        ),
      ),
  }),
  route({
    method: 'GET',
    path: THROTTLING_PATH,
    summary: 'Get the limits of one network',
    scope: 'read:attack_protection',
    result: throttlingDocument,
    answer: async (deps) => throttling(await deps.settings.read()),
  }),
  route({
    method: 'PATCH',
    path: THROTTLING_PATH,
    summary: 'Update the limits of one network',
    description:
      '`pre-login` is the limit `guesses_per_ip`, `pre-user-registration` is `starts_per_ip`, both in an hour. The rate follows from the figure.',
    scope: 'update:attack_protection',
    body: throttlingBody,
    result: throttlingDocument,
    answer: async (deps, { body: { stage } }) =>
      throttling(
        await changeSettings(deps, 'limits', (before) =>
          withChanges(before, {
            guesses_per_ip: stage?.['pre-login']?.max_attempts,
            starts_per_ip: stage?.['pre-user-registration']?.max_attempts,
          }),
        ),
      ),
  }),
  route({
    method: 'GET',
    path: `${PATH}/breached-password-detection`,
    summary: 'Get breached password detection',
    description: 'It is off: there are no passwords.',
    scope: 'read:attack_protection',
    result: breachedDocument,
    answer: () => BREACHED,
  }),
  route({
    method: 'PATCH',
    path: `${PATH}/breached-password-detection`,
    summary: 'Update breached password detection',
    description: 'Takes what is so anyway.',
    scope: 'update:attack_protection',
    body: breachedBody,
    result: breachedDocument,
    answer: () => BREACHED,
  }),
  ...(['bot-detection', 'captcha'] as const).map((name) =>
    route({
      method: 'GET',
      path: `${PATH}/${name}`,
      summary: `Get ${name.replace('-', ' ')}`,
      description: '403: there is none. Limits count what came in, and nobody solves a puzzle.',
      scope: 'read:attack_protection',
      result: z.never(),
      answer(): never {
        throw new ManagementProblem(403, 'feature_not_enabled', 'There is no such thing here: limits count.');
      },
    }),
  ),
];

function bruteForce({ limits }: Settings): z.output<typeof bruteForceDocument> {
  return {
    enabled: true,
    shields: ['block'],
    mode: 'count_per_identifier',
    allowlist: [],
    max_attempts: maxOf(limits, 'guesses_per_identifier'),
  };
}

function throttling({ limits }: Settings): z.output<typeof throttlingDocument> {
  const stage = (name: keyof typeof STAGES) => {
    const max = maxOf(limits, STAGES[name]);
    return { max_attempts: max, rate: Math.round((LIMITS[STAGES[name]].windowSeconds * 1000) / max) };
  };
  return {
    enabled: true,
    shields: ['block'],
    allowlist: [],
    stage: { 'pre-login': stage('pre-login'), 'pre-user-registration': stage('pre-user-registration') },
  };
}

function maxOf(limits: Settings['limits'], name: LimitName): number {
  return limits[name] ?? LIMITS[name].max;
}
