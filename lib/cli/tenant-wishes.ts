// What an exported set-up wishes of this installation: for each thing what there is of it, what to ask the API for where it is not
// so, and what of it cannot be had, and why.
import { isDeepStrictEqual } from 'node:util';
import { acceptOptions } from '@/lib/login/connection-options';
import { findTextProblem } from '@/lib/login/custom-texts';
import type { Channel } from '@/lib/login/identifier';
import { checkPageTemplate } from '@/lib/login/page-template';
import { CLIENT_GRANTS_PATH } from '@/lib/management/client-grant-routes';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import { PAGE_TEMPLATE_PATH, sentenceOf } from '@/lib/management/page-template-routes';
import { RESOURCE_SERVERS_PATH } from '@/lib/management/resource-server-routes';
import { ROUTES } from '@/lib/management/routes';
import { fieldsWithoutEffect, THEMES_PATH, themeBody } from '@/lib/management/theme-routes';
import { type Dropped, fitTo, without } from './fit';
import {
  ATTACK_PROTECTION,
  customTextPath,
  type Document,
  omit,
  PAGE_TEMPLATE,
  SETTINGS_PATHS,
  type Tenant,
} from './tenant';

/** What became of one thing of the set-up. */
export type Entry = Readonly<{
  kind: string;
  name: string;
  outcome: 'created' | 'changed' | 'same' | 'left out';
  /** What was not taken over as it was, and why. */
  notes: readonly string[];
}>;

/** Something to be so: what there is of it, and what to ask for where it is not so. */
export type Wish = Readonly<{
  kind: string;
  name: string;
  notes: readonly string[];
  before: Document | null;
  /** Null where it cannot be: the notes say why. */
  request: Readonly<{ method: string; path: string; body: Document }> | null;
}>;

/** Each stage needs what the one before it made. */
export const WISHES: readonly ((setUp: Document, tenant: Tenant) => Wish[])[] = [
  apiWishes,
  settingsWishes,
  textWishes,
  clientWishes,
  connectionWishes,
  grantWishes,
];

/** How many rules of one thing may be broken before it is left out. */
export const REFUSALS_MAX = 50;

/** `callbacks[3]` as the way there. */
export function pathOf(field: string): PropertyKey[] {
  return field.split(/[.[\]]+/).filter((part) => part !== '');
}

export function noteOf({ field, sentence }: Dropped): string {
  return `${field} is left out: it ${sentence}`;
}

/** Whether what is wanted is so already. Null and nothing are the same, and so is an empty text. */
export function holds(before: unknown, wanted: unknown): boolean {
  if (isNothing(before) && isNothing(wanted)) return true;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(before) &&
      before.length === wanted.length &&
      wanted.every((item, index) => holds(before[index], item))
    );
  }
  if (typeof wanted !== 'object' || wanted === null) return isDeepStrictEqual(before, wanted);
  const known = (before ?? {}) as Document;
  return Object.entries(wanted).every(([name, value]) => holds(known[name], value));
}

const isNothing = (value: unknown) => value === undefined || value === null || value === '';

/** The schema by which the API reads what is sent there. */
function bodyOf(method: string, path: string) {
  const schema = ROUTES.find((route) => route.method === method && route.path === path)?.body;
  if (schema === undefined) throw new Error(`${method} ${path} takes no body`);
  return schema;
}

// ---- What there is one of ------------------------------------------------------------------------------------------

function settingsWishes(setUp: Document, tenant: Tenant): Wish[] {
  const { tenant: settings, branding, attackProtection, emailProvider } = setUp;
  return [
    ...single('tenant', { sent: settings, before: tenant.settings, path: SETTINGS_PATHS.tenant }),
    ...single('branding', {
      sent: isObject(branding) ? omit(branding, ['templates']) : undefined,
      before: tenant.branding,
      path: SETTINGS_PATHS.branding,
    }),
    ...themeWishes(setUp.themes, tenant),
    ...pageTemplateWishes(branding, tenant),
    ...Object.entries(ATTACK_PROTECTION).flatMap(([name, below]) =>
      single(name, {
        sent: isObject(attackProtection) ? attackProtection[name] : undefined,
        before: tenant.attackProtection[name] ?? {},
        path: `${SETTINGS_PATHS.attackProtection}/${below}`,
      }),
    ),
    ...providerWishes(emailProvider, tenant),
  ];
}

