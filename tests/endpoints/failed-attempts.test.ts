import { describe, expect, it } from 'vitest';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { LIMITS } from '@/lib/login/limits';
import { confidentialClient, publicClient } from '../memory/clients';
import { type MemoryDeps, memoryDeps, SMALL_LIMITS, SUBJECT } from '../memory/deps';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const SECRETS = LIMITS.wrong_secrets.max;
const CODES = SMALL_LIMITS.failed_redemptions;

/** A client with a secret and one without, and a code of the latter. */
function stage(...authorizationCodes: string[]): MemoryDeps {
  const web = confidentialClient({ tokenEndpointAuthMethod: 'client_secret_post' });
  const deps = memoryDeps(web, { ...web, clientId: 'other' }, publicClient());
  for (const authorizationCode of authorizationCodes) {
    deps.codes.issue({
      authorizationCode,
      grant: {
        clientId: 'spa',
        subject: SUBJECT,
        sessionId: 'sid1',
        scope: 'openid',
        audience: null,
        nonce: null,
        authenticatedAt: deps.clock(),
        authTimeRequested: false,
        familyId: authorizationCode,
      },
      redirectUri: 'https://spa.test/cb',
      requestedRedirectUri: 'https://spa.test/cb',
      codeChallenge: CHALLENGE,
      expiresAt: new Date(deps.clock().getTime() + 3_600_000),
    });
  }
  deps.moveTo('192.0.2.1');
  return deps;
}

async function post(deps: MemoryDeps, path: string, form: Record<string, string>): Promise<Response> {
  const route = findRoute(path);
  if (route === null) throw new Error(`${path} has no route`);
  const body = new URLSearchParams(form);
  return answerRoute(deps, route, new Request(`https://op.test${path}`, { method: 'POST', body }));
}

/** Gives up a token that never was: all that matters is whether the client is let in. */
const prove = (deps: MemoryDeps, secret: string, client = 'web', path = '/oauth/revoke') =>
  post(deps, path, { client_id: client, client_secret: secret, token: 'x' });

const redeem = (deps: MemoryDeps, code: string, verifier: string) =>
  post(deps, '/oauth/token', {
    grant_type: 'authorization_code',
    client_id: 'spa',
    code,
    code_verifier: verifier,
    redirect_uri: 'https://spa.test/cb',
  });

async function repeat(count: number, act: (index: number) => Promise<Response>): Promise<Set<number>> {
  const statuses = new Set<number>();
  for (let index = 0; index < count; index++) statuses.add((await act(index)).status);
  return statuses;
}

async function expectClosed(response: Response): Promise<void> {
  expect(response.status).toBe(429);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(1200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual({
    error: 'too_many_requests',
    error_description: expect.any(String),
  });
}

describe('wrong client secrets', () => {
  it('are refused up to a number, then not looked at; the right one from elsewhere is (CLI-4, RLM-1)', async () => {
    const deps = stage();
    expect(await repeat(SECRETS, (index) => prove(deps, `wrong${index}`))).toEqual(new Set([401]));
    await expectClosed(await prove(deps, 'wrong'));
    await expectClosed(await prove(deps, 's3cret'));
    deps.moveTo('198.51.100.7');
    expect((await prove(deps, 's3cret')).status).toBe(200);
    expect((await prove(deps, 'wrong')).status).toBe(401);
  });

  it('for one client leave the others of the network alone (CLI-4)', async () => {
    const deps = stage();
    await repeat(SECRETS + 1, () => prove(deps, 'wrong'));
    expect((await prove(deps, 's3cret', 'other')).status).toBe(200);
  });

  it('count at every endpoint together (RLM-1)', async () => {
    const deps = stage();
    await repeat(SECRETS + 1, () => prove(deps, 'wrong'));
    for (const path of ['/oauth/token', '/passwordless/start', '/otp/challenge'])
      await expectClosed(
        path === '/oauth/token'
          ? await post(deps, path, { client_id: 'web', client_secret: 's3cret', grant_type: 'x' })
          : await post(deps, path, { client_id: 'web', client_secret: 's3cret' }),
      );
  });

  it('are looked at again when the time is over (CLI-4)', async () => {
    const deps = stage();
    await repeat(SECRETS, () => prove(deps, 'wrong'));
    const closed = await prove(deps, 'wrong');
    deps.advance(Number(closed.headers.get('retry-after')));
    expect((await prove(deps, 's3cret')).status).toBe(200);
  });

  it('alone are counted: a right one costs no statement (CLI-4)', async () => {
    const deps = stage();
    await repeat(5, () => prove(deps, 's3cret'));
    expect(deps.happened).not.toContain('counted wrong_secrets');
    await prove(deps, 'wrong');
    expect(deps.happened).toContain('counted wrong_secrets');
  });

  it('for clients that do not exist are not counted: their ids are made up (CLI-4)', async () => {
    const deps = stage();
    expect(await repeat(SECRETS + 5, () => prove(deps, 'wrong', 'nobody'))).toEqual(new Set([401]));
    expect(deps.happened).not.toContain('counted wrong_secrets');
  });

  it('are not limited where nobody says who asks: one stranger would close the client to all (CLI-4)', async () => {
    const web = confidentialClient({ tokenEndpointAuthMethod: 'client_secret_post' });
    const deps = memoryDeps(web);
    expect(await repeat(SECRETS + 5, () => prove(deps, 'wrong'))).toEqual(new Set([401]));
    expect((await prove(deps, 's3cret')).status).toBe(200);
  });
});

describe('a code that cannot be redeemed', () => {
  it('is refused a thousand times, most of them unseen, and issues nothing (COD-6)', async () => {
    const deps = stage('C1');
    expect(await repeat(CODES, (index) => redeem(deps, 'C1', `${VERIFIER}${index}`))).toEqual(new Set([400]));
    expect(await repeat(1000 - CODES, (index) => redeem(deps, 'C1', `${VERIFIER}${index}`))).toEqual(
      new Set([429]),
    );
    await expectClosed(await redeem(deps, 'C1', VERIFIER));
  });

  it('closes nobody else’s: another code of the same client and network is redeemed (COD-6)', async () => {
    const deps = stage('C1', 'C2');
    await repeat(CODES + 1, () => redeem(deps, 'C1', `${VERIFIER}x`));
    expect((await redeem(deps, 'C2', VERIFIER)).status).toBe(200);
  });

  it('is not closed by requests that are broken otherwise: they guess at nothing (COD-6)', async () => {
    const deps = stage('C1');
    const broken = { grant_type: 'authorization_code', client_id: 'spa', code: 'C1', redirect_uri: '\n' };
    expect(await repeat(CODES + 1, () => post(deps, '/oauth/token', broken))).toEqual(new Set([400]));
    expect((await redeem(deps, 'C1', VERIFIER)).status).toBe(200);
  });

  it('is not used up by wrong verifiers (COD-6)', async () => {
    const deps = stage('C1');
    await repeat(10, () => redeem(deps, 'C1', `${VERIFIER}x`));
    expect((await redeem(deps, 'C1', VERIFIER)).status).toBe(200);
  });
});
