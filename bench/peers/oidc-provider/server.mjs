// The comparison peer: `oidc-provider` from npm on node:http with PostgreSQL, signing people in with a code by e-mail, as
// one would write it for a single first-party application. Plain JavaScript, so that nothing stands between it and Node.
// It does less than Latchkey: no limits, no audit log, no outbox, no translations. Environment: PORT, DATABASE_URL,
// CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, SECRET, RESEND_API_KEY, RESEND_BASE_URL.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import pg from 'pg';
import { createAdapterClass } from './adapter.mjs';
import { createLoginPages } from './login-pages.mjs';
import { createSchema, createUsers } from './users.mjs';

const {
  PORT,
  DATABASE_URL,
  CLIENT_ID,
  CLIENT_SECRET,
  REDIRECT_URI,
  SECRET,
  RESEND_API_KEY,
  RESEND_BASE_URL,
} = process.env;

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
await createSchema(pool);
const users = createUsers(pool, SECRET);

const provider = new Provider(`http://localhost:${PORT}`, {
  adapter: createAdapterClass(pool),
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'client_credentials'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  jwks: { keys: [await makeSigningKey('RS256'), await makeSigningKey('ES256')] },
  cookies: { keys: [SECRET] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // Of logins there is none, so that their access tokens are as they come.
      defaultResource: () => undefined,
      getResourceServerInfo: (_context, resource) => ({
        scope: 'read:orders',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: resource.slice('urn:orders:'.length) } },
      }),
    },
  },
  pkce: { required: () => true },
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  findAccount: async (_context, id) => {
    const email = await users.findEmail(id);
    return email === null
      ? undefined
      : { accountId: id, claims: () => ({ sub: id, email, email_verified: true }) };
  },
  loadExistingGrant: grantFirstParty,
  ttl: {
    AccessToken: 86_400,
    AuthorizationCode: 60,
    Grant: 86_400,
    IdToken: 36_000,
    Interaction: 3_600,
    ClientCredentials: 86_400,
    Session: 7 * 86_400,
  },
});

const answerProtocol = provider.callback();
const answerLogin = createLoginPages({
  provider,
  users,
  mail: { apiKey: RESEND_API_KEY, baseUrl: RESEND_BASE_URL, from: 'Login <login@localhost>' },
});

const server = createServer((request, response) => {
  if (request.url.startsWith('/interaction/')) answerLogin(request, response);
  else answerProtocol(request, response);
});
server.keepAliveTimeout = 65_000;
server.listen(Number(PORT), '127.0.0.1');

process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await pool.end();
});

/** The application is ours, so nobody is asked for consent. */
async function grantFirstParty(context) {
  const { client, session, params } = context.oidc;
  const known = context.oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  if (known) return provider.Grant.find(known);
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(params.scope);
  await grant.save();
  return grant;
}

async function makeSigningKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { modulusLength: 2048, extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `bench ${alg}` };
}
