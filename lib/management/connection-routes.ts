// `/api/v2/connections`: ways to prove an identifier, and which clients offer them.
import { z } from 'zod';
import {
  type ConnectionDocument,
  type ConnectionsDeps,
  connectionBody,
  connectionChangeBody,
  connectionDocument,
  createConnection,
  enableClients,
  enabledClientsBody,
  enabledClientsDocument,
  listConnections,
  listConnectionsFrom,
  listEnabledClients,
  loadConnection,
  updateConnection,
} from './connections';
import { queryList, queryText } from './fields';
import {
  answerPage,
  checkpointParameters,
  listResult,
  pageParameters,
  rangeOf,
  select,
  selectionParameters,
} from './paging';
import { routeFor } from './route';

export const CONNECTIONS_PATH = '/api/v2/connections';

/** Auth0's default. */
const CONNECTIONS_PER_PAGE = 100;

const route = routeFor<ConnectionsDeps>();

export const CONNECTION_ROUTES = [
  route({
    method: 'GET',
    path: CONNECTIONS_PATH,
    summary: 'List connections',
    scope: 'read:connections',
    query: z.strictObject({
      ...pageParameters(CONNECTIONS_PER_PAGE),
      ...checkpointParameters,
      ...selectionParameters,
      name: queryText().optional(),
      strategy: queryList(queryText()),
    }),
    result: listResult('connections', connectionDocument),
    async answer(deps, { query }) {
      const chosen = (connection: ConnectionDocument) => select(connection, query);
      if (query.from === undefined && query.take === undefined) {
        const { items, total } = await listConnections(deps, { ...query, range: rangeOf(query) });
        return answerPage('connections', { items: items.map(chosen), total }, query);
      }
      const { connections, next } = await listConnectionsFrom(deps, query);
      return { connections: connections.map(chosen), ...(next !== null && { next }) };
    },
  }),
  route({
    method: 'POST',
    path: CONNECTIONS_PATH,
    summary: 'Create a connection',
    scope: 'create:connections',
    body: connectionBody,
    status: 201,
    result: connectionDocument,
    answer: (deps, { body }) => createConnection(deps, body),
  }),
  route({
    method: 'GET',
    path: `${CONNECTIONS_PATH}/{id}`,
    summary: 'Get a connection',
    scope: 'read:connections',
    result: connectionDocument,
    answer: (deps, { params }) => loadConnection(deps, params.id),
  }),
  route({
    method: 'PATCH',
    path: `${CONNECTIONS_PATH}/{id}`,
    summary: 'Update a connection',
    description: 'Replaces the whole options object, but for a secret that is left out.',
    scope: 'update:connections',
    body: connectionChangeBody,
    result: connectionDocument,
    answer: (deps, { params, body }) => updateConnection(deps, { id: params.id, ...body }),
  }),
  route({
    method: 'GET',
    path: `${CONNECTIONS_PATH}/{id}/clients`,
    summary: 'List the clients of a connection',
    scope: 'read:connections',
    result: enabledClientsDocument,
    answer: async (deps, { params }) => ({ clients: await listEnabledClients(deps, params.id) }),
  }),
  route({
    method: 'PATCH',
    path: `${CONNECTIONS_PATH}/{id}/clients`,
    summary: 'Enable clients for a connection, or disable them',
    scope: 'update:connections',
    body: enabledClientsBody,
    answer: (deps, { params, body }) => enableClients(deps, { id: params.id, clients: body }),
  }),
];
