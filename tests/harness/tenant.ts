// An installation as applications find it on the public web: https at a bare domain, mail and text messages that arrive, and
// an API of the operator's. What Auth0 calls a tenant.
import { randomBytes } from 'node:crypto';
import { openDatabase } from '@/lib/store/prisma/database';
import { createResourceServerStore } from '@/lib/store/prisma/resource-servers';
import { createDatabase } from './database';
import { type Environment, type LatchkeyProcess, startLatchkey } from './latchkey';
import { type PublicWeb, startPublicWeb } from './public-web';
import { type SmtpSink, startSmtpSink } from './smtp-sink';
import { forwardTo } from './tls-proxy';
import { startTwilioSink, type TwilioSink } from './twilio-sink';

/** What an application is told of the installation. */
export const DOMAIN = 'login.acme.test';

/** The API of the operator; its identifier is no address that anything answers at. */
export const API = 'https://orders.acme.test/v1';

/** The operator's machine client. */
export const MACHINE = {
  clientId: 'operator',
  clientSecret: 'Vb8Kq2Zt5Wn1Xc7Rm4Lp9Ds3Gf6Hj0Ya',
};

/** A running installation and what surrounds it. */
export type Tenant = {
  server: LatchkeyProcess;
  web: PublicWeb;
  post: SmtpSink;
  twilio: TwilioSink;
  close: () => Promise<void>;
};

const MANY = 10_000;

/**
 * Starts it, with an API that lets `read:orders` be asked for, offline too.
 *
 * @param name - of its database, for people who read a failing test
 * @param sites - names of the applications' own sites, see {@link startPublicWeb}
 * @param environment - what its operator has set beside what every operator sets
 */
export async function startTenant(
  name: string,
  sites: readonly string[] = [],
  environment: Environment = {},
): Promise<Tenant> {
  const [web, post, twilio, databaseUrl] = await Promise.all([
    startPublicWeb([DOMAIN, ...sites]),
    startSmtpSink(),
    startTwilioSink(),
    createDatabase(name),
  ]);
  const server = await startLatchkey({
    ISSUER: `https://${DOMAIN}`,
    DATABASE_URL: databaseUrl,
    SECRET: 'q4Lm8xTz1Vn6Rk3Wb9Yc5Pd2Gf7Hs0Ja',
    TRUSTED_PROXIES: '1',
    OUTBOUND_PRIVATE_NETWORKS: '127.0.0.1/32',
    SMTP_URL: post.url,
    EMAIL_FROM: 'login@acme.test',
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
    TWILIO_FROM: '+4915155500000',
    TWILIO_API_BASE_URL: twilio.url,
    MANAGEMENT_CLIENT_ID: MACHINE.clientId,
    MANAGEMENT_CLIENT_SECRET: MACHINE.clientSecret,
    LIMITS: JSON.stringify({
      starts_per_ip: MANY,
      sms_per_ip: MANY,
      starts_per_recipient_hour: MANY,
      starts_per_recipient_day: MANY,
    }),
    ...environment,
  });
  web.serve(DOMAIN, forwardTo(server.address));
  await addApi(databaseUrl);
  return {
    server,
    web,
    post,
    twilio,
    close: async () => {
      await server.stop();
      await Promise.all([web.close(), post.close(), twilio.close()]);
    },
  };
}

/** Before anybody asked for an API: the server remembers what there are. */
async function addApi(databaseUrl: string): Promise<void> {
  const database = await openDatabase({ databaseUrl, dataDir: '' });
  const apis = createResourceServerStore(database.prisma, { clock: () => new Date() });
  const now = new Date();
  const orders = {
    id: randomBytes(12).toString('hex'),
    identifier: API,
    name: 'Orders',
    scopes: [{ value: 'read:orders', description: 'Read your orders' }],
    signingAlgorithm: 'RS256' as const,
    tokenLifetimeSeconds: 86_400,
    tokenLifetimeForWebSeconds: 7_200,
    allowOfflineAccess: true,
    skipConsent: true,
    tokenDialect: 'rfc9068_profile' as const,
    isSystem: false,
  };
  await apis.add(orders, now);
  const grant = { id: `cgr_${randomBytes(12).toString('base64url')}`, clientId: MACHINE.clientId };
  await apis.grant({ ...grant, audience: API, scopes: ['read:orders'] }, now);
  await database.close();
}
