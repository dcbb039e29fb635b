// The operator's API: an Express application that believes access tokens only when Auth0's own middleware does, and a second
// door for which jwks-rsa finds the key.
import { createPublicKey } from 'node:crypto';
import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import jwksClient from 'jwks-rsa';
import { API, DOMAIN } from './tenant';

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
