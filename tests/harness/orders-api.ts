// The operator's API: an Express application that believes access tokens only when Auth0's own middleware does, and a second
// door for which jwks-rsa finds the key.
import { createPublicKey } from 'node:crypto';
import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import jwksClient from 'jwks-rsa';
import { witness } from './evidence';
import { API, DOMAIN } from './tenant';

/** Where the API lives. */
export const ORDERS_SITE = 'orders.acme.test';

/** `/orders` is behind express-oauth2-jwt-bearer, `/by-key` behind jwks-rsa; both answer with who asked. */
export function createOrdersApi(): express.Express {
  const app = express();
  const checked = auth({ issuerBaseURL: `https://${DOMAIN}`, audience: API });
  app.get('/orders', checked, requiredScopes('read:orders'), (request, response) => {
    response.json(request.auth?.payload);
  });

  const keys = jwksClient({ jwksUri: `https://${DOMAIN}/.well-known/jwks.json`, cache: true });
  app.get('/by-key', async (request, response) => {
    const [, token = ''] = request.headers.authorization?.split(' ') ?? [];
    try {
      const { kid } = decodeProtectedHeader(token);
      const key = createPublicKey((await keys.getSigningKey(kid)).getPublicKey());
      const { payload } = await jwtVerify(token, key, { issuer: `https://${DOMAIN}/`, audience: API });
      response.json(payload);
    } catch {
      response.sendStatus(401);
    }
  });
  app.use(refuse);
  return app;
}

/** As the README of express-oauth2-jwt-bearer has it, without the words. */
const refuse: express.ErrorRequestHandler = (problem, _request, response, _next) => {
  response
    .status(problem.status ?? 500)
    .set(problem.headers ?? {})
    .end();
};

/** Asks at both doors with an access token. @throws when one of them does not believe it, or they read it differently */
export async function askOrdersApi(accessToken: string): Promise<Record<string, unknown>> {
  const [orders, byKey] = await Promise.all([tryDoor('orders', accessToken), tryDoor('by-key', accessToken)]);
  if (!orders.ok || !byKey.ok) throw new Error(`The API answered ${orders.status} and ${byKey.status}.`);
  const [claims, same] = [await orders.text(), await byKey.text()];
  if (claims !== same) throw new Error('The two doors read one token differently.');
  return JSON.parse(claims);
}

/** One door's answer to a token. */
export function tryDoor(door: 'orders' | 'by-key', accessToken: string): Promise<Response> {
  const headers = { Authorization: `Bearer ${witness(accessToken)}` };
  return fetch(`https://${ORDERS_SITE}/${door}`, { headers });
}
