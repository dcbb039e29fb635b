// `/api/v2/clients`: make, list and look up clients.
import { respondJson } from '@/lib/endpoints/respond';
import { type ClientsDeps, createClient, findClient, listClients } from './clients';
import { ManagementProblem } from './problem';
import { checkNames, type ManagementRoute, parsePage } from './route';

export const CLIENTS_PATH = '/api/v2/clients';

/** Auth0's default. */
const CLIENTS_PER_PAGE = 50;

export const CLIENT_ROUTES: readonly ManagementRoute<ClientsDeps>[] = [
  {
    method: 'GET',
    path: CLIENTS_PATH,
    scope: 'read:clients',
    async answer(deps, { query }) {
      const { page, perPage, includeTotals } = parsePage(query, { perPage: CLIENTS_PER_PAGE });
      const { clients, total } = await listClients(deps, { page, perPage });
      return respondJson(includeTotals ? { start: page * perPage, limit: perPage, total, clients } : clients);
    },
  },
  {
    method: 'POST',
    path: CLIENTS_PATH,
    scope: 'create:clients',
    answer: async (deps, { body }) => respondJson(await createClient(deps, await body()), 201),
  },
  {
    method: 'GET',
    path: `${CLIENTS_PATH}/{client_id}`,
    scope: 'read:clients',
    async answer(deps, { segments: [clientId = ''], query }) {
      checkNames(query, []);
      const client = await findClient(deps, clientId);
      if (client === null) throw new ManagementProblem(404, 'inexistent_client', 'The client does not exist');
      return respondJson(client);
    },
  },
];
