import { describe, expect, it } from 'vitest';
import { authorize } from '@/lib/endpoints/authorize';
import { StorageUnavailable } from '@/lib/oidc/errors';
import { publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SESSION_COOKIE, SUBJECT } from '../memory/deps';

const PARAMETERS = {
  client_id: 'spa',
  redirect_uri: 'https://spa.test/cb',
  response_type: 'code',
  scope: 'openid email',
  state: 'S1',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};

function get(deps: MemoryDeps, changes: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const query = new URLSearchParams({ ...PARAMETERS, ...changes });
  return authorize(deps, new Request(`https://op.test/authorize?${query}`, { headers }));
}

function post(
  deps: MemoryDeps,
  body: string,
  { query = '', type = 'application/x-www-form-urlencoded' } = {},
) {
  const request = new Request(`https://op.test/authorize${query}`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': type, Cookie: SESSION_COOKIE },
  });
  return authorize(deps, request);
}

function target(response: Response): URL {
  return new URL(response.headers.get('location') ?? '', ISSUER);
}

describe('/authorize without a session', () => {
  it('sends the browser to the login page by 303, with the cookies of the interaction (RED-7)', async () => {
    const deps = memoryDeps();
    const response = await get(deps);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/login/i1/identifier');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(deps.interactions).toMatchObject([{ clientId: 'spa', state: 'S1' }]);
  });

  it('answers prompt=none with login_required and shows nothing (oidcc-prompt-none-not-logged-in, STA-3)', async () => {
    const deps = memoryDeps();
    const response = await get(deps, { prompt: 'none' });
    expect(response.status).toBe(303);
    expect(Object.fromEntries(target(response).searchParams)).toEqual({
      error: 'login_required',
      error_description: 'Login required',
      state: 'S1',
      iss: ISSUER,
    });
    expect(deps.interactions).toEqual([]);
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

describe('/authorize with a session', () => {
  function signedIn(): MemoryDeps {
    const deps = memoryDeps();
    deps.beginSession();
    return deps;
  }

  it.each(['', 'none'])(
    'answers with a code at once, prompt=%s (oidcc-prompt-none-logged-in, STA-3)',
    async (prompt) => {
      const deps = signedIn();
      const response = await get(deps, prompt === '' ? {} : { prompt }, { Cookie: SESSION_COOKIE });
      expect(response.status).toBe(303);
      const location = target(response);
      expect(`${location.origin}${location.pathname}`).toBe('https://spa.test/cb');
      expect(location.searchParams.get('code')).toBe(deps.codes.issued[0]?.authorizationCode);
      expect(location.searchParams.get('state')).toBe('S1');
      expect(location.searchParams.get('iss')).toBe(ISSUER);
      expect(deps.interactions).toEqual([]);
    },
  );

  it('asks again for prompt=login (oidcc-prompt-login)', async () => {
    const deps = signedIn();
    const response = await get(deps, { prompt: 'login' }, { Cookie: SESSION_COOKIE });
    expect(response.headers.get('location')).toBe('/login/i1/identifier');
    expect(deps.codes.issued).toEqual([]);
  });

  it('asks again once max_age has passed, not before (oidcc-max-age-1, oidcc-max-age-10000)', async () => {
    const deps = signedIn();
    deps.advance(2);
    const old = await get(deps, { max_age: '1' }, { Cookie: SESSION_COOKIE });
    expect(old.headers.get('location')).toBe('/login/i1/identifier');
    const fresh = await get(deps, { max_age: '10000' }, { Cookie: SESSION_COOKIE });
    expect(target(fresh).searchParams.has('code')).toBe(true);
    expect(deps.codes.issued[0]?.grant.authTimeRequested).toBe(true);
  });

  it('answers for the person an id_token_hint names and for no other (oidcc-id-token-hint)', async () => {
    const deps = signedIn();
    const hint = (sub: string) =>
      deps.signer.sign({ iss: ISSUER, sub, aud: 'spa', exp: 1 }, { typ: 'JWT', alg: 'RS256' });
    const same = await get(
      deps,
      { prompt: 'none', id_token_hint: await hint(SUBJECT.sub) },
      { Cookie: SESSION_COOKIE },
    );
    expect(target(same).searchParams.has('code')).toBe(true);
    const other = await get(
      deps,
      { prompt: 'none', id_token_hint: await hint('email|x') },
      { Cookie: SESSION_COOKIE },
    );
    expect(target(other).searchParams.get('error')).toBe('login_required');
  });

  it('asks again when the session ends before the code is written', async () => {
    const deps = signedIn();
    deps.endSessionBeforeIssue();
    const asked = await get(deps, {}, { Cookie: SESSION_COOKIE });
    expect(asked.headers.get('location')).toBe('/login/i1/identifier');
    const silent = await get(deps, { prompt: 'none' }, { Cookie: SESSION_COOKIE });
    expect(target(silent).searchParams.get('error')).toBe('login_required');
  });
});

describe('POST /authorize', () => {
  it('does what GET does (RED-11, oidcc-ensure-post-request-succeeds)', async () => {
    const deps = memoryDeps();
    deps.beginSession();
    const response = await post(deps, new URLSearchParams(PARAMETERS).toString());
    expect(response.status).toBe(303);
    expect(target(response).searchParams.get('state')).toBe('S1');
  });

  it('refuses a parameter that is in the query and in the body (RED-4)', async () => {
    const body = new URLSearchParams(PARAMETERS).toString();
    const response = await post(memoryDeps(), body, { query: '?redirect_uri=https%3A%2F%2Fspa.test%2Fcb' });
    expect(response.status).toBe(400);
    expect(response.headers.has('location')).toBe(false);
  });

  it.each([
    ['application/json', '{}', 415],
    ['text/plain', 'a=b', 415],
    ['multipart/form-data; boundary=x', '--x--', 415],
    ['application/x-www-form-urlencoded; charset=utf-16', 'a=b', 415],
    ['application/x-www-form-urlencoded', 'a'.repeat(65_537), 413],
  ])('refuses a body of %s %#', async (type, body, status) => {
    const response = await post(memoryDeps(), body, { type });
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('/authorize refuses', () => {
  it('what cannot be told to a client, on a page with a reference that is in the log (RED-2, INP-4)', async () => {
    const deps = memoryDeps();
    const response = await get(deps, { redirect_uri: 'https://evil.test/<script>' });
    expect(response.status).toBe(403);
    expect(response.headers.has('location')).toBe(false);
    expect(response.headers.get('x-request-id')).toBe('ref1');
    const html = await response.text();
    expect(html).toContain('ref1');
    expect(html).toContain('<b>Web</b>');
    expect(html).not.toContain('evil.test');
    expect(deps.happened).toEqual(['refused /authorize 403 invalid_request']);
  });

  it('a state that is too long to be returned, instead of answering without it (STA-1)', async () => {
    const response = await get(memoryDeps(), { state: 'x'.repeat(65_536) });
    expect(response.status).toBe(400);
    expect(response.headers.has('location')).toBe(false);
  });

  it.each(['state=%ff', 'state=%zz', 'client_id=%00'])(
    'malformed parameters with a page: %s (INP-2)',
    async (query) => {
      const response = await authorize(memoryDeps(), new Request(`https://op.test/authorize?${query}`));
      expect(response.status).toBe(400);
    },
  );

  it('other parameters by telling the client (RED-5, oidcc-response-type-missing)', async () => {
    const deps = memoryDeps();
    const response = await get(deps, { response_type: '' });
    expect(response.status).toBe(303);
    expect(Object.fromEntries(target(response).searchParams)).toMatchObject({
      error: 'invalid_request',
      state: 'S1',
      iss: ISSUER,
    });
    expect(deps.happened).toEqual(['refused /authorize 400 invalid_request']);
  });

  it('anything but the code flow, with nothing in the fragment that could be a token (RED-6)', async () => {
    const deps = memoryDeps();
    deps.beginSession();
    const response = await get(
      deps,
      { response_type: 'token', response_mode: 'fragment' },
      { Cookie: SESSION_COOKIE },
    );
    const answer = new URLSearchParams(target(response).hash.slice(1));
    expect(answer.get('error')).toBe('unsupported_response_type');
    expect(answer.has('access_token')).toBe(false);
  });

  it.each([
    { RSC: '1' },
    { 'Next-Router-Prefetch': '1' },
    { 'Next-Router-State-Tree': 'x' },
    { 'Sec-Purpose': 'prefetch;prerender' },
    { Purpose: 'prefetch' },
    { 'X-Moz': 'prefetch' },
  ])('a fetch ahead, without touching anything: %j', async (headers) => {
    const deps = memoryDeps();
    deps.beginSession();
    const response = await get(deps, {}, { ...headers, Cookie: SESSION_COOKIE } as Record<string, string>);
    expect(response.status).toBe(400);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(deps.codes.issued).toEqual([]);
    expect(deps.interactions).toEqual([]);
  });

  it('to pretend when storage is away: 503 with Retry-After', async () => {
    const deps = memoryDeps();
    const away = {
      ...deps,
      sessions: { ...deps.sessions, findActive: () => Promise.reject(new StorageUnavailable('down')) },
    };
    const response = await get(away);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.has('location')).toBe(false);
  });

  it('to show a bug: 500 with a reference that is in the log', async () => {
    const deps = memoryDeps();
    const broken = {
      ...deps,
      signIn: { ...deps.signIn, begin: () => Promise.reject(new Error('a secret')) },
    };
    const response = await get(broken);
    expect(response.status).toBe(500);
    const html = await response.text();
    expect(html).toContain(response.headers.get('x-request-id'));
    expect(html).not.toContain('a secret');
    expect(deps.happened).toEqual(['failed /authorize Error: a secret']);
  });

  it('CORS (HDR-3)', async () => {
    const response = await get(memoryDeps(), {}, { Origin: 'https://spa.test' });
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  });
});

describe('response_mode=form_post', () => {
  it('answers with a page that posts itself, or is posted by its button (STA-1, HDR-1)', async () => {
    const deps = memoryDeps(publicClient({ redirectUris: ['https://spa.test/cb?a=1&b="'] }));
    deps.beginSession();
    const changes = {
      response_mode: 'form_post',
      redirect_uri: 'https://spa.test/cb?a=1&b="',
      state: `'"><script>&é`,
    };
    const response = await get(deps, changes, { Cookie: SESSION_COOKIE });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('x-frame-options')).toBe('DENY');

    const html = await response.text();
    const code = deps.codes.issued[0]?.authorizationCode;
    expect(html).toContain('<form method="post" action="https://spa.test/cb?a=1&amp;b=&quot;">');
    expect(html).toContain(`<input type="hidden" name="code" value="${code}">`);
    expect(html).toContain('<input type="hidden" name="state" value="&#39;&quot;&gt;&lt;script&gt;&amp;é">');
    expect(html).toContain(`<input type="hidden" name="iss" value="${ISSUER}">`);
    expect(html).toContain('<button>Go on</button>');

    const policy = response.headers.get('content-security-policy') ?? '';
    const nonce = /<script nonce="([^"]+)">/.exec(html)?.[1];
    expect(policy).toContain(`script-src 'nonce-${nonce}'`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toContain('form-action');
    expect(policy).not.toContain('unsafe-inline');
  });

  it('posts errors too, with a nonce of its own each time (RED-5, HDR-1)', async () => {
    const deps = memoryDeps();
    const pages = [
      await get(deps, { response_mode: 'form_post', prompt: 'none' }),
      await get(deps, { response_mode: 'form_post', prompt: 'none' }),
    ];
    const [first, second] = pages.map((page) => page.headers.get('content-security-policy'));
    expect(first).not.toBe(second);
    expect(await pages[0]?.text()).toContain('name="error" value="login_required"');
  });
});

describe('response_mode=web_message', () => {
  const SILENT = { response_mode: 'web_message', prompt: 'none' };

  /** What the page would tell, and whom. */
  async function told(response: Response) {
    const html = await response.text();
    const attribute = (name: string) =>
      (new RegExp(`data-${name}="([^"]*)"`).exec(html)?.[1] ?? '')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&');
    return { html, origin: attribute('origin'), message: JSON.parse(attribute('message')) };
  }

  it('answers with a page that tells the code to one origin, and that only this origin may frame (FRM-1, HDR-1, STA-3)', async () => {
    const deps = memoryDeps();
    deps.beginSession();
    const state = `'"></script><script>&é`;
    const response = await get(deps, { ...SILENT, state }, { Cookie: SESSION_COOKIE });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.has('x-frame-options')).toBe(false);
    const { html, origin, message } = await told(response);
    expect(origin).toBe('https://spa.test');
    expect(message).toEqual({
      type: 'authorization_response',
      response: { code: deps.codes.issued[0]?.authorizationCode, state, iss: ISSUER },
    });
    const nonce = /<script nonce="([^"]+)"/.exec(html)?.[1];
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors https://spa.test`,
    );
  });

  it('tells errors the same way, and never shows a page of ours inside (RED-5, STA-6)', async () => {
    const deps = memoryDeps();
    const nobody = await told(await get(deps, SILENT));
    expect(nobody).toMatchObject({
      origin: 'https://spa.test',
      message: {
        type: 'authorization_response',
        response: { error: 'login_required', state: 'S1', iss: ISSUER },
      },
    });
    const asking = await told(await get(deps, { response_mode: 'web_message' }));
    expect(asking.message.response.error).toBe('invalid_request');
    const mistaken = await told(await get(deps, { ...SILENT, scope: 'nonsense' }));
    expect(mistaken.message.response.error).toBe('invalid_scope');
    expect(deps.interactions).toEqual([]);
  });

  it('sends any other origin away, where the answer is an error (RED-6)', async () => {
    const deps = memoryDeps(
      publicClient({ webOrigins: ['https://other.test'], allowedOrigins: ['https://spa.test'] }),
    );
    deps.beginSession();
    const response = await get(deps, SILENT, { Cookie: SESSION_COOKIE });
    expect(target(response).searchParams.get('error')).toBe('invalid_request');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(deps.codes.issued).toEqual([]);
  });
});
