// The token endpoint alone: access tokens for machines and refreshed tokens for people, signed RS256 and ES256, beside the
// comparison peer's for machines. PostgreSQL; every answer is checked; stops by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import { createDatabaseOn, startPostgres } from '@/tests/harness/postgres';
import { repeat } from './journey/load';
import { readUsage } from './measure/process-tree';
import { median } from './measure/statistics';
import { type MailSink, startMailSink } from './sink/mail-sink';
import { startLatchkeySystem } from './systems/latchkey';
import { startOidcProvider } from './systems/oidc-provider';
import type { System } from './systems/system';

const ALGORITHMS = ['RS256', 'ES256'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

type Plan = Readonly<{ warmUp: number; rounds: number; requests: number }>;

const FULL: Plan = { warmUp: 2_000, rounds: 5, requests: 3_000 };
const QUICK: Plan = { warmUp: 500, rounds: 3, requests: 600 };
const USERS = 8;
const SETTLING_MILLISECONDS = 250;
const SIGNATURES = 500;

/** Both systems call their APIs so. */
const audienceOf = (algorithm: Algorithm) => `urn:orders:${algorithm}`;

const OPERATOR = { id: 'operator', secret: 'Vb8Kq2Zt5Wn1Xc7Rm4Lp9Ds3Gf6Hj0Ya' };

/** One kind of request: what is sent, and how many signatures its answer has by which algorithm. */
type Kind = Readonly<{
  name: string;
  system: System;
  signatures: Readonly<Partial<Record<Algorithm, number>>>;
  /** @throws when the answer is not as it should be */
  ask(): Promise<void>;
}>;

/** `npm run bench -- --tokens [--quick]`. */
export async function runTokensBenchmark(words: readonly string[]): Promise<void> {
  const plan = words.includes('--quick') ? QUICK : FULL;
  const postgres = await startPostgres();
  const sink = await startMailSink();
  const systems: System[] = [];
  try {
    const latchkey = await startLatchkeySystem({
      name: 'Latchkey',
      databaseUrl: await createDatabaseOn(postgres.adminUrl, 'bench tokens'),
      environment: {
        ...sink.environment,
        MANAGEMENT_CLIENT_ID: OPERATOR.id,
        MANAGEMENT_CLIENT_SECRET: OPERATOR.secret,
      },
    });
    systems.push(latchkey);
    const peer = await startOidcProvider({
      name: 'oidc-provider',
      databaseUrl: await createDatabaseOn(postgres.adminUrl, 'bench peer tokens'),
      environment: sink.environment,
    });
    systems.push(peer);
    const kinds = await prepareKinds(latchkey, peer, sink);
    console.log(await measure(kinds, plan));
  } finally {
    await Promise.all(systems.map((system) => system.stop()));
    sink.stop();
    await postgres.stop();
  }
}

async function measure(kinds: readonly Kind[], plan: Plan): Promise<string> {
  for (const { ask } of kinds) await repeat(ask, { users: USERS, times: plan.warmUp });
  const samples = new Map<Kind, { perSecond: number; cpuMs: number }[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (const kind of kinds) samples.get(kind)?.push(await takeSample(kind, plan.requests));
  }
  const cost = { RS256: await signingCost('RS256'), ES256: await signingCost('ES256') };
  const lines = kinds.map(({ name, system, signatures }, index) => {
    const taken = samples.get(kinds[index] as Kind) ?? [];
    const cpuMs = median(taken.map((sample) => sample.cpuMs));
    const perSecond = median(taken.map((sample) => sample.perSecond));
    const signing = ALGORITHMS.reduce((sum, each) => sum + (signatures[each] ?? 0) * cost[each], 0);
    const share = `${Math.round((100 * signing) / cpuMs)} %`;
    return `| ${name} | ${system.name} | ${perSecond.toFixed(0)} | ${cpuMs.toFixed(2)} | ${share} |`;
  });
  return [
    `A signature by itself: RS256 ${cost.RS256.toFixed(3)} ms, ES256 ${cost.ES256.toFixed(3)} ms of CPU.`,
    `${USERS} at once, median of ${plan.rounds} rounds of ${plan.requests}.`,
    '',
    '| request | system | a second | CPU ms | signing |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

async function takeSample({ system, ask, name }: Kind, times: number) {
  const before = readUsage(system.pid).cpuSeconds;
  const begun = performance.now();
  const { failures } = await repeat(ask, { users: USERS, times });
  const seconds = (performance.now() - begun) / 1000;
  await sleep(SETTLING_MILLISECONDS);
  if (failures[0] !== undefined) throw new Error(`${name}: ${failures[0]}`);
  return { perSecond: times / seconds, cpuMs: (1000 * (readUsage(system.pid).cpuSeconds - before)) / times };
}

/** Milliseconds of CPU that the library of ours takes for one token, without anything around it. */
async function signingCost(algorithm: Algorithm): Promise<number> {
  const { privateKey } = await generateKeyPair(algorithm);
  const sign = () => new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: algorithm }).sign(privateKey);
  for (let index = 0; index < SIGNATURES; index++) await sign();
  const before = process.cpuUsage();
  for (let index = 0; index < SIGNATURES; index++) await sign();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / SIGNATURES;
}

// ---- The kinds ------------------------------------------------------------------------------------------------------

async function prepareKinds(latchkey: System, peer: System, sink: MailSink): Promise<Kind[]> {
  const { machine, application } = await setUp(latchkey);
  const kinds: Kind[] = [];
  for (const algorithm of ALGORITHMS) {
    for (const { system, client, named } of [
      { system: latchkey, client: machine, named: 'audience' },
      { system: peer, client: peer.client, named: 'resource' },
    ]) {
      const grant = {
        grant_type: 'client_credentials',
        scope: 'read:orders',
        [named]: audienceOf(algorithm),
      };
      kinds.push({
        name: `client credentials, ${algorithm}`,
        system,
        signatures: { [algorithm]: 1 },
        ask: async () => expectSigned(await ask(system, client, grant), algorithm),
      });
    }
    kinds.push({
      name: `refresh, access token ${algorithm}`,
      system: latchkey,
      // The ID token is signed RS256 whatever the API wants.
      signatures: algorithm === 'RS256' ? { RS256: 2 } : { RS256: 1, ES256: 1 },
      ask: await refreshing(latchkey, { application, algorithm, sink }),
    });
  }
  return kinds;
}

type Credentials = System['client'];
type Tokens = Readonly<{ access_token: string; refresh_token?: string }>;

/** As many people as there are users at once; each goes on with the token that it was given last. */
async function refreshing(
  system: System,
  { application, algorithm, sink }: { application: Credentials; algorithm: Algorithm; sink: MailSink },
): Promise<() => Promise<void>> {
  const idle: string[] = [];
  for (let user = 0; user < USERS; user++) {
    const email = `${algorithm}.${user}@example.com`.toLowerCase();
    const credentials = { client_id: application.id, client_secret: application.secret };
    await post(new URL('/passwordless/start', system.issuer), {
      ...{ ...credentials, connection: 'email', email, send: 'code' },
    });
    const otp = await sink.waitForCode(email);
    const { refresh_token = '' } = await ask(system, application, {
      ...{ grant_type: PASSWORDLESS_OTP_GRANT, realm: 'email', username: email, otp },
      ...{ audience: audienceOf(algorithm), scope: 'openid offline_access read:orders' },
    });
    idle.push(refresh_token);
  }
  return async () => {
    const refresh_token = idle.pop() ?? '';
    const tokens = await ask(system, application, { grant_type: 'refresh_token', refresh_token });
    idle.push(tokens.refresh_token ?? refresh_token);
    expectSigned(tokens, algorithm);
  };
}

/** APIs, a machine that may call them, and an application whose people may. */
async function setUp(system: System): Promise<{ machine: Credentials; application: Credentials }> {
  const { access_token } = await ask(system, OPERATOR, {
    grant_type: 'client_credentials',
    audience: `${system.issuer}api/v2/`,
  });
  const make = (path: string, body: object) =>
    post(new URL(`/api/v2/${path}`, system.issuer), body, access_token);
  const machine = await make('clients', {
    ...{ name: 'Machine', app_type: 'non_interactive', token_endpoint_auth_method: 'client_secret_basic' },
  });
  const application = await make('clients', {
    ...{ name: 'Application', app_type: 'regular_web', token_endpoint_auth_method: 'client_secret_basic' },
    grant_types: ['refresh_token', PASSWORDLESS_OTP_GRANT],
  });
  for (const algorithm of ALGORITHMS) {
    const audience = audienceOf(algorithm);
    await make('resource-servers', {
      ...{ identifier: audience, name: algorithm, signing_alg: algorithm, allow_offline_access: true },
      scopes: [{ value: 'read:orders', description: 'Read orders' }],
    });
    await make('client-grants', { client_id: machine.client_id, audience, scope: ['read:orders'] });
  }
  return { machine: credentialsOf(machine), application: credentialsOf(application) };
}

const credentialsOf = ({ client_id = '', client_secret = '' }: Record<string, string>): Credentials => ({
  id: client_id,
  secret: client_secret,
});

async function ask(system: System, client: Credentials, grant: Record<string, string>): Promise<Tokens> {
  const paths = { Latchkey: '/oauth/token', 'oidc-provider': '/token' } as Record<string, string>;
  const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
  return read(
    await fetch(new URL(paths[system.name] ?? '', system.issuer), {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}` },
      body: new URLSearchParams(grant),
    }),
  );
}

async function post(url: URL, body: object, token?: string): Promise<Record<string, string>> {
  const headers = {
    'Content-Type': 'application/json',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  };
  return read(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function read<Answer>(response: Response): Promise<Answer> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

function expectSigned({ access_token }: Tokens, algorithm: Algorithm): void {
  const { alg } = decodeProtectedHeader(access_token);
  if (alg !== algorithm) throw new Error(`signed ${alg} in place of ${algorithm}`);
}
