// The refresh token grant and the end of tokens, as a client sees them. RFC 6749 §6, RFC 7009; security.md RFT-*.
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { revoke } from '@/lib/endpoints/revoke';
import { token } from '@/lib/endpoints/token';
import { userinfo } from '@/lib/endpoints/userinfo';
import type { Client } from '@/lib/oidc/client';
import { confidentialClient, publicClient } from '../memory/clients';
import { type MemoryDeps, memoryDeps, SUBJECT } from '../memory/deps';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const MAY_REFRESH = { grantTypes: ['authorization_code', 'refresh_token'] };

type Tokens = {
  access_token: string;
  id_token?: string;
  refresh_token: string;
  scope: string;
  error?: string;
};

const post = (fields: Record<string, string>) =>
  new Request('https://op.test/oauth/token', { method: 'POST', body: new URLSearchParams(fields) });

/** Signed in as the public client, with a refresh token in hand. */
async function signedIn(clients: Client[] = [publicClient(MAY_REFRESH), confidentialClient(MAY_REFRESH)]) {
  const deps = memoryDeps(...clients);
  deps.codes.issue({
    authorizationCode: 'C1',
    grant: {
      clientId: 'spa',
      subject: SUBJECT,
      sessionId: 'sid1',
      scope: 'openid email offline_access',
      audience: null,
      nonce: 'n1',
      authenticatedAt: deps.clock(),
      authTimeRequested: true,
      familyId: 'family1',
    },
    redirectUri: 'https://spa.test/cb',
    requestedRedirectUri: 'https://spa.test/cb',
    codeChallenge: CHALLENGE,
    expiresAt: new Date(deps.clock().getTime() + 60_000),
  });
  const response = await token(
    deps,
    post({
      grant_type: 'authorization_code',
      client_id: 'spa',
      code: 'C1',
      redirect_uri: 'https://spa.test/cb',
      code_verifier: VERIFIER,
    }),
  );
  return { deps, tokens: (await response.json()) as Tokens };
}

const refresh = (deps: MemoryDeps, refresh_token: string, more: Record<string, string> = {}) =>
  token(deps, post({ grant_type: 'refresh_token', client_id: 'spa', refresh_token, ...more }));

const isAlive = async (deps: MemoryDeps, accessToken: string) =>
  (
    await userinfo(
      deps,
      new Request('https://op.test/userinfo', { headers: { Authorization: `Bearer ${accessToken}` } }),
    )
  ).status === 200;