function single(
  kind: string,
  { sent, before, path }: { sent: unknown; before: Document; path: string },
): Wish[] {
  if (!isObject(sent) || Object.keys(sent).length === 0) return [];
  const fitting = fitTo(bodyOf('PATCH', path), sent);
  const body = fitting?.body as Document | undefined;
  const notes = fitting?.dropped.map(noteOf) ?? ['nothing in it is known here'];
  const request =
    body === undefined || Object.keys(body).length === 0 ? null : { method: 'PATCH', path, body };
  return [{ kind, name: '', notes, before, request }];
}

/** There is one. What pages do not go by is taken over, and told. */
function themeWishes(sent: unknown, { theme: before }: Tenant): Wish[] {
  const [theme, ...more] = listOf(sent);
  if (theme === undefined) return [];
  const fitting = fitTo(themeBody, omit(theme, ['themeId']));
  const wish = { kind: 'theme', name: String(theme.displayName ?? ''), before };
  if (fitting === null) return [{ ...wish, notes: ['nothing in it is known here'], request: null }];
  const body = themeBody.parse(fitting.body);
  const idle = before !== null && holds(before, body) ? [] : fieldsWithoutEffect(body);
  const notes = [
    ...fitting.dropped.map(noteOf),
    ...(idle.length === 0 ? [] : [`pages do not go by ${idle.join(', ')}`]),
    ...(more.length === 0 ? [] : ['of several themes the first is taken']),
  ];
  const request =
    before === null
      ? { method: 'POST', path: THEMES_PATH, body }
      : { method: 'PATCH', path: `${THEMES_PATH}/${before.themeId}`, body };
  return [{ ...wish, notes, request }];
}

function pageTemplateWishes(branding: unknown, { pageTemplate }: Tenant): Wish[] {
  const templates = listOf(isObject(branding) ? branding.templates : []);
  return templates.flatMap(({ template: name, body }): Wish[] => {
    if (typeof body !== 'string') return [];
    const before = pageTemplate === null ? null : { template: pageTemplate };
    const wish = { kind: 'page template', name: String(name), before };
    if (name !== PAGE_TEMPLATE) return [{ ...wish, notes: ['there is no such template'], request: null }];
    const problem = checkPageTemplate(body, new Date());
    if (problem !== null) return [{ ...wish, notes: [sentenceOf(problem)], request: null }];
    return [
      { ...wish, notes: [], request: { method: 'PUT', path: PAGE_TEMPLATE_PATH, body: { template: body } } },
    ];
  });
}

function textWishes({ prompts }: Document, tenant: Tenant): Wish[] {
  const customText = isObject(prompts) && isObject(prompts.customText) ? prompts.customText : {};
  return Object.entries(customText).flatMap(([language, byPrompt]) =>
    Object.entries(isObject(byPrompt) ? byPrompt : {}).flatMap(([prompt, screens]) => {
      const { body, notes } = fittingTexts(prompt, screens);
      const isSpoken = (tenant.settings.enabled_locales as string[]).includes(language);
      const isEmpty = Object.keys(body).length === 0;
      if (isEmpty && notes.length === 0) return [];
      const before = tenant.customText[language]?.[prompt] ?? {};
      return [
        {
          kind: 'texts',
          name: `${prompt} ${language}`,
          notes: isSpoken ? notes : [`${language} is not among the languages here`],
          before,
          request:
            isSpoken && !isEmpty ? { method: 'PUT', path: customTextPath(prompt, language), body } : null,
        },
      ];
    }),
  );
}

function fittingTexts(prompt: string, sent: unknown): { body: Document; notes: string[] } {
  const body: Record<string, Record<string, string>> = {};
  const notes: string[] = [];
  for (const [screen, texts] of Object.entries(isObject(sent) ? sent : {})) {
    for (const [key, text] of Object.entries(isObject(texts) ? texts : {})) {
      if (typeof text !== 'string') continue;
      const problem = findTextProblem(prompt, { [screen]: { [key]: text } });
      if (problem === null) body[screen] = { ...body[screen], [key]: text };
      else notes.push(noteOf({ field: `${screen}.${key}`, sentence: problem.sentence }));
    }
  }
  return { body, notes };
}

/** Its secret is in no export. */
function providerWishes(sent: unknown, tenant: Tenant): Wish[] {
  if (!isObject(sent) || typeof sent.name !== 'string') return [];
  const { emailProvider: before } = tenant;
  const wish = { kind: 'e-mail provider', name: sent.name, before };
  if (before === null || before.name !== sent.name) {
    const note =
      'its secret is in no export: configure it with POST /api/v2/emails/provider, or in the environment';
    return [{ ...wish, notes: [note], request: null }];
  }
  const fitting = fitTo(bodyOf('PATCH', SETTINGS_PATHS.emailProvider), sent);
  if (fitting === null) return [{ ...wish, notes: ['nothing in it is known here'], request: null }];
  const request = { method: 'PATCH', path: SETTINGS_PATHS.emailProvider, body: fitting.body as Document };
  return [{ ...wish, notes: fitting.dropped.map(noteOf), request }];
}

