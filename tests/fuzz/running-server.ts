// The running server as something to be bent, over bare sockets: some of the protocol, and the forms of our pages, which only
// the server has. What is asked is bytes, so nothing between a case and the server makes it well-formed.
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import { createDatabase } from '@/tests/harness/database';
import { fillIn } from '@/tests/harness/html-form';
import { startLatchkey } from '@/tests/harness/latchkey';
import { type App, createApp } from '@/tests/harness/operator';
import { authorizationCodeOf, authorizePath, PUBLIC_CLIENT, redeem } from '@/tests/harness/public-client';
import { openSocket, readAnswer } from '@/tests/harness/raw-http';
import { askForCode, readCode, signIn } from '@/tests/harness/sign-in';
import { startSmtpSink } from '@/tests/harness/smtp-sink';
import { createVisitor, type Visit, type Visitor } from '@/tests/harness/visitor';
import type { RightRequest, WrittenRequest } from './case';
import type { Answer } from './harmless';
import type { BentTarget } from './target';

const MANY = 1_000_000;

/** Starts it, with limits out of the way. */
export async function openServer() {
  const post = await startSmtpSink();
  const server = await startLatchkey({
    DATABASE_URL: await createDatabase('fuzz'),
    SECRET: 'n4Tq8wZx1Lm6Rk3Vb9Yc5Pd2Gf7Hs0Ja',
    SMTP_URL: post.url,
    LIMITS: JSON.stringify({
      starts_per_ip: MANY,
      starts_per_recipient_hour: MANY,
      starts_per_recipient_day: MANY,
      guesses_per_ip: MANY,
      wrong_secrets: MANY,
      failed_redemptions: MANY,
    }),
  });
  const [shop, theirs, phone] = await Promise.all([
    createApp(server, [...PUBLIC_CLIENT, 'Shop']),
    createApp(server, [...PUBLIC_CLIENT, 'Shop of others', '--third-party']),
    createApp(server, ['--type', 'native', '--name', 'Phone', '--grant', PASSWORDLESS_OTP_GRANT]),
  ]);

  /** Sends the bytes as they are, on a connection of their own. */
  async function ask({ method, address, headers, body }: WrittenRequest): Promise<Answer> {
    const lines = [
      `${method} ${address.replace(/[\0-\x20]/g, (control) => encodeURIComponent(control))} HTTP/1.1`,
      `Host: ${new URL(server.issuer).host}`,
      'Connection: close',
      ...headers.map(([name, value]) => `${name}: ${value}`),
      ...(body === null ? [] : [`Content-Length: ${body.length}`]),
    ];
    const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`, 'latin1');
    const socket = openSocket(server.address);
    const begunAt = performance.now();
    socket.write(bytes);
    const answer = await readAnswer(socket, 5_000);
    const milliseconds = performance.now() - begunAt;
    return { ...parse(answer.head), text: decode(answer), milliseconds };
  }

  const newAddress = (() => {
    let people = 0;
    return () => `person${++people}@example.com`;
  })();

  const BROWSERS = {
    speaksTo: 'browsers',
    isBehindParser: true,
    redirectsTo: ['https://rp.test/cb'],
  } as const;
  const PROGRAMS = { speaksTo: 'programs', isBehindParser: true, encodings: ['json', 'form'] } as const;

  /** The same every time. */
  const always = (parameters: RightRequest['parameters']) => ({
    parameters: Object.keys(parameters),
    fresh: async () => ({ parameters }),
  });

  async function describeTargets(): Promise<BentTarget[]> {
    const asked = Object.fromEntries(new URLSearchParams(authorizePath(shop).split('?')[1]));
    const started = { client_id: phone.client_id, connection: 'email', send: 'code' };
    return [
      {
        name: 'server: authorize',
        ...{ method: 'GET', path: '/authorize', encodings: ['query'] },
        ...BROWSERS,
        ...always(asked),
        right: { status: 303 },
      },
      {
        name: 'server: authorize, posted',
        ...{ method: 'POST', path: '/authorize', encodings: ['form'] },
        ...BROWSERS,
        ...always(asked),
        right: { status: 303 },
      },
      {
        name: 'server: token',
        ...{ method: 'POST', path: '/oauth/token' },
        ...PROGRAMS,
        parameters: ['grant_type', 'client_id', 'username', 'otp', 'realm', 'scope'],
        async fresh() {
          const email = newAddress();
          await createVisitor(server.issuer).send('/passwordless/start', {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ ...started, email }),
          });
          const code = { username: email, otp: await readCode(post, email), realm: 'email', scope: 'openid' };
          return { parameters: { client_id: phone.client_id, grant_type: PASSWORDLESS_OTP_GRANT, ...code } };
        },
        right: { status: 200, gains: ['access_token', 'id_token'] },
        proof: ['grant_type', 'client_id', 'username', 'otp', 'realm', 'Authorization'],
      },
      {
        name: 'server: start',
        ...{ method: 'POST', path: '/passwordless/start' },
        ...PROGRAMS,
        parameters: ['client_id', 'connection', 'email', 'send', 'authParams'],
        fresh: async () => ({ parameters: { ...started, email: newAddress() } }),
        right: { status: 200 },
      },
      {
        name: 'server: revoke',
        ...{ method: 'POST', path: '/oauth/revoke' },
        ...PROGRAMS,
        ...always({ client_id: phone.client_id, token: 'gone' }),
        right: { status: 200 },
      },
      {
        name: 'server: logout',
        ...{ method: 'GET', path: '/oidc/logout', encodings: ['query'] },
        ...BROWSERS,
        ...always({ client_id: shop.client_id, state: 'state', ui_locales: 'de' }),
        right: { status: 303 },
      },
      await describeForm('server: an address is typed', () => arrive(), { status: 303 }),
      await describeForm('server: a code is typed', waitForCode, { status: 303, gains: ['code', 'session'] }),
      await describeForm('server: a client is allowed', askToAllow, { status: 303, gains: ['code'] }),
      await describeForm('server: a sign-out is confirmed', askToSignOut, { status: 303 }),
    ];
  }

  /** Somebody at one of our pages, and what they are about to type. */
  type Visitation = Readonly<{
    visitor: Visitor;
    page: Visit;
    fields?: Record<string, string>;
    press: string;
  }>;

  async function arrive(at: App = shop): Promise<Visitation> {
    const visitor = createVisitor(server.issuer);
    const page = await visitor.open(authorizePath(at));
    return { visitor, page, fields: { identifier: newAddress() }, press: 'Continue' };
  }

  async function waitForCode(): Promise<Visitation> {
    const { visitor, page: first, fields } = await arrive();
    const page = await askForCode(visitor, first, fields?.identifier ?? '');
    return {
      visitor,
      page,
      fields: { code: await readCode(post, fields?.identifier ?? '') },
      press: 'Continue',
    };
  }

  async function askToAllow(): Promise<Visitation> {
    const { visitor, page } = await arrive(theirs);
    return { visitor, page: await signIn(visitor, page, { post, address: newAddress() }), press: 'Allow' };
  }

  async function askToSignOut(): Promise<Visitation> {
    const { visitor, page } = await arrive();
    await signIn(visitor, page, { post, address: newAddress() });
    return { visitor, page: await visitor.open('/oidc/logout'), press: 'Sign out' };
  }

  /** A form of ours as a target: its hidden fields are parameters like any other. */
  async function describeForm(
    name: string,
    visit: () => Promise<Visitation>,
    right: BentTarget['right'],
  ): Promise<BentTarget> {
    const fresh = async (): Promise<RightRequest> => {
      const { visitor, page, ...input } = await visit();
      const composed = await visitor.compose(page, input);
      const { Host: _, 'Content-Type': __, ...headers } = composed.headers;
      const parameters = Object.fromEntries(fillIn(page.html, input).entries);
      return { path: composed.url.pathname, parameters, headers };
    };
    const parameters = Object.keys((await fresh()).parameters);
    return {
      ...{ name, method: 'POST', path: '/', encodings: ['multipart'] },
      ...BROWSERS,
      ...{ parameters, fresh, right },
      // An action is known by its name; its value says nothing.
      proof: [...parameters.filter((each) => !each.startsWith('$')), 'Cookie', 'Origin', 'Sec-Fetch-Site'],
    };
  }

  return {
    address: server.address,
    targets: await describeTargets(),
    ask,
    /** Somebody signs in, and the client is given a token for it. */
    async signSomebodyIn(): Promise<string | null> {
      const { visitor, page } = await arrive();
      const left = await signIn(visitor, page, { post, address: newAddress() });
      return redeem(server.address, shop, authorizationCodeOf(left));
    },
    async close(): Promise<void> {
      await server.stop();
      await post.close();
    },
  };
}

function parse(head: string): { status: number; headers: Headers } {
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(/: ?(.*)/s).slice(0, 2) as [string, string]));
  return { status: Number(first.split(' ')[1] ?? 0), headers };
}

/** A body, out of its chunks. */
function decode({ head, body }: { head: string; body: string }): string {
  if (!/transfer-encoding: chunked/i.test(head)) return Buffer.from(body, 'latin1').toString('utf8');
  let text = '';
  for (let rest = body; rest !== ''; ) {
    const [, size = '0', from = ''] = /^([0-9a-f]+)[^\r]*\r\n(.*)$/is.exec(rest) ?? [];
    const length = Number.parseInt(size, 16);
    text += from.slice(0, length);
    rest = length === 0 ? '' : from.slice(length + 2);
  }
  return Buffer.from(text, 'latin1').toString('utf8');
}
