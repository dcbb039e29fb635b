// `/api/v2/resource-servers`: APIs that access tokens are for. `{id}` is an id, or an identifier that is percent-encoded.
import { z } from 'zod';
import { queryList, queryText } from './fields';
import { answerPage, listResult, pageParameters, rangeOf, select, selectionParameters } from './paging';
import {
  createResourceServer,
  listResourceServers,
  loadResourceServer,
  type ResourceServersDeps,
  removeResourceServer,
  resourceServerBody,
  resourceServerChangeBody,
  resourceServerDocument,
  updateResourceServer,
} from './resource-servers';
import { routeFor } from './route';

export const RESOURCE_SERVERS_PATH = '/api/v2/resource-servers';

/** Auth0's figures. */
const PER_PAGE = 50;
const IDENTIFIERS_MAX = 10;

const route = routeFor<ResourceServersDeps>();

export const RESOURCE_SERVER_ROUTES = [
  route({
    method: 'GET',
    path: RESOURCE_SERVERS_PATH,
    summary: 'List APIs',
    scope: 'read:resource_servers',
    query: z.strictObject({
      ...pageParameters(PER_PAGE),
      ...selectionParameters,
      identifiers: queryList(queryText(), IDENTIFIERS_MAX),
    }),
    result: listResult('resource_servers', resourceServerDocument),
    async answer(deps, { query }) {
      const wanted = { ...rangeOf(query), identifiers: query.identifiers };
      const { items, total } = await listResourceServers(deps, wanted);
      return answerPage('resource_servers', { items: items.map((api) => select(api, query)), total }, query);
    },
  }),
  route({
    method: 'POST',
    path: RESOURCE_SERVERS_PATH,
    summary: 'Create an API',
    scope: 'create:resource_servers',
    body: resourceServerBody,
    status: 201,
    result: resourceServerDocument,
    answer: (deps, { body }) => createResourceServer(deps, body),
  }),
  route({
    method: 'GET',
    path: `${RESOURCE_SERVERS_PATH}/{id}`,
    summary: 'Get an API',
    scope: 'read:resource_servers',
    query: z.strictObject(selectionParameters),
    result: resourceServerDocument,
    answer: async (deps, { params, query }) => select(await loadResourceServer(deps, params.id), query),
  }),
  route({
    method: 'PATCH',
    path: `${RESOURCE_SERVERS_PATH}/{id}`,
    summary: 'Update an API',
    description:
      'Scopes are replaced all together. One that goes is in no token that is issued from then on.',
    scope: 'update:resource_servers',
    body: resourceServerChangeBody,
    result: resourceServerDocument,
    answer: (deps, { params, body }) => updateResourceServer(deps, { id: params.id, body }),
  }),
  route({
    method: 'DELETE',
    path: `${RESOURCE_SERVERS_PATH}/{id}`,
    summary: 'Delete an API',
    description: 'What clients were granted of it ends with it, and so does what people let them have.',
    scope: 'delete:resource_servers',
    answer: (deps, { params }) => removeResourceServer(deps, params.id),
  }),
];
