import { describe, expect, it } from 'vitest';
import { endSession } from '@/lib/endpoints/end-session';
import { postLogoutLocation } from '@/lib/oidc/end-session-request';
import type { TokenType } from '@/lib/oidc/token-signer';
import { confidentialClient, publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SESSION_COOKIE, SUBJECT } from '../memory/deps';

function signedIn(): MemoryDeps {
  const deps = memoryDeps();
  deps.beginSession();
  return deps;
}

const HINT = { iss: ISSUER, sub: SUBJECT.sub, aud: 'web', sid: 'sid1', exp: 1_700_000_000 };

function hintOf(deps: MemoryDeps, claims: object = {}, typ: TokenType = 'JWT'): Promise<string> {
  return deps.signer.sign({ ...HINT, ...claims }, { typ, alg: 'RS256' });
}

const withHint = async (deps: MemoryDeps, parameters: Record<string, string> = {}) =>
  get(deps, { id_token_hint: await hintOf(deps), ...parameters });

function get(deps: MemoryDeps, parameters: Record<string, string> = {}): Promise<Response> {
  const url = `https://op.test/oidc/logout?${new URLSearchParams(parameters)}`;
  return endSession(deps, new Request(url, { headers: { Cookie: SESSION_COOKIE } }));
}

/** To the client, or to our own page, which is told of whom it is to speak. */
function expectEnded(deps: MemoryDeps, response: Response, location: string): void {
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe(location);
  const removed = '__Host-session=; Path=/; Max-Age=0';
  expect(response.headers.getSetCookie()).toEqual(
    location === '/logout/done' ? [removed, '__Host-signed-out=sealed'] : [removed],
  );
  expect(deps.happened).toEqual([expect.stringMatching(/^ended sid1/)]);
}

async function expectRefused(deps: MemoryDeps, response: Response): Promise<void> {
  expect(response.status).toBe(400);
  expect(response.headers.has('location')).toBe(false);
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(await response.text()).toContain('invalid_request');
  expect(await deps.sessions.findActive(new Headers({ Cookie: SESSION_COOKIE }))).not.toBeNull();
}

function expectAsked(deps: MemoryDeps, response: Response): void {
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe('/logout');
  expect(deps.signOuts).toHaveLength(1);
  expect(deps.happened).toEqual([]);
}

