// `/api/v2/connections`: ways to prove an identifier, and which clients offer them.
import { respondJson } from '@/lib/endpoints/respond';
import {
  type ConnectionsDeps,
  createConnection,
  enableClients,
  listConnections,
  listEnabledClients,
  loadConnection,
  updateConnection,
} from './connections';
import { checkNames, type ManagementRoute, parsePage } from './route';

export const CONNECTIONS_PATH = '/api/v2/connections';

/** Auth0's default. */
const CONNECTIONS_PER_PAGE = 100;

export const CONNECTION_ROUTES: readonly ManagementRoute<ConnectionsDeps>[] = [
  {
    method: 'GET',
    path: CONNECTIONS_PATH,
    scope: 'read:connections',
    async answer(deps, { query }) {
      const { page, perPage, includeTotals } = parsePage(query, {
        perPage: CONNECTIONS_PER_PAGE,
        others: ['name', 'strategy'],
      });
      const wanted = { name: query.get('name'), strategy: query.get('strategy'), page, perPage };
      const { connections, total } = await listConnections(deps, wanted);
      const totals = { start: page * perPage, limit: perPage, length: connections.length, total };
      return respondJson(includeTotals ? { ...totals, connections } : connections);
    },
  },
  {
    method: 'POST',
    path: CONNECTIONS_PATH,
    scope: 'create:connections',
    answer: async (deps, { body }) => respondJson(await createConnection(deps, await body()), 201),
  },
  {
    method: 'GET',
    path: `${CONNECTIONS_PATH}/{id}`,
    scope: 'read:connections',
    async answer(deps, { segments: [id = ''], query }) {
      checkNames(query, []);
      return respondJson(await loadConnection(deps, id));
    },
  },
  {
    method: 'PATCH',
    path: `${CONNECTIONS_PATH}/{id}`,
    scope: 'update:connections',
    answer: async (deps, { segments: [id = ''], body }) =>
      respondJson(await updateConnection(deps, { id, input: await body() })),
  },
  {
    method: 'GET',
    path: `${CONNECTIONS_PATH}/{id}/clients`,
    scope: 'read:connections',
    async answer(deps, { segments: [id = ''], query }) {
      checkNames(query, []);
      return respondJson({ clients: await listEnabledClients(deps, id) });
    },
  },
  {
    method: 'PATCH',
    path: `${CONNECTIONS_PATH}/{id}/clients`,
    scope: 'update:connections',
    async answer(deps, { segments: [id = ''], body }) {
      await enableClients(deps, { id, input: await body() });
      return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } });
    },
  },
];
