// `/api/v2/keys/signing`: the keys that sign tokens.
import { z } from 'zod';
import { routeFor } from './route';
import {
  listSigningKeys,
  loadSigningKey,
  revokeSigningKey,
  rotateSigningKeys,
  type SigningKeysDeps,
  signingKeyDocument,
  touchedKeyDocument,
} from './signing-keys';

export const SIGNING_KEYS_PATH = '/api/v2/keys/signing';

const route = routeFor<SigningKeysDeps>();

export const SIGNING_KEY_ROUTES = [
  route({
    method: 'GET',
    path: SIGNING_KEYS_PATH,
    summary: 'List signing keys',
    scope: 'read:signing_keys',
    result: z.array(signingKeyDocument),
    answer: (deps) => listSigningKeys(deps),
  }),
  route({
    method: 'POST',
    path: `${SIGNING_KEYS_PATH}/rotate`,
    summary: 'Rotate the signing keys',
    description:
      'The next key of every algorithm signs from now on, and the answer is the one of RS256. What the keys before it signed stays good, until they are revoked. Five times a day.',
    scope: ['create:signing_keys', 'update:signing_keys'],
    needsRecentProof: true,
    status: 201,
    result: touchedKeyDocument,
    answer: (deps, { caller }) => rotateSigningKeys(deps, caller),
  }),
  route({
    method: 'GET',
    path: `${SIGNING_KEYS_PATH}/{kid}`,
    summary: 'Get a signing key',
    scope: 'read:signing_keys',
    result: signingKeyDocument,
    answer: (deps, { params }) => loadSigningKey(deps, params.kid),
  }),
  route({
    method: 'PUT',
    path: `${SIGNING_KEYS_PATH}/{kid}/revoke`,
    summary: 'Revoke a signing key',
    description:
      'Everything a previous key signed is refused from now on, in every process within five seconds.',
    scope: 'update:signing_keys',
    needsRecentProof: true,
    result: touchedKeyDocument,
    answer: (deps, { params }) => revokeSigningKey(deps, params.kid),
  }),
];
