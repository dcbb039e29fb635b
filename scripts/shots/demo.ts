// An installation that has been used for a while: Acme, its applications, the people who sign in, and Ann who looks after it.
// What the API makes is made by the API, sign-ins are signed in; only the figures of days gone by are written down.
import { randomBytes } from 'node:crypto';
import { FIGURES } from '@/lib/management/figures';
import { openDatabase } from '@/lib/store/prisma/database';
import { startLatchkey } from '@/tests/harness/latchkey';
import { startLogSink } from '@/tests/harness/log-sink';
import { createDatabaseOn, startPostgres } from '@/tests/harness/postgres';
import { readCode, signIn } from '@/tests/harness/sign-in';
import { startSmtpSink } from '@/tests/harness/smtp-sink';
import { createVisitor, type Visitor } from '@/tests/harness/visitor';

export type Demo = Awaited<ReturnType<typeof startDemo>>;

const OWNER = 'ann@acme.test';
const MACHINE = { id: 'demo-machine', secret: randomBytes(24).toString('base64url') };
const MANY = 10_000;

/** Who signs in, the first of them with a story of their own. */
const PEOPLE = [
  ['ada@acme.test', 'Ada Lovelace'],
  ['grace@acme.test', 'Grace Hopper'],
  ['radia@acme.test', 'Radia Perlman'],
  ['lin@example.com', 'Lin Chen'],
  ['edsger@example.com', 'Edsger Dijkstra'],
  ['barbara@example.com', 'Barbara Liskov'],
  ['donald@example.com', 'Donald Knuth'],
  ['frances@example.com', 'Frances Allen'],
  ['alan@example.com', 'Alan Kay'],
  ['margaret@example.com', 'Margaret Hamilton'],
  ['katherine@example.com', 'Katherine Johnson'],
  ['hedy@example.com', 'Hedy Lamarr'],
] as const;