// ---- Lists ---------------------------------------------------------------------------------------------------------

function apiWishes(setUp: Document, tenant: Tenant): Wish[] {
  return listOf(setUp.resourceServers).flatMap((sent) => {
    if (sent.is_system === true || isManagementAudience(sent.identifier)) return [];
    const before = tenant.resourceServers.find(({ identifier }) => identifier === sent.identifier) ?? null;
    return [
      named('API', {
        sent: omit(sent, ['id', 'is_system', 'client_id']),
        before,
        path: RESOURCE_SERVERS_PATH,
        once: ['identifier'],
      }),
    ];
  });
}

function clientWishes(setUp: Document, tenant: Tenant): Wish[] {
  return listOf(setUp.clients).map((sent) => {
    const alike = tenant.clients.filter(({ name }) => name === sent.name);
    if (alike.length > 1) {
      const notes = ['several applications are called that'];
      return { kind: 'application', name: nameOf(sent), notes, before: null, request: null };
    }
    const own = omit(sent, ['client_id', 'client_secret', 'tenant', 'global', 'owners', 'signing_keys']);
    return named('application', {
      sent: own,
      before: alike[0] ?? null,
      path: CLIENTS_PATH,
      idOf: 'client_id',
    });
  });
}

function connectionWishes(setUp: Document, tenant: Tenant): Wish[] {
  return listOf(setUp.connections).map((sent) => {
    const { strategy, options = {} } = sent as { strategy?: string; options?: unknown };
    if (strategy !== 'email' && strategy !== 'sms') {
      const notes = [`there are connections by e-mail and text message, and none by ${String(strategy)}`];
      return { kind: 'connection', name: nameOf(sent), notes, before: null, request: null };
    }
    const before = tenant.connections.find(({ name }) => name === sent.name) ?? null;
    const { kept, notes } = fittingOptions(strategy, options, before?.options);
    const clients = clientIdsOf(sent.enabled_clients, tenant);
    const wish = named('connection', {
      sent: {
        ...omit(sent, ['id', 'realms', 'options_problem']),
        options: { ...(before?.options as Document | undefined), ...kept },
        ...(sent.enabled_clients !== undefined && { enabled_clients: clients.ids }),
      },
      before: before && { ...before, enabled_clients: [...(before.enabled_clients as string[])].sort() },
      path: CONNECTIONS_PATH,
      once: ['name', 'strategy'],
    });
    return { ...wish, notes: [...notes, ...clients.notes, ...wish.notes] };
  });
}

/** What the connection would refuse by itself is taken out. Secrets that it has stay, and are in no export. */
function fittingOptions(
  strategy: Channel,
  sent: unknown,
  before: unknown,
): { kept: Document; notes: string[] } {
  const stored = isObject(before) ? before : {};
  let kept: unknown = isObject(sent) ? omit(sent, ['test_identities']) : {};
  const notes: string[] = [];
  for (let tries = 0; tries < REFUSALS_MAX; tries++) {
    const accepted = acceptOptions(kept, { strategy, stored, now: LONG_AGO, seal: (secret) => secret });
    if (accepted.kind === 'accepted') return { kept: kept as Document, notes };
    const path = pathOf(accepted.field).slice(1);
    const less = without(kept, path);
    if (!isDeepStrictEqual(less, kept)) {
      notes.push(noteOf(accepted));
      kept = less;
      continue;
    }
    // It is missing: a secret that is in no export takes with it what is nothing without it, and no more.
    const secret = String(path.at(-1));
    const whole = secret === 'twilio_token' ? ['twilio_sid'] : path.slice(0, -1);
    if (whole.length === 0) return { kept: {}, notes: [...notes, noteOf(accepted)] };
    const sentence = `needs a ${secret}, which ${accepted.sentence}`;
    notes.push(noteOf({ field: `options.${whole.join('.')}`, sentence }));
    kept = without(kept, whole);
  }
  return { kept: {}, notes };
}

/** Options are looked at without test identities, which alone run out. */
const LONG_AGO = new Date(0);

