// `/api/v2/grants`: what people allowed applications. auth0-contract §5.5.
import { z } from 'zod';
import { userinfoAudience } from '@/lib/oidc/access-token';
import type { Grant, GrantStore } from '@/lib/oidc/consent';
import { queryText } from './fields';
import { answerPage, listResult, pageParameters, rangeOf } from './paging';
import { type Frozen, routeFor } from './route';
import { isId } from './session-routes';

export const GRANTS_PATH = '/api/v2/grants';

export type GrantRoutesDeps = Readonly<{ grants: GrantStore; issuer: string; clock: () => Date }>;

/** Auth0's default. */
const PER_PAGE = 50;

/** A grant on the wire; `clientID` is spelled as Auth0 spells it here alone. */
const grantDocument = z.strictObject({
  id: z.string(),
  clientID: z.string(),
  user_id: z.string(),
  audience: z.string(),
  scope: z.array(z.string()),
});

function describe(issuer: string, grant: Grant): Frozen<z.output<typeof grantDocument>> {
  return {
    id: grant.id,
    clientID: grant.clientId,
    user_id: grant.accountId,
    audience: grant.audience ?? userinfoAudience(issuer),
    scope: grant.scopes,
  };
}

const route = routeFor<GrantRoutesDeps>();

const printable = () => queryText().regex(/^[^\p{Cc}]+$/u, 'may not hold control characters, or nothing');

export const GRANT_ROUTES = [
  route({
    method: 'GET',
    path: GRANTS_PATH,
    summary: 'List what people allowed applications',
    scope: 'read:grants',
    query: z.strictObject({
      ...pageParameters(PER_PAGE),
      user_id: printable().optional(),
      client_id: printable().optional(),
      audience: printable().optional(),
    }),
    result: listResult('grants', grantDocument),
    async answer({ grants, issuer }, { query }) {
      const { user_id: accountId, client_id: clientId, audience } = query;
      const { grants: found, total } = await grants.list(
        {
          ...(accountId !== undefined && { accountId }),
          ...(clientId !== undefined && { clientId }),
          ...(audience !== undefined && {
            audience: audience === userinfoAudience(issuer) ? null : audience,
          }),
        },
        rangeOf(query),
      );
      return answerPage('grants', { items: found.map((grant) => describe(issuer, grant)), total }, query);
    },
  }),
  route({
    method: 'DELETE',
    path: GRANTS_PATH,
    summary: 'Withdraw everything a user allowed',
    description: 'Tokens that were issued under it are dead, and the next request asks again.',
    scope: 'delete:grants',
    query: z.strictObject({ user_id: printable() }),
    async answer({ grants, clock }, { query }) {
      await grants.withdraw({ accountId: query.user_id }, clock());
    },
  }),
  route({
    method: 'DELETE',
    path: `${GRANTS_PATH}/{id}`,
    summary: 'Withdraw what a user allowed an application',
    description:
      'Tokens that were issued under it are dead, and the next request asks again. One that is gone stays gone.',
    scope: 'delete:grants',
    async answer({ grants, clock }, { params }) {
      if (isId(params.id)) await grants.withdraw({ id: params.id }, clock());
    },
  }),
];
