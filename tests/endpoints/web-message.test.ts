// Silent authentication in a real browser: a page of a client frames /authorize across sites and origins, over TLS, and waits
// for the message; a page of anybody else does the same and gets nothing.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorize } from '@/lib/endpoints/authorize';
import { startBrowser } from '../harness/browser';
import { PKCE } from '../harness/public-client';
import { startTlsProxy, type TlsProxy } from '../harness/tls-proxy';
import { publicClient } from '../memory/clients';
import { type MemoryDeps, memoryDeps } from '../memory/deps';

let browser: Browser;
let pages: Server;
let endpoint: Server;
let tls: TlsProxy;
let deps: MemoryDeps;
let origin: string;

beforeAll(async () => {
  pages = await listen((_, response) => response.setHeader('Content-Type', 'text/html').end('<p>A page</p>'));
  origin = `http://localhost:${portOf(pages)}`;
  deps = memoryDeps(publicClient({ redirectUris: [`${origin}/cb`], webOrigins: [origin] }));
  endpoint = await listen(
    getRequestListener((request) => authorize(deps, request), { overrideGlobalObjects: false }),
  );
  [browser, tls] = await Promise.all([startBrowser(), startTlsProxy(`http://127.0.0.1:${portOf(endpoint)}`)]);
});

afterAll(async () => {
  await Promise.allSettled([browser?.close(), tls?.close()]);
  endpoint?.close();
  pages?.close();
});

describe('a page that frames /authorize', () => {
  it('of the client is told the code, or that somebody has to sign in (FRM-1, STA-6)', async () => {
    const profile = await browser.newContext({ ignoreHTTPSErrors: true });
    const asked = await askSilently(profile, `${origin}/`);
    expect(asked).toMatchObject({ type: 'authorization_response', response: { error: 'login_required' } });

    await signIn(profile);
    const answered = await askSilently(profile, `${origin}/`);
    const code = deps.codes.issued[0]?.authorizationCode;
    expect(answered).toMatchObject({ response: { code, state: 'S1', iss: deps.issuer } });
    await profile.close();
  });

  it('of anybody else is told nothing, with a session in the browser (FRM-1, RED-6)', async () => {
    const profile = await browser.newContext({ ignoreHTTPSErrors: true });
    await signIn(profile);
    expect(await askSilently(profile, `http://127.0.0.1:${portOf(pages)}/`, 1_000)).toBeNull();
    expect(await askSilently(profile, `${origin}/`)).toMatchObject({ response: { state: 'S1' } });
    await profile.close();
  });
});

async function signIn(profile: BrowserContext): Promise<void> {
  deps.beginSession();
  const cookie = { name: '__Host-session', value: 'secret', secure: true, sameSite: 'None' } as const;
  await profile.addCookies([{ ...cookie, url: tls.url }]);
}

/** What the page at that address is told by the frame, or null when nothing comes in time. */
async function askSilently(
  profile: BrowserContext,
  address: string,
  milliseconds = 10_000,
): Promise<unknown> {
  const question = new URLSearchParams({
    client_id: 'spa',
    redirect_uri: `${origin}/cb`,
    response_type: 'code',
    response_mode: 'web_message',
    prompt: 'none',
    scope: 'openid',
    state: 'S1',
    code_challenge: PKCE.challenge,
    code_challenge_method: 'S256',
  });
  const page = await profile.newPage();
  await page.goto(address);
  const told = await page.evaluate(
    ([src = '', issuer, wait]) =>
      new Promise<unknown>((resolve) => {
        addEventListener('message', (event) => event.origin === issuer && resolve(event.data));
        setTimeout(resolve, Number(wait), null);
        document.body.append(Object.assign(document.createElement('iframe'), { src }));
      }),
    [`${tls.url}/authorize?${question}`, tls.url, String(milliseconds)],
  );
  await page.close();
  return told;
}

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, 'localhost');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
