// `/api/v2/connections`: ways to prove an identifier, and which clients offer them.
import { z } from 'zod';
import { CLIENTS_PATH } from './client-routes';
import { type ClientsDeps, loadClient } from './clients';
import {
  type ConnectionDocument,
  type ConnectionsDeps,
  checkStatus,
  connectionBody,
  connectionChangeBody,
  connectionDocument,
  connectionsPart,
  createConnection,
  enableClients,
  enabledClientsBody,
  enabledClientsDocument,
  listConnections,
  listConnectionsFrom,
  listEnabledClients,
  loadConnection,
  removeConnection,
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

const route = routeFor<ConnectionsDeps & Pick<ClientsDeps, 'clients'>>();

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
      const { connections, ...part } = await listConnectionsFrom(deps, query);
      return { connections: connections.map(chosen), ...part };
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
    query: z.strictObject(selectionParameters),
    result: connectionDocument,
    answer: async (deps, { params, query }) => select(await loadConnection(deps, params.id), query),
  }),
  route({
    method: 'PATCH',
    path: `${CONNECTIONS_PATH}/{id}`,
    summary: 'Update a connection',
    description: 'Replaces the whole options object, but for a secret that is left out.',
    scope: 'update:connections',
    body: connectionChangeBody,
    result: connectionDocument,
    answer: (deps, { params, body }) => updateConnection(deps, { id: params.id, body }),
  }),
  route({
    method: 'DELETE',
    path: `${CONNECTIONS_PATH}/{id}`,
    summary: 'Delete a connection',
    description:
      'Login pages offer it no longer. Who signed in with it stays, and may sign in with another of its kind.',
    scope: 'delete:connections',
    answer: (deps, { params }) => removeConnection(deps, params.id),
  }),
  route({
    method: 'GET',
    path: `${CONNECTIONS_PATH}/{id}/status`,
    summary: 'Tell whether a connection can be used',
    description: '404 where it cannot: there is none, or its options are wrong.',
    scope: 'read:connections',
    status: 200,
    result: z.strictObject({}),
    async answer(deps, { params }) {
      await checkStatus(deps, params.id);
      return {};
    },
  }),
  route({
    method: 'GET',
    path: `${CONNECTIONS_PATH}/{id}/clients`,
    summary: 'List the clients of a connection',
    scope: 'read:connections',
    query: z.strictObject(checkpointParameters),
    result: enabledClientsDocument,
    answer: (deps, { params, query }) => listEnabledClients(deps, { id: params.id, ...query }),
  }),
  route({
    method: 'PATCH',
    path: `${CONNECTIONS_PATH}/{id}/clients`,
    summary: 'Enable clients for a connection, or disable them',
    scope: 'update:connections',
    body: enabledClientsBody,
    answer: (deps, { params, body }) => enableClients(deps, { id: params.id, clients: body }),
  }),
  route({
    method: 'GET',
    path: `${CLIENTS_PATH}/{client_id}/connections`,
    summary: 'List the connections of a client',
    scope: 'read:connections',
    query: z.strictObject({
      ...checkpointParameters,
      ...selectionParameters,
      strategy: queryList(queryText()),
    }),
    result: connectionsPart,
    async answer(deps, { params, query }) {
      await loadClient(deps, params.client_id);
      const wanted = { ...query, clientId: params.client_id };
      const { connections, ...part } = await listConnectionsFrom(deps, wanted);
      return { connections: connections.map((connection) => select(connection, query)), ...part };
    },
  }),
];
