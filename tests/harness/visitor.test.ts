import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCookieJar, parseSetCookie } from './cookie-jar';
import { fillIn, readText } from './html-form';
import { createVisitor } from './visitor';

const PAGE = `<!DOCTYPE html><html><head><title>Sign in</title></head><body>
  <h1>Sign&nbsp;in &amp; out</h1><!-- <form><button>Not here</button></form> -->
  <form action="" encType="multipart/form-data" method="POST">
    <input type="hidden" name="$ACTION_ID_4f&quot;2"/><input type="email" name="identifier" value=""/>
    <input type="checkbox" name="remember"/><select name="region"><option value="FR">France</option>
    <option value="DE" selected="">Germany</option></select>
    <button type="submit">Conti<b>nue</b></button><button name="other" value="1" formaction="/other">Another way</button>
  </form></body></html>`;

describe('reading a form', () => {
  it('sends what a browser sends when that button is pressed', () => {
    const submission = fillIn(PAGE, { fields: { identifier: 'ada@example.com' }, press: 'Continue' });
    expect(submission).toEqual({
      action: '',
      method: 'post',
      encoding: 'multipart/form-data',
      entries: [
        ['$ACTION_ID_4f"2', ''],
        ['identifier', 'ada@example.com'],
        ['region', 'DE'],
      ],
    });
  });

  it('sends ticked boxes and the pressed button, to where the button says', () => {
    const { action, entries } = fillIn(PAGE, { fields: { remember: true }, press: /another/i });
    expect(action).toBe('/other');
    expect(entries.slice(2)).toEqual([
      ['remember', 'on'],
      ['region', 'DE'],
      ['other', '1'],
    ]);
  });

  it('refuses what a person could not do', () => {
    expect(() => fillIn(PAGE, { press: 'Not here' })).toThrow('No button fits Not here');
    expect(() => fillIn(PAGE, {})).toThrow('More than one button fits');
    expect(() => fillIn(PAGE, { press: 'Continue', fields: { code: '1' } })).toThrow(
      'The form has no field code',
    );
  });

  it('reads the words of a page', () => {
    expect(readText(PAGE)).toBe('Sign in & out France Germany Continue Another way');
  });
});

describe('the cookie jar', () => {
  const site = new URL('https://login.example.com/login/1');

  it('sends cookies by path and forgets expired ones', () => {
    const jar = createCookieJar();
    jar.store(site, [
      'a=1; Path=/',
      'b=2; Path=/login',
      'c=3; Path=/console',
      '__Host-s=4; Path=/; Secure; HttpOnly',
    ]);
    expect(jar.headerFor(site)).toBe('b=2; a=1; __Host-s=4');
    jar.store(site, ['a=; Path=/; Max-Age=0']);
    expect(jar.headerFor(new URL('http://login.example.com/login/1'))).toBe('b=2');
  });

  it.each([
    ['https://a.example/', '__Host-s=1; Path=/'],
    ['https://a.example/', '__Host-s=1; Secure; Path=/login'],
    ['https://a.example/', '__Host-s=1; Secure; Path=/; Domain=a.example'],
    ['https://a.example/', 's=1; SameSite=None'],
    ['http://192.0.2.1/', 's=1; Secure'],
  ])('refuses, as a browser at %s would, the cookie %s', (url, line) => {
    expect(() => createCookieJar().store(new URL(url), [line])).toThrow('drops the cookie');
  });

  it('knows the attributes', () => {
    expect(parseSetCookie('s=a=b; HttpOnly; SameSite=lax; Secure; Path=/x')).toMatchObject({
      value: 'a=b',
      isHttpOnly: true,
      isSecure: true,
      sameSite: 'Lax',
      path: '/x',
    });
  });
});

describe('a visitor', () => {
  let server: Server;
  let address: string;
  const seen: { line: string; headers: IncomingHttpHeaders; body: string }[] = [];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      if (request.url === '/start')
        response.writeHead(302, { Location: '/form', 'Set-Cookie': 'visit=1; Path=/' }).end();
      else if (request.url === '/callback')
        response.writeHead(303, { Location: 'https://client.example/cb?code=x' }).end();
      else if (request.method === 'POST') response.writeHead(303, { Location: '/callback' }).end();
      else response.setHeader('Content-Type', 'text/html').end(PAGE);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('walks through redirects, keeps cookies, submits, and stops where the site sends it away', async () => {
    const visitor = createVisitor('https://login.example.com', { connectTo: address });
    const page = await visitor.open('/start');
    expect(page.url.href).toBe('https://login.example.com/form');
    const left = await visitor.submit(page, { press: 'Continue', fields: { identifier: 'ada@example.com' } });
    expect(left.leavesTo?.href).toBe('https://client.example/cb?code=x');
    expect(seen.map(({ line }) => line)).toEqual(['GET /start', 'GET /form', 'POST /form', 'GET /callback']);
    expect(seen[2]?.headers).toMatchObject({
      host: 'login.example.com',
      cookie: 'visit=1',
      origin: 'https://login.example.com',
      referer: 'https://login.example.com/form',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
    });
    expect(seen[2]?.body).toContain('name="identifier"\r\n\r\nada@example.com');
    expect(seen[3]?.headers['content-type']).toBeUndefined();
  });
});