describe('/oidc/logout with the hint of this browser’s session', () => {
  it('ends it and goes where the client said, with its state, though the hint has expired (LGO-1, oidcc-rp-initiated-logout)', async () => {
    const deps = signedIn();
    const parameters = {
      id_token_hint: await hintOf(deps),
      post_logout_redirect_uri: 'https://rp.test/bye',
      state: 'a b&é',
    };
    expectEnded(deps, await get(deps, parameters), 'https://rp.test/bye?state=a%20b%26%C3%A9');
  });

  it('takes a POST as well', async () => {
    const deps = signedIn();
    const body = new URLSearchParams({ id_token_hint: await hintOf(deps), client_id: 'web' });
    const request = new Request('https://op.test/oidc/logout', {
      method: 'POST',
      body,
      headers: { Cookie: SESSION_COOKIE },
    });
    expectEnded(deps, await endSession(deps, request), '/logout/done');
  });

  it('goes back without a state (oidcc-rp-initiated-logout-no-state)', async () => {
    const deps = signedIn();
    const parameters = { id_token_hint: await hintOf(deps), post_logout_redirect_uri: 'https://rp.test/bye' };
    expectEnded(deps, await get(deps, parameters), 'https://rp.test/bye');
  });

  it('stays here when no address was given (oidcc-rp-initiated-logout-no-post-logout-redirect-uri)', async () => {
    const deps = signedIn();
    expectEnded(deps, await get(deps, { id_token_hint: await hintOf(deps), state: 'S' }), '/logout/done');
  });

  it('tells our own page whose sign-out it was, in which language, and who hears of it', async () => {
    const deps = signedIn();
    await withHint(deps, { ui_locales: 'de en' });
    expect(deps.signedOut).toMatchObject([
      { clientId: 'web', uiLocales: ['de', 'en'], toldClients: ['web', 'wiki'] },
    ]);
  });

  it('takes the sid itself for a hint, as Auth0’s clients send it', async () => {
    const deps = signedIn();
    expectEnded(deps, await get(deps, { client_id: 'web', logout_hint: 'sid1' }), '/logout/done');
  });

  it('takes both hints where they agree, a client_id beside them, and passes over what else there may be', async () => {
    const deps = signedIn();
    const parameters = {
      ...{ client_id: 'web', logout_hint: 'sid1', ui_locales: 'fr' },
      ...{ federated: '', nonsense: 'x', post_logout_redirect_uri: 'https://rp.test/bye' },
    };
    expectEnded(deps, await withHint(deps, parameters), 'https://rp.test/bye');
  });

  it('takes a hint for one of several clients, where client_id says which', async () => {
    const hint = { aud: ['other', 'web'] };
    const deps = signedIn();
    const named = { id_token_hint: await hintOf(deps, hint), client_id: 'web' };
    const uri = { post_logout_redirect_uri: 'https://rp.test/bye' };
    expectEnded(deps, await get(deps, { ...named, ...uri }), 'https://rp.test/bye');
    const unnamed = signedIn();
    await expectRefused(unnamed, await get(unnamed, { id_token_hint: await hintOf(unnamed, hint), ...uri }));
    const alone = signedIn();
    expectEnded(
      alone,
      await get(alone, { id_token_hint: await hintOf(alone, { aud: ['web'] }), ...uri }),
      'https://rp.test/bye',
    );
  });

  it('takes a hint that the client’s secret signed, where its ID tokens are signed so (JWT-1)', async () => {
    const begin = () => {
      const deps = memoryDeps(confidentialClient({ sealedSecret: 'sealed s3cret' }), publicClient());
      deps.beginSession();
      return deps;
    };
    const deps = begin();
    const parameters = (id_token_hint: string) => ({
      id_token_hint,
      post_logout_redirect_uri: 'https://rp.test/bye',
    });
    const hint = await deps.signer.signForClient(HINT, 'sealed s3cret');
    expectEnded(deps, await get(deps, parameters(hint)), 'https://rp.test/bye');
    for (const [secret, claims] of [
      ['sealed another', HINT],
      ['sealed s3cret', { ...HINT, aud: 'spa' }],
      ['sealed s3cret', { ...HINT, iss: 'https://evil.test/' }],
    ] as const) {
      const other = begin();
      await expectRefused(
        other,
        await get(other, parameters(await other.signer.signForClient(claims, secret))),
      );
    }
    const without = signedIn();
    await expectRefused(without, await get(without, parameters(hint)));
  });

  it('does not mind that the session has ended already', async () => {
    const deps = memoryDeps();
    const parameters = { id_token_hint: await hintOf(deps), post_logout_redirect_uri: 'https://rp.test/bye' };
    const response = await get(deps, parameters);
    expect(response.headers.get('location')).toBe('https://rp.test/bye');
  });
});

