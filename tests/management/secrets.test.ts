// What no answer may hold, looked for in every answer to a question (MGT-4).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '@/lib/management/routes';
import { type Office, openOffice } from './office';

const TOKEN = 'auth-token-of-thirty-two-or-more-characters';
const GETS = ROUTES.filter(({ method }) => method === 'GET');

let office: Office;
/** Everything secret there is: as it was handed out or in, hashed, and sealed. */
let secrets: string[];
/** What stands for `{…}` in the paths of each resource. */
let ids: Readonly<Record<string, Readonly<Record<string, string>>>>;

beforeAll(async () => {
  office = await openOffice('secrets');
  await office.reset();
  await office.signingKeys.ensureKeys();
  const ask = async (method: string, path: string, body: unknown = undefined) =>
    (await office.ask({ method, path: `/api/v2${path}`, ...(body !== undefined && { body }) })).json();
  const client = await ask('POST', '/clients', { name: 'App', jwt_configuration: { alg: 'HS256' } });
  const rotated = await ask('POST', `/clients/${client.client_id}/rotate-secret`);
  const [, sms] = await ask('GET', '/connections');
  const sid = `AC${'0'.repeat(32)}`;
  await ask('PATCH', `/connections/${sms.id}`, { options: { twilio_sid: sid, twilio_token: TOKEN } });
  const api = await ask('POST', '/resource-servers', { identifier: 'urn:acme:orders' });
  const grant = await ask('POST', '/client-grants', {
    client_id: client.client_id,
    audience: api.identifier,
  });
  const [key] = await office.signingKeys.list();
  ids = {
    clients: { client_id: client.client_id },
    connections: { id: sms.id },
    'resource-servers': { id: api.id },
    'client-grants': { id: grant.id },
    keys: { kid: key?.kid ?? '' },
  };
  const kept = await office.prisma.client.findUniqueOrThrow({ where: { clientId: client.client_id } });
  const keys = await office.prisma.signingKey.findMany();
  const { options } = await office.prisma.connection.findUniqueOrThrow({ where: { id: sms.id } });
  secrets = [
    client.client_secret,
    rotated.client_secret,
    ...kept.secretHashes,
    kept.sealedSecret ?? '',
    ...keys.map(({ sealedPrivateJwk }) => sealedPrivateJwk),
    TOKEN,
    String((options as Record<string, unknown>).twilio_token),
  ];
  office.pass(5);
});
afterAll(() => office?.close());

describe('MGT-4: no secret, hash of one, or seal is in the answer to', () => {
  it.each(GETS.map(({ path }) => path))('GET %s', async (path) => {
    expect(secrets.every((secret) => secret.length > 10)).toBe(true);
    const [, , , resource = ''] = path.split('/');
    const at = path.replaceAll(/\{(\w+)\}/g, (_, name) => ids[resource]?.[name] ?? 'nobody');
    const text = await (await office.ask({ path: at })).text();
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).not.toMatch(/lks_|secretHash|secret_hash|sealed|"(?:d|p|q|dp|dq|qi|k)":/);
  });
});
