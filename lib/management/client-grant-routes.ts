// `/api/v2/client-grants`: what clients may ask of APIs by themselves.
import { z } from 'zod';
import {
  type ClientGrantsDeps,
  clientGrantBody,
  clientGrantChangeBody,
  clientGrantDocument,
  createClientGrant,
  listClientGrants,
  listClientGrantsFrom,
  loadClientGrant,
  removeClientGrant,
  updateClientGrant,
} from './client-grants';
import { queryText } from './fields';
import { answerPage, checkpointParameters, listResult, pageParameters, rangeOf } from './paging';
import { routeFor } from './route';

export const CLIENT_GRANTS_PATH = '/api/v2/client-grants';

/** Auth0's default. */
const PER_PAGE = 50;

/** An id or an identifier. */
const printable = () => queryText().regex(/^[\x21-\x7e]*$/, 'may hold printable ASCII without blanks');

const route = routeFor<ClientGrantsDeps>();

export const CLIENT_GRANT_ROUTES = [
  route({
    method: 'GET',
    path: CLIENT_GRANTS_PATH,
    summary: 'List client grants',
    scope: 'read:client_grants',
    query: z.strictObject({
      ...pageParameters(PER_PAGE),
      ...checkpointParameters,
      client_id: printable().optional(),
      audience: printable().optional(),
      subject_type: z.literal('client', { error: 'must be client' }).optional(),
    }),
    result: listResult('client_grants', clientGrantDocument),
    async answer(deps, { query }) {
      const wanted = { clientId: query.client_id, audience: query.audience };
      if (query.from === undefined && query.take === undefined) {
        const page = await listClientGrants(deps, { ...wanted, ...rangeOf(query) });
        return answerPage('client_grants', page, query);
      }
      const { next, ...part } = await listClientGrantsFrom(deps, { ...wanted, ...query });
      return { ...part, ...(next !== null && { next }) };
    },
  }),
  route({
    method: 'POST',
    path: CLIENT_GRANTS_PATH,
    summary: 'Create a client grant',
    description: 'Of the management API only what the caller has.',
    scope: 'create:client_grants',
    body: clientGrantBody,
    status: 201,
    result: clientGrantDocument,
    answer: (deps, { body, caller }) => createClientGrant(deps, { body, caller }),
  }),
  route({
    method: 'GET',
    path: `${CLIENT_GRANTS_PATH}/{id}`,
    summary: 'Get a client grant',
    scope: 'read:client_grants',
    result: clientGrantDocument,
    answer: (deps, { params }) => loadClientGrant(deps, params.id),
  }),
  route({
    method: 'PATCH',
    path: `${CLIENT_GRANTS_PATH}/{id}`,
    summary: 'Update a client grant',
    description: 'Tokens that were issued before live as long as they say.',
    scope: 'update:client_grants',
    body: clientGrantChangeBody,
    result: clientGrantDocument,
    answer: (deps, { params, body, caller }) =>
      updateClientGrant(deps, { id: params.id, scope: body.scope, caller }),
  }),
  route({
    method: 'DELETE',
    path: `${CLIENT_GRANTS_PATH}/{id}`,
    summary: 'Delete a client grant',
    scope: 'delete:client_grants',
    answer: (deps, { params, caller }) => removeClientGrant(deps, { id: params.id, caller }),
  }),
];
