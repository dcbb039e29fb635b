// An application's login tried by an operator: what the console may do in the place of an application, and what it may not.
import { describe, expect, it } from 'vitest';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { beginTryOut, finishTryOut, type TryOutDeps, tryOutCallback } from '@/lib/endpoints/try-out';
import type { Client } from '@/lib/oidc/client';
import { deriveCodeChallenge } from '@/lib/oidc/pkce';
import { confidentialClient, publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SUBJECT } from '../memory/deps';

const CALLBACK = tryOutCallback(ISSUER);
const VERIFIER = 'v'.repeat(43);
const WEB = confidentialClient({ redirectUris: ['https://rp.test/cb', CALLBACK] });
const FROM = { ip: null, userAgent: null };

function stage(client: Client): {
  deps: TryOutDeps & MemoryDeps;
  begin: () => ReturnType<typeof beginTryOut>;
} {
  const memory = memoryDeps(client);
  const deps = { ...memory, random: { ...memory.random, secret: () => VERIFIER } };
  return { deps, begin: () => beginTryOut(deps, { client, operatorId: 'opr_1' }) };
}

function browse(deps: MemoryDeps, location: string): Promise<Response> {
  const route = findRoute(new URL(location).pathname);
  if (route === null) throw new Error('There is no such route.');
  return answerRoute(deps, route, new Request(location));
}

/** A code as the login gives it for what was begun. */
function issue(deps: MemoryDeps, { nonce, clientId }: { nonce: string; clientId: string }): string {
  const now = deps.clock();
  deps.codes.issue({
    authorizationCode: 'C1',
    redirectUri: CALLBACK,
    requestedRedirectUri: CALLBACK,
    codeChallenge: deriveCodeChallenge(VERIFIER),
    expiresAt: new Date(now.getTime() + 60_000),
    grant: {
      clientId,
      subject: SUBJECT,
      sessionId: 'sid1',
      scope: 'openid email',
      audience: null,
      nonce,
      authenticatedAt: now,
      authTimeRequested: false,
      familyId: 'family1',
    },
  });
  return 'C1';
}

const answerOf = (fields: Record<string, string>) => ({
  query: new URLSearchParams({ iss: ISSUER, ...fields }),
  askedFrom: FROM,
});

describe('a login that is tried', () => {
  it('asks as the application would, and carries no verifier', async () => {
    const { deps, begin } = stage(WEB);
    const { location, attempt } = await begin();
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({
      client_id: 'web',
      redirect_uri: CALLBACK,
      code_challenge_method: 'S256',
      prompt: 'login',
      state: attempt.state,
    });
    expect(location).not.toContain(VERIFIER);
    expect((await browse(deps, location)).status).toBe(303);
    expect(deps.interactions).toHaveLength(1);
  });

  it('RED-1: is refused like any other where the application has not allowed the console’s page', async () => {
    const { deps, begin } = stage(confidentialClient());
    const response = await browse(deps, (await begin()).location);
    expect(response.status).toBe(403);
    expect(response.headers.has('location')).toBe(false);
    expect(deps.interactions).toHaveLength(0);
  });

  it('pushes its request where the application must', async () => {
    const { deps, begin } = stage(confidentialClient({ ...WEB, requirePushedRequests: true }));
    const { location } = await begin();
    expect([...new URL(location).searchParams.keys()]).toEqual(['client_id', 'request_uri']);
    expect((await browse(deps, location)).status).toBe(303);
  });

  it.each([
    ['with a secret', WEB],
    ['without one', publicClient({ redirectUris: [CALLBACK] })],
  ])('HDR-5: shows what the tokens of a client %s say, and no token', async (_, client) => {
    const { deps, begin } = stage(client);
    const { attempt } = await begin();
    const code = issue(deps, attempt);
    const outcome = await finishTryOut(deps, attempt, answerOf({ state: attempt.state, code }));
    expect(outcome).toMatchObject({
      kind: 'signed_in',
      operatorId: 'opr_1',
      idToken: { payload: { sub: SUBJECT.sub, nonce: attempt.nonce, aud: client.clientId } },
      accessToken: { header: { typ: 'at+jwt' }, payload: { scope: 'openid email' } },
      userinfo: { sub: SUBJECT.sub, email: 'ada@example.com' },
    });
    expect(JSON.stringify(outcome)).not.toMatch(/eyJ|C1/);
  });

  it.each([
    ['another state', { state: 'x' }],
    ['no state', {}],
    ['another issuer', { state: 'id1', iss: 'https://evil.test/' }],
  ])('FRM-3, COD-6: takes nothing from an answer with %s, and uses no code up', async (_, fields) => {
    const { deps, begin } = stage(WEB);
    const { attempt } = await begin();
    const code = issue(deps, attempt);
    expect(await finishTryOut(deps, attempt, answerOf({ code, ...fields }))).toBeNull();
    const right = await finishTryOut(deps, attempt, answerOf({ code, state: attempt.state }));
    expect(right).toMatchObject({ kind: 'signed_in' });
  });

  it('COD-1, COD-3: has no use for a code of another request or another client, or for one that was used', async () => {
    const { deps, begin } = stage(WEB);
    const { attempt } = await begin();
    const finish = (changes: Partial<typeof attempt>, code: string) =>
      finishTryOut(deps, { ...attempt, ...changes }, answerOf({ code, state: attempt.state }));
    const code = issue(deps, attempt);
    const refused = { kind: 'refused', error: 'invalid_grant' };
    expect(await finish({ codeVerifier: 'w'.repeat(43) }, code)).toMatchObject(refused);
    expect(await finish({}, 'never')).toMatchObject(refused);
    expect(await finish({ nonce: 'another' }, code)).toMatchObject({
      kind: 'refused',
      error: 'invalid_token',
    });
    expect(await finish({}, code)).toMatchObject(refused);
  });

  it('says what the login refused', async () => {
    const { deps, begin } = stage(WEB);
    const { attempt } = await begin();
    const fields = { state: attempt.state, error: 'access_denied', error_description: 'No.' };
    expect(await finishTryOut(deps, attempt, answerOf(fields))).toMatchObject({
      kind: 'refused',
      error: 'access_denied',
      description: 'No.',
    });
  });
});
