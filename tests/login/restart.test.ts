import { describe, expect, it } from 'vitest';
import { decideNextStep } from '@/lib/login/next-step';
import { clientHome, freshStartLocation, restartLocation, startAgainLocation } from '@/lib/login/restart';
import { type AuthorizationRequest, checkAuthorizationRequest } from '@/lib/oidc/authorization-request';
import { parseFormParameters } from '@/lib/oidc/parameters';
import { memoryClients } from '@/tests/memory/clients';
import { api, memoryResourceServers } from '@/tests/memory/resource-servers';
import { memorySigner } from '@/tests/memory/token-signer';
import { CLIENT, REQUEST } from '@/tests/store/conformance/sign-in-desk';

const ISSUER = 'https://op.test/';
const OP = encodeURIComponent(ISSUER);
const NOW = new Date('2026-11-20T12:00:00Z');
const deps = {
  issuer: ISSUER,
  clients: memoryClients(CLIENT),
  resourceServers: memoryResourceServers(api()),
  defaultAudience: () => null,
  signer: memorySigner(ISSUER, () => NOW),
};

/** What /authorize makes of the way back. */
function restarted(request: Partial<AuthorizationRequest>): Promise<AuthorizationRequest> {
  const location = restartLocation({ ...REQUEST, ...request });
  expect(location.startsWith('/authorize?')).toBe(true);
  return checkAuthorizationRequest(deps, parseFormParameters(location.slice('/authorize?'.length)));
}

describe('a login that begins again', () => {
  it.each<[string, Partial<AuthorizationRequest>]>([
    ['with little', {}],
    ['that left the redirect URI out', { requestedRedirectUri: null }],
    ['without PKCE and nonce', { codeChallenge: null, nonce: null }],
    ['without state', { state: null }],
    ['for an API', { audience: 'https://api.test/', scope: 'openid read:things' }],
    ['with a state of any characters', { state: '%20+&=#"<é 漢?/\\' }],
    [
      'with everything',
      {
        responseMode: 'form_post',
        scope: 'openid profile email',
        prompt: ['login', 'consent'],
        maxAgeSeconds: 0,
        loginHint: 'ann+tag@x.test',
        uiLocales: ['de-CH', 'en'],
        connection: 'email',
        screenHint: 'signup',
      },
    ],
  ])('is the same request once more: one %s (STA-1)', async (_, changes) => {
    const request = { ...REQUEST, ...changes };
    const client = { ...CLIENT, requirePkce: false };
    const location = restartLocation(request);
    const again = await checkAuthorizationRequest(
      { ...deps, clients: memoryClients(client) },
      parseFormParameters(location.slice('/authorize?'.length)),
    );
    expect(again).toEqual(request);
  });

  it('for a person whom a hint named, which is not kept, is not answered by somebody else’s session', async () => {
    const session = { id: 'sid1', accountId: 'email|other', authenticatedAt: NOW, createdAt: NOW };
    const request = { ...REQUEST, hintedSubject: 'email|65f0a1b2c3d4e5f60718293a' };
    expect(decideNextStep({ request, session, now: NOW })).toEqual({ kind: 'interact' });
    expect(decideNextStep({ request: await restarted(request), session, now: NOW })).toEqual({
      kind: 'interact',
    });
  });
});

describe('the way to the client', () => {
  it.each<[string | null, string, string | null]>([
    ['https://rp.test/start', 'https://rp.test/cb', `https://rp.test/start?iss=${OP}`],
    [null, 'https://rp.test/deep/cb?x=1', 'https://rp.test/'],
    [null, 'http://localhost:3000/cb', 'http://localhost:3000/'],
    [null, 'com.example.app:/cb', null],
    [null, 'com.example.app://callback', null],
  ])('that begins sign-ins at %s and comes back at %s is %s', (initiateLoginUri, redirectUri, home) => {
    expect(clientHome({ initiateLoginUri }, redirectUri, ISSUER)).toBe(home);
  });

  const client = { ...CLIENT, initiateLoginUri: 'https://rp.test/start?from=login#top' };
  const pushes = { requirePushedRequests: true };

  it('names us to the client that begins the sign-in (OpenID Connect Core §4)', () => {
    expect(clientHome(client, REQUEST.redirectUri, ISSUER)).toBe(
      `https://rp.test/start?from=login&iss=${OP}#top`,
    );
  });

  it('is the same request once more while it is fresh, and the client’s own beginning when it is old', () => {
    expect(startAgainLocation(client, REQUEST, ISSUER)).toBe(restartLocation(REQUEST));
    expect(freshStartLocation(client, REQUEST, ISSUER)).toMatch(/^https:\/\/rp\.test\/start\?/);
    expect(freshStartLocation(CLIENT, REQUEST, ISSUER)).toBe(restartLocation(REQUEST));
  });

  it('is no request of a browser’s where the client has to push it (RFC 9126 §6)', () => {
    expect(startAgainLocation({ ...client, ...pushes }, REQUEST, ISSUER)).toMatch(
      /^https:\/\/rp\.test\/start\?/,
    );
    expect(startAgainLocation({ ...CLIENT, ...pushes }, REQUEST, ISSUER)).toBeNull();
    expect(freshStartLocation({ ...CLIENT, ...pushes }, REQUEST, ISSUER)).toBeNull();
  });
});
