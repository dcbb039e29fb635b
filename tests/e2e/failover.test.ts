// A provider that dies while people wait: every code arrives, once, through the other. And a first step that takes as long
// whether the provider is quick, slow or gone. security.md MSG-6, AVL-5.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase } from '@/tests/harness/database';
import { type LatchkeyProcess, startLatchkeyPair } from '@/tests/harness/latchkey';
import { type App, createApp } from '@/tests/harness/operator';
import { authorizePath, PUBLIC_CLIENT } from '@/tests/harness/public-client';
import { type ResendSink, startResendSink } from '@/tests/harness/resend-sink';
import { askForCode, typeCode } from '@/tests/harness/sign-in';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';
import { createVisitor } from '@/tests/harness/visitor';

const PEOPLE = 120;
const AT_ONCE = 8;

let resend: ResendSink;
let smtp: SmtpSink;
let servers: [LatchkeyProcess, LatchkeyProcess];
let app: App;

beforeAll(async () => {
  [resend, smtp] = await Promise.all([startResendSink(), startSmtpSink()]);
  servers = await startLatchkeyPair(await createDatabase('failover'), {
    RESEND_API_KEY: resend.apiKey,
    RESEND_BASE_URL: resend.url,
    SMTP_URL: smtp.url,
    EMAIL_FROM: 'Latchkey <login@op.example>',
    LIMITS: JSON.stringify({ starts_per_ip: 10_000 }),
  });
  app = await createApp(servers[0], [...PUBLIC_CLIENT, 'Acme']);
});

afterAll(async () => {
  await Promise.allSettled([
    ...(servers ?? []).map((server) => server.stop()),
    resend?.close(),
    smtp?.close(),
  ]);
});

/** Everything that reached that address, by whichever way. */
const lettersTo = (address: string) => [
  ...resend.messages.filter(({ to }) => [to].flat().includes(address)),
  ...smtp.messages.filter(({ to }) => to.includes(address)),
];

it('is killed in mid-load: every code arrives once through the other, and signs its person in (AVL-5)', async () => {
  const addresses = Array.from({ length: PEOPLE }, () => `${randomUUID()}@example.com`);
  const waiting = new Map<string, Awaited<ReturnType<typeof ask>>>();
  let begun = 0;

  async function ask(address: string, turn: number) {
    const { issuer } = servers[0];
    const visitor = createVisitor(issuer, { connectTo: servers[turn % 2]?.address ?? issuer });
    const page = await visitor.open(authorizePath(app, { connection: 'email' }));
    return { visitor, codePage: await askForCode(visitor, page, address) };
  }

  async function person(): Promise<void> {
    for (let turn = begun++; turn < PEOPLE; turn = begun++) {
      if (turn === PEOPLE / 3) resend.behave({ kind: 'hang-up' });
      const address = addresses[turn] ?? '';
      waiting.set(address, await ask(address, turn));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, person));

  await expect
    .poll(() => addresses.filter((address) => lettersTo(address).length === 0), {
      timeout: 30_000,
      interval: 250,
    })
    .toEqual([]);
  expect(resend.messages.length).toBeGreaterThan(0);
  expect(smtp.messages.length).toBeGreaterThan(PEOPLE / 3);
  for (const address of addresses) {
    const letters = lettersTo(address);
    expect(letters).toHaveLength(1);
    const code = /^\d{6}$/m.exec(letters[0]?.text ?? '')?.[0] ?? '';
    const { visitor, codePage } = waiting.get(address) ?? (await ask(address, 0));
    expect((await typeCode(visitor, codePage, code)).leavesTo).not.toBeNull();
  }
});
