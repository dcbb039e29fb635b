// What Auth0 has and a login without passwords has not: rules, roles, organisations and their like. Tools that manage a whole
// tenant begin by reading all of it, so lists are answered, and are empty; nothing can be put into them. Whatever is not here
// either is 404. docs/as-code.md.
import { z } from 'zod';
import { fieldsOf, only } from './fields';
import { checkpointParameters, pageParameters } from './paging';
import { routeFor } from './route';

const route = routeFor<unknown>();

/** Below the API, and what Auth0 calls the list inside of its answer; null where the answer is the list. */
const LISTS: readonly (readonly [path: string, name: string | null])[] = [
  ['actions/actions', 'actions'],
  ['actions/modules', 'modules'],
  ['actions/triggers', 'triggers'],
  ['branding/phone/providers', 'providers'],
  ['branding/phone/templates', 'templates'],
  ['connection-profiles', 'connection_profiles'],
  ['connections-directory-provisionings', 'directory_provisionings'],
  ['custom-domains', null],
  ['event-streams', 'eventStreams'],
  ['flows', 'flows'],
  ['flows/vault/connections', 'connections'],
  ['forms', 'forms'],
  ['guardian/factors', null],
  ['guardian/policies', null],
  ['hooks', 'hooks'],
  ['network-acls', 'network_acls'],
  ['organizations', 'organizations'],
  ['prompts/rendering', 'configs'],
  ['rate-limit-policies', 'rate_limit_policies'],
  ['roles', 'roles'],
  ['rules', 'rules'],
  ['rules-configs', null],
  ['self-service-profiles', 'self_service_profiles'],
  ['token-exchange-profiles', 'token_exchange_profiles'],
  ['user-attribute-profiles', 'user_attribute_profiles'],
];

/** Some are always an object, whatever the query says. */
const ALWAYS_NAMED = new Set([
  'actions/actions',
  'actions/modules',
  'actions/triggers',
  'branding/phone/providers',
  'branding/phone/templates',
  'event-streams',
]);

const PER_PAGE = 50;

const query = z.looseObject({ ...pageParameters(PER_PAGE), ...checkpointParameters });

const pageOf = (name: string) =>
  z.strictObject({
    start: z.literal(0),
    limit: z.int(),
    total: z.literal(0),
    [name]: z.array(z.never()),
  });

/** What is off, and stays off. */
const SWITCHES = [
  {
    path: 'supplemental-signals',
    summary: 'supplemental signals',
    description: 'Nobody else’s are taken.',
    document: fieldsOf({ akamai_enabled: only(false, 'nobody else’s signals are taken') }),
    answer: { akamai_enabled: false },
  },
  {
    path: 'risk-assessments/settings',
    summary: 'risk assessment',
    description: 'Nobody is assessed: limits count.',
    document: fieldsOf({ enabled: only(false, 'limits count, and nobody is assessed') }),
    answer: { enabled: false },
  },
  {
    path: 'risk-assessments/settings/new-device',
    summary: 'how long a device is remembered',
    description: 'A browser is known for as long as it keeps its cookie; nothing else is remembered of it.',
    document: fieldsOf({
      remember_for: z.literal(0, { error: 'must be 0: a browser is known by its cookie' }),
    }),
    answer: { remember_for: 0 },
  },
] as const;

export const ABSENT_ROUTES = [
  ...LISTS.map(([path, name]) =>
    route({
      method: 'GET',
      path: `/api/v2/${path}`,
      summary: `List ${path.replaceAll(/[/-]/g, ' ')}`,
      description: 'There are none here, and none can be made.',
      scope: 'read:tenant_settings',
      query,
      result: name === null ? z.array(z.never()) : z.union([z.array(z.never()), pageOf(name)]),
      answer(_, { query: asked }) {
        const isNamed = asked.include_totals || asked.take !== undefined || ALWAYS_NAMED.has(path);
        if (name === null || !isNamed) return [];
        return { start: 0, limit: asked.per_page, total: 0, [name]: [] };
      },
    }),
  ),
  ...SWITCHES.flatMap(({ path, summary, description, document, answer }) => [
    route({
      method: 'GET',
      path: `/api/v2/${path}`,
      summary: `Get ${summary}`,
      description,
      scope: 'read:attack_protection',
      result: document,
      answer: () => answer,
    }),
    route({
      method: 'PATCH',
      path: `/api/v2/${path}`,
      summary: `Update ${summary}`,
      description: `${description} Takes what is so anyway.`,
      scope: 'update:attack_protection',
      body: document,
      result: document,
      answer: () => answer,
    }),
  ]),
  route({
    method: 'PUT',
    path: '/api/v2/guardian/policies',
    summary: 'Set multi-factor policies',
    description: 'There are none, and none can be set.',
    scope: 'update:tenant_settings',
    body: z.array(z.string()).max(0, 'must be empty: there is no second factor'),
    status: 200,
    result: z.array(z.never()),
    answer: () => [],
  }),
];
