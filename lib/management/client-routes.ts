// `/api/v2/clients`: make, list and look up clients.

import { z } from 'zod';
import {
  type ClientsDeps,
  clientDocument,
  createClient,
  createdClientDocument,
  listClients,
  loadClient,
  newClientBody,
} from './clients';
import { answerPage, listResult, pageParameters, rangeOf } from './paging';
import { routeFor } from './route';

export const CLIENTS_PATH = '/api/v2/clients';

/** Auth0's default. */
const CLIENTS_PER_PAGE = 50;

const route = routeFor<ClientsDeps>();

export const CLIENT_ROUTES = [
  route({
    method: 'GET',
    path: CLIENTS_PATH,
    summary: 'List clients',
    scope: 'read:clients',
    query: z.strictObject(pageParameters(CLIENTS_PER_PAGE)),
    result: listResult('clients', clientDocument),
    answer: async (deps, { query }) => answerPage('clients', await listClients(deps, rangeOf(query)), query),
  }),
  route({
    method: 'POST',
    path: CLIENTS_PATH,
    summary: 'Create a client',
    scope: 'create:clients',
    body: newClientBody,
    status: 201,
    result: createdClientDocument,
    answer: (deps, { body }) => createClient(deps, body),
  }),
  route({
    method: 'GET',
    path: `${CLIENTS_PATH}/{client_id}`,
    summary: 'Get a client',
    scope: 'read:clients',
    result: clientDocument,
    answer: (deps, { params }) => loadClient(deps, params.client_id),
  }),
];
