// `/api/v2/prompts`: words of the pages in place of ours, by Auth0's names of prompt, screen and text; and the shape of its login,
// which here is always the new one, identifier first. auth0-contract §6.1.
import { z } from 'zod';
import { findTextProblem } from '@/lib/login/custom-texts';
import type { Language } from '@/lib/login/languages';
import type { ScreenTexts } from '@/lib/login/settings';
import { fieldsOf, only } from './fields';
import { ManagementProblem } from './problem';
import { badBody, nameOfKeys, routeFor } from './route';
import { changeSettings, type SettingsDeps } from './settings';
import { languageOf } from './tenant-routes';

const PATH = '/api/v2/prompts';
export const TEXTS_PATH = `${PATH}/{prompt}/custom-text/{language}` as const;

/** Auth0's prompts: there are texts for a few, and none for pages that a login without passwords has not. */
const PROMPTS = new Set([
  'login',
  'login-id',
  'login-password',
  'login-passwordless',
  'login-email-verification',
  'signup',
  'signup-id',
  'signup-password',
  'phone-identifier-enrollment',
  'phone-identifier-challenge',
  'email-identifier-challenge',
  'reset-password',
  'custom-form',
  'consent',
  'customized-consent',
  'logout',
  'mfa-push',
  'mfa-otp',
  'mfa-voice',
  'mfa-phone',
  'mfa-webauthn',
  'mfa-sms',
  'mfa-email',
  'mfa-recovery-code',
  'mfa',
  'status',
  'device-flow',
  'email-verification',
  'email-otp-challenge',
  'organizations',
  'invitation',
  'common',
  'captcha',
  'passkeys',
  'brute-force-protection',
]);

const route = routeFor<SettingsDeps>();

const SETTINGS = {
  universal_login_experience: 'new',
  identifier_first: true,
  webauthn_platform_first_factor: false,
} as const;

const settingsDocument = z.strictObject({
  universal_login_experience: z.literal('new'),
  identifier_first: z.literal(true),
  webauthn_platform_first_factor: z.literal(false),
});

const settingsBody = fieldsOf({
  universal_login_experience: only('new', 'there is no classic page').optional(),
  identifier_first: only(true, 'who somebody is comes before how they prove it').optional(),
  webauthn_platform_first_factor: only(false, 'codes and links are what there is').nullable().optional(),
});

const texts = z.record(
  z.string(),
  z.record(z.string(), z.string({ error: 'must be a string' }), { error: 'must be an object of texts' }),
  { error: 'must be an object of screens' },
);

export const PROMPT_ROUTES = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'Get prompt settings',
    scope: 'read:prompts',
    result: settingsDocument,
    answer: () => SETTINGS,
  }),
  route({
    method: 'PATCH',
    path: PATH,
    summary: 'Update prompt settings',
    description: 'Takes what is so anyway, which Auth0’s tools send.',
    scope: 'update:prompts',
    body: settingsBody,
    result: settingsDocument,
    answer: () => SETTINGS,
  }),
  route({
    method: 'GET',
    path: TEXTS_PATH,
    summary: 'Get custom texts of a prompt',
    scope: 'read:prompts',
    result: texts,
    async answer(deps, { params }) {
      const { prompt, language } = readPlace(params);
      return (await deps.settings.read()).customTexts[language]?.[prompt] ?? {};
    },
  }),
  route({
    method: 'PUT',
    path: TEXTS_PATH,
    summary: 'Set custom texts of a prompt',
    description:
      'Takes the place of all texts of that prompt in that language; an empty object takes them away. A text is text, never markup. `$` before `{clientName}`, `{email}` or `{phone_number}` stands for what that says, where it is known.',
    scope: 'update:prompts',
    body: texts,
    result: texts,
    async answer(deps, { params, body }) {
      const { prompt, language } = readPlace(params);
      const problem = findTextProblem(prompt, body);
      if (problem !== null) throw badBody(nameOfKeys(problem.path), problem.sentence);
      await changeSettings(deps, 'customTexts', (before) => ({
        ...before,
        [language]: withScreens(before[language] ?? {}, prompt, body),
      }));
      return body;
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/{prompt}/partials`,
    summary: 'Get partials of a prompt',
    description: 'There are none: pages hold no markup of others.',
    scope: 'read:prompts',
    result: z.strictObject({}),
    answer: () => ({}),
  }),
];

/** @throws {ManagementProblem} 400 */
function readPlace({ prompt, language: locale }: Readonly<{ prompt: string; language: string }>): {
  prompt: string;
  language: Language;
} {
  const language = languageOf(locale);
  if (!PROMPTS.has(prompt)) throw badPath('prompt must be the name of a prompt.');
  if (language === null) throw badPath('language must be one that pages speak.');
  return { prompt, language };
}

function badPath(sentence: string): ManagementProblem {
  return new ManagementProblem(400, 'invalid_uri', `Path validation error: ${sentence}`);
}

/** Screens without a text are left out, and so is a prompt without screens. */
function withScreens(
  before: Readonly<Record<string, ScreenTexts>>,
  prompt: string,
  sent: ScreenTexts,
): Readonly<Record<string, ScreenTexts>> {
  const { [prompt]: _, ...others } = before;
  const screens = Object.fromEntries(Object.entries(sent).filter(([, said]) => Object.keys(said).length > 0));
  return Object.keys(screens).length === 0 ? others : { ...others, [prompt]: screens };
}