describe('the refresh token grant', () => {
  it('gives new tokens and a successor; the ID token is about the first sign-in and has no nonce', async () => {
    const { deps, tokens } = await signedIn();
    const signedInAt = Math.floor(deps.clock().getTime() / 1000);
    deps.advance(3600);
    const response = await refresh(deps, tokens.refresh_token);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const next = (await response.json()) as Tokens;
    expect(next).toMatchObject({
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'openid email offline_access',
    });
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    const claims = decodeJwt(next.id_token ?? '');
    expect(claims).toMatchObject({
      sub: SUBJECT.sub,
      aud: 'spa',
      auth_time: signedInAt,
      email: SUBJECT.email,
    });
    expect(claims).not.toHaveProperty('nonce');
    expect(await isAlive(deps, next.access_token)).toBe(true);
  });

  it('refuses what is unknown in Auth0’s words, which its clients compare', async () => {
    const { deps } = await signedIn();
    const response = await refresh(deps, 'v1.made-up.0');
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      error: 'invalid_grant',
      error_description: 'Unknown or invalid refresh token.',
    });
  });

  it('RFT-1: a token used again ends everything that came of the sign-in', async () => {
    const { deps, tokens } = await signedIn();
    const next = (await (await refresh(deps, tokens.refresh_token)).json()) as Tokens;
    deps.advance(60);
    expect((await refresh(deps, tokens.refresh_token)).status).toBe(403);
    expect((await refresh(deps, next.refresh_token)).status).toBe(403);
    expect(await isAlive(deps, next.access_token)).toBe(false);
  });

  it('RFT-5: is bound to its client', async () => {
    const { deps, tokens } = await signedIn();
    const other = { client_id: 'web', client_secret: 's3cret' };
    expect((await refresh(deps, tokens.refresh_token, other)).status).toBe(401);
    const basic = await token(
      deps,
      new Request('https://op.test/oauth/token', {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token }),
        headers: { Authorization: `Basic ${btoa('web:s3cret')}` },
      }),
    );
    expect([basic.status, await basic.json()]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
    ]);
    expect((await refresh(deps, tokens.refresh_token)).status).toBe(200);
  });

  it('RFT-8: narrows for one exchange and never grows; scopes nobody knows are passed over', async () => {
    const { deps, tokens } = await signedIn();
    const grown = await refresh(deps, tokens.refresh_token, { scope: 'openid phone' });
    expect([grown.status, ((await grown.json()) as Tokens).error]).toEqual([400, 'invalid_scope']);
    const narrow = (await (
      await refresh(deps, tokens.refresh_token, { scope: 'openid read:things' })
    ).json()) as Tokens;
    expect(narrow.scope).toBe('openid');
    expect(decodeJwt(narrow.access_token).scope).toBe('openid');
    const whole = (await (await refresh(deps, narrow.refresh_token)).json()) as Tokens;
    expect(whole.scope).toBe('openid email offline_access');
  });

  it('COD-7: is for clients that hold it', async () => {
    const { deps, tokens } = await signedIn([publicClient()]);
    const response = await refresh(deps, tokens.refresh_token);
    expect([response.status, ((await response.json()) as Tokens).error]).toEqual([
      400,
      'unauthorized_client',
    ]);
  });

  it.each([{}, { refresh_token: '' }])('OTP-14: %j is no token', async (fields) => {
    const { deps } = await signedIn();
    const response = await token(deps, post({ grant_type: 'refresh_token', client_id: 'spa', ...fields }));
    expect([response.status, ((await response.json()) as Tokens).error]).toEqual([400, 'invalid_request']);
  });
});

describe('revocation (RFC 7009)', () => {
  const end = (deps: MemoryDeps, fields: Record<string, string>) =>
    revoke(
      deps,
      new Request('https://op.test/oauth/revoke', { method: 'POST', body: new URLSearchParams(fields) }),
    );

  it.each(['refresh_token', 'access_token'] as const)('of a %s ends both', async (kind) => {
    const { deps, tokens } = await signedIn();
    const response = await end(deps, { client_id: 'spa', token: tokens[kind] });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect((await refresh(deps, tokens.refresh_token)).status).toBe(403);
    expect(await isAlive(deps, tokens.access_token)).toBe(false);
  });

  it('RFT-9: answers 200 to anything, and leaves another client’s token alone', async () => {
    const { deps, tokens } = await signedIn();
    expect((await end(deps, { client_id: 'spa', token: 'made up' })).status).toBe(200);
    const basic = { Authorization: `Basic ${btoa('web:s3cret')}` };
    const body = new URLSearchParams({ token: tokens.refresh_token });
    const foreign = await revoke(
      deps,
      new Request('https://op.test/oauth/revoke', { method: 'POST', body, headers: basic }),
    );
    expect(foreign.status).toBe(200);
    expect((await refresh(deps, tokens.refresh_token)).status).toBe(200);
  });

  it('takes JSON, and wants client and token', async () => {
    const { deps, tokens } = await signedIn();
    const json = new Request('https://op.test/oauth/revoke', {
      method: 'POST',
      body: JSON.stringify({ client_id: 'spa', token: tokens.refresh_token }),
      headers: { 'Content-Type': 'application/json' },
    });
    expect((await revoke(deps, json)).status).toBe(200);
    expect((await end(deps, { client_id: 'spa' })).status).toBe(400);
    expect((await end(deps, { client_id: 'nobody', token: 'x' })).status).toBe(401);
  });
});