/** Starts all of it. */
export async function startDemo() {
  const [postgres, post, siem] = await Promise.all([startPostgres(), startSmtpSink(), startLogSink()]);
  const databaseUrl = await createDatabaseOn(postgres.adminUrl, 'shots');
  const server = await startLatchkey({
    DATABASE_URL: databaseUrl,
    SECRET: randomBytes(32).toString('hex'),
    SMTP_URL: post.url,
    EMAIL_FROM: 'Acme <login@acme.test>',
    CONSOLE_ADMINS: OWNER,
    MANAGEMENT_CLIENT_ID: MACHINE.id,
    MANAGEMENT_CLIENT_SECRET: MACHINE.secret,
    OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8',
    LIMITS: JSON.stringify({ starts_per_ip: MANY }),
  });
  const database = await openDatabase({ databaseUrl, dataDir: '' });
  const visitor = () =>
    createVisitor(server.issuer, { connectTo: server.address, headers: { 'User-Agent': BROWSER } });
  const api = await openApi(server.issuer);

  await api('PATCH', 'tenants/settings', { friendly_name: 'Acme', support_email: 'help@acme.test' });
  const orders = await api('POST', 'resource-servers', {
    name: 'Orders',
    identifier: 'https://orders.acme.test',
    scopes: [
      { value: 'read:orders', description: 'See all orders' },
      { value: 'write:orders', description: 'Change and cancel orders' },
    ],
  });
  const shop = await api('POST', 'clients', {
    name: 'Acme Shop',
    app_type: 'regular_web',
    callbacks: [
      'https://shop.acme.test/api/auth/callback/auth0',
      'http://localhost:3000/api/auth/callback/auth0',
    ],
    allowed_logout_urls: ['https://shop.acme.test', 'http://localhost:3000'],
  });
  await api('POST', 'clients', {
    name: 'Acme for iOS',
    app_type: 'native',
    callbacks: ['test.acme.app://login'],
  });
  const nightly = await api('POST', 'clients', { name: 'Nightly export', app_type: 'non_interactive' });
  await api('POST', 'client-grants', {
    client_id: nightly.client_id,
    audience: orders.identifier,
    scope: ['read:orders'],
  });
  for (const [email, name] of PEOPLE)
    await api('POST', 'users', { connection: 'email', email, email_verified: true, name });
  const stream = await api('POST', 'log-streams', {
    name: 'SIEM',
    type: 'http',
    sink: { httpEndpoint: siem.url },
  });
  await api('POST', 'log-streams', {
    name: 'Data lake',
    type: 'http',
    sink: { httpEndpoint: 'https://lake.acme.test/latchkey' },
    filters: [{ type: 'category', name: 'auth.login.fail' }],
  });

  for (const [address] of PEOPLE.slice(0, 6)) await signInToDemo(visitor(), address);
  const ada = await holderOf('ada@acme.test');
  await api('PATCH', `users/${encodeURIComponent(ada)}`, {
    app_metadata: { plan: 'pro' },
    user_metadata: { newsletter: true },
  });
  const blocked = await holderOf('hedy@example.com');
  await api('PATCH', `users/${encodeURIComponent(blocked)}`, { blocked: true });

  const ann = visitor();
  await signInAtDoor(ann, OWNER);
  const owner = await database.prisma.operator.findFirstOrThrow();
  await database.prisma.account.updateMany({
    where: { id: owner.accountId ?? '' },
    data: { name: 'Ann Lee' },
  });
  for (const [email, role] of [
    ['ada@acme.test', 'editor'],
    ['grace@acme.test', 'viewer'],
  ] as const) {
    await api('POST', 'latchkey/operators', { email, role });
    // The invitation, which comes before the code.
    await post.waitForMessage(email);
  }
  await signInAtDoor(visitor(), 'ada@acme.test');
  await database.prisma.hourlyFigure.createMany({ data: figuresOfDays(14), skipDuplicates: true });

  const [connection] = (await api('GET', 'connections?strategy=email')) as unknown as { id: string }[];
  const entry = await database.prisma.logEvent.findFirstOrThrow({
    where: { type: 's' },
    orderBy: { occurredAt: 'desc' },
  });

  return {
    issuer: server.issuer,
    /** What stands in the place of the parameters of pages. */
    named: {
      client_id: String(shop.client_id),
      api_id: String(orders.id),
      connection_id: connection?.id ?? '',
      stream_id: String(stream.id),
      id: encodeURIComponent(ada),
      entry: entry.id,
    },
    /** Of Ann's browser. */
    cookies: () =>
      ann.jar
        .list(new URL(server.issuer).hostname)
        .map(({ name, value }) => ({ name, value, url: server.issuer })),
    codeFor: (address: string) => readCode(post, address),
    async stop() {
      await Promise.all([server.stop(), database.close(), siem.close(), post.close()]);
      await postgres.stop();
    },
  };

  async function signInToDemo(person: Visitor, address: string): Promise<void> {
    const firstPage = await person.submit(await person.open('/demo'), { press: 'Sign in' });
    await signIn(person, firstPage, { post, address });
  }

  async function signInAtDoor(person: Visitor, address: string): Promise<void> {
    const firstPage = await person.submit(await person.open('/console/sign-in'), { press: 'Sign in' });
    await signIn(person, firstPage, { post, address });
  }

  async function holderOf(identifier: string): Promise<string> {
    return (await database.prisma.identity.findFirstOrThrow({ where: { identifier } })).accountId;
  }
}

const BROWSER =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15';

type Answer = Readonly<Record<string, unknown>>;

/** The management API, asked as a program does. @throws where it refuses */
async function openApi(issuer: string) {
  const granted = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: MACHINE.id,
      client_secret: MACHINE.secret,
      audience: `${issuer}/api/v2/`,
    }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  return async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${issuer}/api/v2/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Answer);
  };
}

/** Weeks as they are, with a quiet week-end. @param days today is the last */
function figuresOfDays(days: number) {
  return Array.from({ length: days }, (_, index) => index).flatMap((daysAgo) => {
    const hour = new Date(Date.now() - daysAgo * 86_400_000);
    hour.setUTCHours(0, 0, 0, 0);
    const isWeekend = [0, 6].includes(hour.getUTCDay());
    const begun = (isWeekend ? 90 : 240) + ((daysAgo * 37) % 50);
    const counts: [figure: string, channel: string, detail: string, count: number][] = [
      ['begun', 'email', '', begun],
      ['sent', 'email', '', begun - 3],
      ['attempt', 'email', 'smtp accepted', begun - 3],
      ['sign_in', 'email', '', Math.round(begun * 0.94)],
      ['sign_up', 'email', '', Math.round(begun * 0.08)],
      ['answered_within', 'email', '20', Math.round(begun * 0.6)],
      ['answered_within', 'email', '45', Math.round(begun * 0.3)],
      ['answered_within', 'email', '90', Math.round(begun * 0.04)],
      [FIGURES.activeUsers, '', '', 3_180 - daysAgo * 9],
    ];
    return counts.map(([figure, channel, detail, count]) => ({ hour, figure, channel, detail, count }));
  });
}
