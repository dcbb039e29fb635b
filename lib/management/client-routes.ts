// `/api/v2/clients`: the applications of the house, which the standards call clients.
import { z } from 'zod';
import {
  createCredential,
  credentialBody,
  credentialChangeBody,
  credentialDocument,
  listCredentials,
  loadCredential,
  removeCredential,
  updateCredential,
} from './client-keys';
import { APPLICATION_TYPES, clientChangeBody, clientDocument, newClientBody } from './client-settings';
import {
  CLIENT_KEYS_SCOPE,
  type ClientsDeps,
  createClient,
  createdClientDocument,
  FORMER_SECRET_SECONDS,
  listClients,
  loadClient,
  removeClient,
  rotateClientSecret,
  updateClient,
} from './clients';
import { queryChoice, queryChoices, queryFlag, queryNumber, queryText } from './fields';
import { answerPage, listResult, pageParameters, rangeOf, select, selectionParameters } from './paging';
import { routeFor } from './route';

export const CLIENTS_PATH = '/api/v2/clients';

/** Auth0's default. */
const CLIENTS_PER_PAGE = 50;
/** A secret that is to live longer beside its successor need not be replaced. */
const FORMER_SECRET_MAX_SECONDS = 30 * 86_400;

/** The keys of a client. */
const CREDENTIALS_PATH = `${CLIENTS_PATH}/{client_id}/credentials` as const;

const route = routeFor<ClientsDeps>();

export const CLIENT_ROUTES = [
  route({
    method: 'GET',
    path: CLIENTS_PATH,
    summary: 'List clients',
    description: '`name` finds those whose name holds it, whatever the case.',
    scope: 'read:clients',
    query: z.strictObject({
      ...pageParameters(CLIENTS_PER_PAGE),
      ...selectionParameters,
      app_type: queryChoices(APPLICATION_TYPES).optional(),
      is_first_party: queryChoice(),
      is_global: queryFlag(false),
      name: queryText(100).optional(),
    }),
    result: listResult('clients', clientDocument),
    async answer(deps, { query }) {
      const wanted = {
        ...rangeOf(query),
        applicationTypes: query.app_type,
        isFirstParty: query.is_first_party,
        name: query.name,
      };
      // There is no client for everything, which Auth0 calls global.
      const { items, total } = query.is_global ? { items: [], total: 0 } : await listClients(deps, wanted);
      return answerPage('clients', { items: items.map((client) => select(client, query)), total }, query);
    },
  }),
  route({
    method: 'POST',
    path: CLIENTS_PATH,
    summary: 'Create a client',
    description: 'The answer holds its secret, this once.',
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
    query: z.strictObject(selectionParameters),
    result: clientDocument,
    answer: async (deps, { params, query }) => select(await loadClient(deps, params.client_id), query),
  }),
  route({
    method: 'PATCH',
    path: `${CLIENTS_PATH}/{client_id}`,
    summary: 'Update a client',
    description: `Changes what is sent. How the client proves itself is changed with \`${CLIENT_KEYS_SCOPE}\` besides; a secret that is drawn for that is in the answer.`,
    scope: 'update:clients',
    body: clientChangeBody,
    result: createdClientDocument,
    answer: (deps, { params, body, caller }) =>
      updateClient(deps, { clientId: params.client_id, body, caller }),
  }),
  route({
    method: 'DELETE',
    path: `${CLIENTS_PATH}/{client_id}`,
    summary: 'Delete a client',
    description: 'Its codes, tokens and grants end with it.',
    scope: 'delete:clients',
    answer: (deps, { params, caller }) => removeClient(deps, { clientId: params.client_id, caller }),
  }),
  route({
    method: 'POST',
    path: `${CLIENTS_PATH}/{client_id}/rotate-secret`,
    summary: 'Rotate a client secret',
    description:
      'The answer holds the new secret, this once. The one before is good for a day, or for as many seconds as are asked; with 0 it is dead at once.',
    scope: CLIENT_KEYS_SCOPE,
    needsRecentProof: true,
    query: z.strictObject({
      former_secret_seconds: queryNumber(0, FORMER_SECRET_MAX_SECONDS, FORMER_SECRET_SECONDS),
    }),
    status: 200,
    result: createdClientDocument,
    answer: (deps, { params, query }) =>
      rotateClientSecret(deps, { clientId: params.client_id, formerSeconds: query.former_secret_seconds }),
  }),
  route({
    method: 'GET',
    path: CREDENTIALS_PATH,
    summary: 'List the credentials of a client',
    scope: 'read:client_credentials',
    result: z.array(credentialDocument),
    answer: (deps, { params }) => listCredentials(deps, params.client_id),
  }),
  route({
    method: 'POST',
    path: CREDENTIALS_PATH,
    summary: 'Create a credential of a client',
    description:
      'A public key, which proves nothing until the client uses it: see `client_authentication_methods`.',
    scope: 'create:client_credentials',
    needsRecentProof: true,
    body: credentialBody,
    status: 201,
    result: credentialDocument,
    answer: (deps, { params, body }) => createCredential(deps, { clientId: params.client_id, body }),
  }),
  route({
    method: 'GET',
    path: `${CREDENTIALS_PATH}/{credential_id}`,
    summary: 'Get a credential of a client',
    scope: 'read:client_credentials',
    result: credentialDocument,
    answer: (deps, { params }) =>
      loadCredential(deps, { clientId: params.client_id, id: params.credential_id }),
  }),
  route({
    method: 'PATCH',
    path: `${CREDENTIALS_PATH}/{credential_id}`,
    summary: 'Update a credential of a client',
    scope: 'update:client_credentials',
    body: credentialChangeBody,
    result: credentialDocument,
    answer: (deps, { params, body }) =>
      updateCredential(deps, { clientId: params.client_id, id: params.credential_id, body }),
  }),
  route({
    method: 'DELETE',
    path: `${CREDENTIALS_PATH}/{credential_id}`,
    summary: 'Delete a credential of a client',
    scope: 'delete:client_credentials',
    answer: (deps, { params }) =>
      removeCredential(deps, { clientId: params.client_id, id: params.credential_id }),
  }),
];