describe('/oidc/logout refuses, without a redirect and with the session alive,', () => {
  it.each([
    'https://rp.test/bye/',
    'https://rp.test/bye?x=1',
    'https://RP.test/bye',
    'https://spa.test/',
    'https://evil.test/',
  ])(
    'the address %s (RED-8, oidcc-rp-initiated-logout-bad-post-logout-redirect-uri, oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri)',
    async (uri) => {
      const deps = signedIn();
      const parameters = { id_token_hint: await hintOf(deps), post_logout_redirect_uri: uri, state: 'S' };
      await expectRefused(deps, await get(deps, parameters));
    },
  );

  it('an address without a client (oidcc-rp-initiated-logout-no-id-token-hint)', async () => {
    const deps = signedIn();
    await expectRefused(
      deps,
      await get(deps, { post_logout_redirect_uri: 'https://rp.test/bye', state: 'S' }),
    );
  });

  it('an address without a client that the operator does not list as it stands (RED-8)', async () => {
    const deps = { ...signedIn(), allowedLogoutUrls: () => ['https://acme.test/bye'] };
    const leaving = (uri: string) => get(deps, { post_logout_redirect_uri: uri });
    await expectRefused(deps, await leaving('https://acme.test/bye?x=1'));
    expect((await leaving('https://acme.test/bye')).headers.get('location')).toBe('/logout');
    expect(deps.signOuts).toMatchObject([{ postLogoutRedirectUri: 'https://acme.test/bye' }]);
  });

  it('a hint without a signature (LGO-1, oidcc-rp-initiated-logout-modified-id-token-hint)', async () => {
    const deps = signedIn();
    const [, claims] = (await hintOf(deps)).split('.');
    const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${claims}.`;
    await expectRefused(deps, await get(deps, { id_token_hint: unsigned }));
  });

  it('a hint that is not ours (LGO-1, JWT-2, oidcc-rp-initiated-logout-bad-id-token-hint)', async () => {
    const deps = signedIn();
    const hint = await hintOf(deps);
    for (const bad of [
      'x',
      `${hint}x`,
      await hintOf(deps, { iss: 'https://evil.test/' }),
      await hintOf(deps, {}, 'at+jwt'),
      await hintOf(deps, {}, 'logout+jwt'),
      await hintOf(deps, { aud: 'nobody' }),
      await hintOf(deps, { sid: 5 }),
    ]) {
      await expectRefused(deps, await get(deps, { id_token_hint: bad }));
    }
  });

  it('a hint of another client or session than the request names', async () => {
    const deps = signedIn();
    const hint = await hintOf(deps);
    await expectRefused(deps, await get(deps, { id_token_hint: hint, client_id: 'spa' }));
    await expectRefused(deps, await get(deps, { id_token_hint: hint, logout_hint: 'sid2' }));
    await expectRefused(deps, await get(deps, { client_id: 'nobody' }));
  });

  it('parameters that come twice (RED-4)', async () => {
    const deps = signedIn();
    const url = 'https://op.test/oidc/logout?client_id=web&client_id=web';
    await expectRefused(
      deps,
      await endSession(deps, new Request(url, { headers: { Cookie: SESSION_COOKIE } })),
    );
  });
});

describe('/oidc/logout asks the person', () => {
  it('when nothing says whose session is meant (LGO-2, oidcc-rp-initiated-logout-no-params, oidcc-rp-initiated-logout-only-state)', async () => {
    for (const parameters of [{}, { state: 'S' }] as Record<string, string>[]) {
      const deps = signedIn();
      expectAsked(deps, await get(deps, parameters));
      expect(deps.signOuts[0] && postLogoutLocation(deps.signOuts[0])).toBeNull();
    }
  });

  it('when the hint is of another session, and then goes where the client said (LGO-2)', async () => {
    const deps = signedIn();
    const parameters = {
      id_token_hint: await hintOf(deps, { sid: 'sid0' }),
      post_logout_redirect_uri: 'https://rp.test/bye',
      state: 'S',
    };
    expectAsked(deps, await get(deps, parameters));
    expect(deps.signOuts[0] && postLogoutLocation(deps.signOuts[0])).toBe('https://rp.test/bye?state=S');
  });

  it('when only a client is named (LGO-2)', async () => {
    const deps = signedIn();
    expectAsked(deps, await get(deps, { client_id: 'web', post_logout_redirect_uri: 'https://rp.test/bye' }));
  });
});

describe('the registered address', () => {
  it('keeps its own query and scheme (RED-10)', async () => {
    const uris = ['https://rp.test/bye?a=%C3%A4', 'com.example.app://bye'];
    const clients = [confidentialClient({ postLogoutRedirectUris: uris }), publicClient()];
    const locations = ['https://rp.test/bye?a=%C3%A4&state=S', 'com.example.app://bye?state=S'];
    for (const [index, uri] of uris.entries()) {
      const deps = memoryDeps(...clients);
      deps.beginSession();
      const parameters = { id_token_hint: await hintOf(deps), post_logout_redirect_uri: uri, state: 'S' };
      expectEnded(deps, await get(deps, parameters), locations[index] ?? '');
    }
  });
});