function clientIdsOf(sent: unknown, { clients }: Tenant): { ids: string[]; notes: string[] } {
  const names = Array.isArray(sent) ? sent.map(String) : [];
  const found = names.map((name) =>
    clients.find((client) => client.name === name || client.client_id === name),
  );
  return {
    ids: found.flatMap((client) => (client === undefined ? [] : [String(client.client_id)])).sort(),
    notes: names
      .filter((_, index) => found[index] === undefined)
      .map((name) => `${name} does not offer it: there is no such application yet`),
  };
}

function grantWishes(setUp: Document, tenant: Tenant): Wish[] {
  const own = tenant.resourceServers.find((api) => api.is_system === true)?.identifier;
  return listOf(setUp.clientGrants).map((sent) => {
    const isOwn = isManagementAudience(sent.audience);
    const audience = isOwn ? own : sent.audience;
    const name = `${sent.client_id} ${sent.audience}`;
    const notes = audience === sent.audience ? [] : [`it is for ${audience} here`];
    const client = tenant.clients.find(({ name: called, client_id }) =>
      [called, client_id].includes(sent.client_id),
    );
    if (client === undefined) {
      const reason = 'there is no such application yet';
      return { kind: 'grant', name, notes: [reason], before: null, request: null };
    }
    const api = tenant.resourceServers.find(({ identifier }) => identifier === audience);
    if (api === undefined) {
      const reason = 'there is no such API yet';
      return { kind: 'grant', name, notes: [reason], before: null, request: null };
    }
    const offered = ((api.scopes ?? []) as Document[]).map(({ value }) => value);
    const wanted = Array.isArray(sent.scope) ? sent.scope : [];
    const scope = wanted.filter((value) => offered.includes(value));
    const missing = wanted.length - scope.length;
    if (missing > 0) notes.push(`${missing} scopes are left out: the API does not have them`);
    const before =
      tenant.clientGrants.find(
        (grant) => grant.client_id === client.client_id && grant.audience === audience,
      ) ?? null;
    const request =
      before === null
        ? {
            method: 'POST',
            path: CLIENT_GRANTS_PATH,
            body: { client_id: client.client_id, audience, scope },
          }
        : { method: 'PATCH', path: `${CLIENT_GRANTS_PATH}/${before.id}`, body: { scope } };
    return { kind: 'grant', name, notes, before, request };
  });
}

/** Of whichever tenant. */
function isManagementAudience(audience: unknown): boolean {
  return typeof audience === 'string' && /^https:\/\/[^/]+\/api\/v2\/$/.test(audience);
}

/** An entry of a list, which is made or changed. @param given.once what can be said only when it is made */
function named(
  kind: string,
  given: { sent: Document; before: Document | null; path: string; idOf?: string; once?: readonly string[] },
): Wish {
  const { sent, before, path, idOf = 'id', once = [] } = given;
  const name = nameOf(sent);
  const one = `${path}/{${idOf}}`;
  const fitting =
    before === null ? fitTo(bodyOf('POST', path), sent) : fitTo(bodyOf('PATCH', one), omit(sent, once));
  if (fitting === null) {
    const notes = ['nothing in it is known here'];
    return { kind, name, notes, before, request: null };
  }
  const body = fitting.body as Document;
  const request =
    before === null
      ? { method: 'POST', path, body }
      : { method: 'PATCH', path: `${path}/${encodeURIComponent(String(before[idOf]))}`, body };
  return { kind, name, notes: fitting.dropped.map(noteOf), before, request };
}

function nameOf({ name, identifier }: Document): string {
  return String(name ?? identifier ?? '');
}

// ---- What there is nothing for -------------------------------------------------------------------------------------

/** Parts that were looked at, or say nothing by themselves. */
const KNOWN = new Set([
  'tenant',
  'branding',
  'themes',
  'prompts',
  'attackProtection',
  'emailProvider',
  'resourceServers',
  'clients',
  'clientGrants',
  'connections',
]);

const REASONS: Readonly<Record<string, string>> = {
  databases: 'there are no passwords: people of a database sign in by their e-mail address',
  emailTemplates: 'they are for passwords; the message to sign in with belongs to the connection',
  pages: 'there is one login page, whose look, words and page template are settings',
  logStreams: 'they hold secrets: set them up by hand',
};

export function absent(setUp: Document): Entry[] {
  return Object.entries(setUp)
    .filter(([part, value]) => !KNOWN.has(part) && Array.isArray(value) && value.length > 0)
    .map(([part, value]) => ({
      kind: part,
      name: `(${(value as unknown[]).length})`,
      outcome: 'left out' as const,
      notes: [REASONS[part] ?? 'there is no such thing here'],
    }));
}

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): Document[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
