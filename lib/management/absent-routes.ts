// What Auth0 has and a login without passwords has not: rules, roles, organisations and their like. Tools that manage a whole
// tenant begin by reading all of it, so lists are answered, and are empty; nothing can be put into them. Whatever is not here
// either is 404. docs/as-code.md.
import { z } from 'zod';
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
  route({
    method: 'GET',
    path: '/api/v2/supplemental-signals',
    summary: 'Get supplemental signals',
    description: 'Nobody else’s are taken.',
    scope: 'read:attack_protection',
    result: z.strictObject({ akamai_enabled: z.literal(false) }),
    answer: () => ({ akamai_enabled: false as const }),
  }),
];
