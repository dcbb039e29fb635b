import { Management } from 'auth0-v7';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGuardedFetch, findUrlRefusal } from '@/lib/delivery/guarded-fetch';
import { createLogBatchPost } from '@/lib/delivery/log-webhook';
import { LOG_CATEGORIES } from '@/lib/management/log-categories';
import { type LogDeliveryDeps, sendLogs } from '@/lib/management/log-delivery';
import { LOG_STREAMS_PATH } from '@/lib/management/log-stream-routes';
import type { LogDocument } from '@/lib/management/logs';
import { LOG_STREAM_SECRET } from '@/lib/runtime/delivery';
import { logEventId } from '@/lib/store/prisma/log-events';
import { type LogSink, startLogSink } from '@/tests/harness/log-sink';
import { type Asked, box, type Office, openOffice } from './office';

const TOKEN = 'Bearer of-the-receiver-0123456789';

let office: Office;
let sink: LogSink;
let printed: string[];
let suspended: object[];
beforeAll(async () => {
  [office, sink] = await Promise.all([openOffice('log streams'), startLogSink()]);
});
afterAll(() => Promise.all([office?.close(), sink?.close()]));
beforeEach(async () => {
  await office.reset();
  await office.prisma.logStream.deleteMany();
  await office.prisma.logStreamEntry.deleteMany();
  await office.prisma.logEvent.deleteMany();
  sink.requests.length = 0;
  sink.answerWith(200);
  printed = [];
  suspended = [];
});

/** An operator who allowed this machine. */
const PRIVATE = ['127.0.0.0/8'];
const OPEN = { findOutboundRefusal: (url: string) => findUrlRefusal(url, PRIVATE) };

const read = async (response: Response | Promise<Response>) => (await response).json();
const ask = (path: string, asked: Omit<Asked, 'path'> = {}) =>
  office.ask({ path: LOG_STREAMS_PATH + path, ...asked });
const create = (body: object, asked: Partial<Asked> = {}) =>
  ask('', { method: 'POST', body, deps: OPEN, ...asked });
const change = (id: string, body: unknown, asked: Partial<Asked> = {}) =>
  ask(`/${id}`, { method: 'PATCH', body, ...asked });
const http = (changes: object = {}) => ({
  name: 'SIEM',
  type: 'http',
  sink: { httpEndpoint: sink.url, ...changes },
});

async function add(type: string, changes: object = {}): Promise<string> {
  office.pass(1);
  const id = logEventId(office.now);
  await office.prisma.logEvent.create({ data: { id, occurredAt: office.now, type, ...changes } });
  return id;
}

function deliver({
  privateNetworks = PRIVATE,
  ...changes
}: Partial<LogDeliveryDeps> & { privateNetworks?: string[] } = {}) {
  return sendLogs({
    logStreams: office.deps.logStreams,
    postLogBatch: createLogBatchPost(createGuardedFetch({ privateNetworks })),
    printLine: (line) => void printed.push(line),
    unsealLogStreamSecret: (sealed) => box.unseal(LOG_STREAM_SECRET, sealed),
    digest: (texts) => Buffer.from(texts.join()).toString('hex').slice(-32),
    clock: () => office.now,
    onSuspended: (stream) => void suspended.push(stream),
    ...changes,
  });
}

type Sent = { log_id: string; data: LogDocument };
const sentTypes = () =>
  sink.requests.flatMap(({ body }) => (JSON.parse(body) as Sent[]).map(({ data }) => data.type));

describe('a log stream', () => {
  it('is made, seen, changed and removed in Auth0’s names; its secrets are never shown again (MGT-4)', async () => {
    const filters = [{ type: 'category', name: 'auth.login.fail' }];
    const { signing_secret: secret, ...made } = await read(
      create({ ...http({ httpAuthorization: TOKEN }), filters }),
    );
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(made).toEqual({
      id: expect.stringMatching(/^lst_[\w-]{16}$/),
      name: 'SIEM',
      type: 'http',
      status: 'active',
      isPriority: false,
      filters,
      sink: {
        httpEndpoint: sink.url,
        httpContentType: 'application/json',
        httpContentFormat: 'JSONARRAY',
        httpAuthorization: '••••••••',
      },
    });
    expect(await read(ask(''))).toEqual([made]);
    const changed = await read(
      change(made.id, { name: 'Other', status: 'paused', filters: [], sink: made.sink }, { deps: OPEN }),
    );
    expect(changed).toEqual({ ...made, name: 'Other', status: 'paused', filters: [] });
    expect(await read(ask(`/${made.id}`))).toEqual(changed);
    const path = `/api/v2/latchkey/log-streams/${made.id}/rotate-secret`;
    const rotated = await read(office.ask({ method: 'POST', path }));
    expect(rotated).toEqual({ signing_secret: expect.stringMatching(/^whsec_/) });
    expect(rotated.signing_secret).not.toBe(secret);
    const row = JSON.stringify(await office.prisma.logStream.findMany());
    for (const kept of [secret.slice(6), rotated.signing_secret.slice(6), TOKEN])
      expect(row).not.toContain(kept);
    // Who changed it is in the audit log, and nothing of what the body held (LOG-1).
    expect(JSON.stringify(office.events)).not.toContain(TOKEN);
    expect((await ask(`/${made.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(`/${made.id}`)).status).toBe(404);
  });

  it.each<[string, () => object, string]>([
    ['no address', () => ({ name: 'x', type: 'http' }), 'sink.httpEndpoint must be there.'],
    ['an address of stdout', () => ({ ...http(), type: 'stdout' }), 'sink is nothing that stdout has.'],
    ['another type', () => ({ ...http(), type: 'datadog' }), 'type must be'],
    ['no name', () => ({ ...http(), name: ' ' }), 'name must not be empty.'],
    ['a field of another', () => http({ splunkToken: 'x' }), 'sink holds a field splunkToken'],
    ['a status', () => ({ ...http(), status: 'suspended' }), 'the body holds a field status'],
    [
      'an unknown group',
      () => ({ ...http(), filters: [{ type: 'category', name: 'x' }] }),
      'filters[0].name must be',
    ],
    [
      'a header in a header',
      () => http({ httpAuthorization: 'a\r\nX: b' }),
      'sink.httpAuthorization must be printable',
    ],
    [
      'a header in a type',
      () => http({ httpContentType: 'a/b\r\nX: b' }),
      'sink.httpContentType must be a media type',
    ],
    ['priority', () => ({ ...http(), isPriority: true }), 'isPriority must be false'],
    ...(['Authorization', 'content-length', 'Webhook-Id', 'HOST', 'Proxy-Authorization'] as const).map(
      (header): [string, () => object, string] => [
        `a header ${header} of its own`,
        () => http({ httpCustomHeaders: [{ header, value: 'x' }] }),
        'sink.httpCustomHeaders[0].header is a header that the request has by itself',
      ],
    ),
    [
      'a header in a header of its own',
      () => http({ httpCustomHeaders: [{ header: 'X-A', value: 'a\r\nX: b' }] }),
      'sink.httpCustomHeaders[0].value must be printable',
    ],
    [
      'what is no name of a header',
      () => http({ httpCustomHeaders: [{ header: 'X A', value: 'a' }] }),
      'sink.httpCustomHeaders[0].header must be the name of a header',
    ],
    [
      'a header twice',
      () => http({ httpCustomHeaders: ['X-A', 'x-a'].map((header) => ({ header, value: 'a' })) }),
      'sink.httpCustomHeaders must name each header once',
    ],
    [
      'a mask of nothing',
      () => http({ httpCustomHeaders: [{ header: 'X-A', value: '••••••••' }] }),
      'sink.httpCustomHeaders[0].value must be there',
    ],
    [
      'a time to come',
      () => ({ ...http(), startFrom: '2099-01-01T00:00:00Z' }),
      'startFrom must not be in the future',
    ],
    ['what is no time', () => ({ ...http(), startFrom: 'yesterday' }), 'startFrom must be an instant'],
    [
      'a field that nobody has',
      () => ({ ...http(), pii_config: { log_fields: ['shoe_size'] } }),
      'pii_config.log_fields[0] must be',
    ],
    [
      'a hash without a key',
      () => ({ ...http(), pii_config: { log_fields: ['email'], method: 'hash', algorithm: 'xxhash' } }),
      'pii_config.algorithm must be left out',
    ],
  ])('is not made of %s (MGT-2)', async (_, body, sentence) => {
    const problem = await read(create(body()));
    expect(problem).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(problem.message).toContain(sentence);
    expect(await office.prisma.logStream.count()).toBe(0);
  });

  it.each([
    'http://127.0.0.1:4000/',
    'https://[::1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://0x7f000001/',
    'gopher://siem.test/',
    'file:///etc/passwd',
    'https://ann:secret@siem.test/',
    'https://siem.test:22/',
  ])(
    'is not made for %s unless the operator of the server allows it (SRF-1, SRF-2)',
    async (httpEndpoint) => {
      const problem = await read(create(http({ httpEndpoint }), { deps: {} }));
      expect(problem.message).toContain('sink.httpEndpoint is not called from here: ');
      const { id } = await read(create(http()));
      expect((await change(id, { sink: { httpEndpoint } })).status).toBe(400);
    },
  );

  it('tells a new address nothing that the old one was told (SRF-4)', async () => {
    const { id } = await read(create(http({ httpAuthorization: TOKEN })));
    const moved = { httpEndpoint: 'https://other.test/' };
    expect((await change(id, { sink: moved })).status).toBe(400);
    expect((await change(id, { sink: { ...moved, httpAuthorization: '••••••••' } })).status).toBe(400);
    const { sink: now } = await read(change(id, { sink: { ...moved, httpAuthorization: null } }));
    expect(now).toEqual({ ...moved, httpContentType: 'application/json', httpContentFormat: 'JSONARRAY' });
  });

  it('keeps headers of its own sealed, shows them as masks, and tells a new address none of them (MGT-4, SRF-4)', async () => {
    const given = [{ header: 'X-Api-Key', value: 'key-of-the-receiver' }];
    const masked = [{ header: 'X-Api-Key', value: '••••••••' }];
    const { id, sink: made } = await read(create(http({ httpCustomHeaders: given })));
    expect(made.httpCustomHeaders).toEqual(masked);
    expect(JSON.stringify(await office.prisma.logStream.findMany())).not.toContain('key-of-the-receiver');
    const more = [...masked, { header: 'X-Team', value: 'staff' }];
    expect((await change(id, { sink: { httpCustomHeaders: more } })).status).toBe(200);
    await add('f');
    await deliver();
    expect(sink.requests[0]?.headers).toMatchObject({
      'x-api-key': 'key-of-the-receiver',
      'x-team': 'staff',
    });
    const moved = { httpEndpoint: 'https://other.test/' };
    expect((await change(id, { sink: moved })).status).toBe(400);
    expect((await change(id, { sink: { ...moved, httpCustomHeaders: masked } })).status).toBe(400);
    expect((await read(change(id, { sink: { ...moved, httpCustomHeaders: [] } }))).sink).not.toHaveProperty(
      'httpCustomHeaders',
    );
  });

  it('begins with what is kept since an instant, if it is told to', async () => {
    await add('before');
    office.pass(60);
    const startFrom = office.now.toISOString();
    await add('kept');
    await create({ ...http(), startFrom });
    await add('after');
    await deliver();
    expect(sentTypes()).toEqual(['kept', 'after']);
  });

  it('keeps people back: masked wholly, or by the keyed hash of the log (LOG-1)', async () => {
    const hash = { log_fields: ['email', 'first_name'], method: 'hash' };
    const { id, pii_config } = await read(create({ ...http(), pii_config: hash }));
    expect(pii_config).toEqual(hash);
    const happens = async () => {
      await add('s', { maskedIdentifier: 'a***@example.com', identifierHash: 'keyed' });
      await add('s', { maskedIdentifier: '***789', identifierHash: 'of a number' });
      await add('sapi');
      await deliver();
      const sent = sink.requests.flatMap(({ body }) => JSON.parse(body) as Sent[]);
      sink.requests.length = 0;
      return sent.map(({ data }) => data.user_name);
    };
    expect(await happens()).toEqual(['keyed', '***789', undefined]);
    await change(id, { pii_config: { log_fields: ['username'] } });
    expect(await happens()).toEqual(['***', '***', undefined]);
    await change(id, { pii_config: { log_fields: [] } });
    expect(await read(ask(`/${id}`))).not.toHaveProperty('pii_config');
    expect(await happens()).toEqual(['a***@example.com', '***789', undefined]);
  });

  it('there are ten of at most', async () => {
    for (let made = 0; made < 10; made++)
      expect((await create({ name: 'x', type: 'stdout' })).status).toBe(201);
    expect(await read(create({ name: 'x', type: 'stdout' }))).toMatchObject({ statusCode: 409 });
  });

  it.each(['nobody', 'lst_AAAAAAAAAAAAAAAA', '%00'])('there is none %s', async (id) => {
    for (const response of [ask(`/${id}`), change(id, {}), ask(`/${id}`, { method: 'DELETE' })])
      expect(await read(response)).toMatchObject({ statusCode: 404, errorCode: 'inexistent_log_stream' });
  });
});

describe('entries of the audit log', () => {
  it('are posted in a batch, signed, each once, the oldest first (SRF-4)', async () => {
    await add('before');
    const { signing_secret: secret } = await read(create(http({ httpAuthorization: TOKEN })));
    const first = await add('s', {
      maskedIdentifier: 'a…@example.com',
      identifierHash: 'hash',
      userAgent: 'x\r\n"y',
    });
    await add('slo');
    expect(await deliver()).toBe(true);
    expect(await deliver()).toBe(false);
    expect(sentTypes()).toEqual(['s', 'slo']);
    const [request] = sink.requests;
    expect(request?.headers).toMatchObject({ authorization: TOKEN, 'content-type': 'application/json' });
    // What a receiver does, but for its clock: ours is moved by hand.
    const {
      'webhook-id': id = '',
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = request?.headers ?? {};
    expect(timestamp).toBe(String(Math.floor(office.now.getTime() / 1000)));
    expect(new Webhook(secret).sign(id, office.now, request?.body ?? '')).toBe(signature);
    const [sent] = JSON.parse(request?.body ?? '');
    expect(sent).toEqual({
      log_id: first,
      data: expect.objectContaining({ type: 's', user_name: 'a…@example.com', user_agent: 'x\r\n"y' }),
    });
    expect(request?.body).not.toContain('"hash"');
  });

  it('come in the format and of the groups that were chosen', async () => {
    await create({ ...http({ httpContentFormat: 'JSONLINES', httpContentType: 'application/x-ndjson' }) });
    await create({
      ...http({ httpContentFormat: 'JSONOBJECT' }),
      filters: [{ type: 'category', name: 'auth.login.fail' }],
    });
    await create({ name: 'out', type: 'stdout', filters: [{ type: 'category', name: 'other' }] });
    for (const type of ['f', 's', 'never-heard-of', 'f']) await add(type);
    while (await deliver());
    const bodies = sink.requests.map(({ headers, body }) => [
      headers['content-type'],
      body.split('\n').map((line) => JSON.parse(line).data.type),
    ]);
    expect(bodies.sort()).toEqual([
      ['application/json', ['f']],
      ['application/json', ['f']],
      ['application/x-ndjson', ['f', 's', 'never-heard-of', 'f']],
    ]);
    expect(printed.map((line) => JSON.parse(line).data.type)).toEqual(['never-heard-of']);
    expect(await office.prisma.logStreamEntry.count()).toBe(0);
  });

  it('leave behind when they were last taken; what a stream does not want is sent to nobody', async () => {
    const filters = [{ type: 'category', name: 'auth.login.fail' }];
    const { id } = await read(create({ ...http(), filters }));
    await add('s');
    await deliver();
    expect(await read(ask(`/${id}`))).not.toHaveProperty('last_sent_at');
    await add('f');
    await deliver();
    const sentAt = office.now.toISOString();
    sink.answerWith(500);
    await add('f');
    await deliver();
    expect(await read(ask(`/${id}`))).toMatchObject({ last_sent_at: sentAt, last_failure: 'answered 500' });
  });

  it.each([500, 404, 301, 'hang-up'] as const)(
    'are sent again when they were not taken (%s), under the same id, with nothing read of the answer (SRF-3)',
    async (answer) => {
      const { id } = await read(create(http()));
      await add('f');
      sink.answerWith(answer);
      expect(await deliver()).toBe(false);
      await deliver();
      expect(sink.requests).toHaveLength(1);
      const failing = await read(ask(`/${id}`));
      expect(failing).toMatchObject({ status: 'active', failing_since: office.now.toISOString() });
      expect(failing.last_failure).toMatch(/^(answered (500|404|301)|unreachable \w+)$/);
      sink.answerWith(204);
      office.pass(2);
      await deliver();
      expect(sentTypes()).toEqual(['f', 'f']);
      expect(sink.requests[0]?.headers['webhook-id']).toBe(sink.requests[1]?.headers['webhook-id']);
      expect(await read(ask(`/${id}`))).not.toHaveProperty('last_failure');
    },
  );

  it('wait ever longer, five minutes at most, and a day until the stream is suspended', async () => {
    const { id } = await read(create(http()));
    await add('f');
    sink.answerWith(500);
    const waits: number[] = [];
    for (let failure = 1; failure <= 10; failure++) {
      await deliver();
      const row = await office.prisma.logStream.findUniqueOrThrow({ where: { id } });
      waits.push((row.dueAt.getTime() - office.now.getTime()) / 1000);
      office.pass(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    office.pass(86_400);
    await deliver();
    expect(await read(ask(`/${id}`))).toMatchObject({ status: 'suspended', last_failure: 'answered 500' });
    expect(suspended).toEqual([{ stream: id, reason: 'answered 500' }]);
    await add('s');
    sink.answerWith(200);
    sink.requests.length = 0;
    expect(await read(change(id, { status: 'active' }))).toMatchObject({ status: 'active' });
    office.pass(30);
    await deliver();
    expect(sentTypes()).toEqual(['f', 's']);
  });

  it('wait while their stream is paused', async () => {
    const { id } = await read(create(http()));
    await change(id, { status: 'paused' });
    await add('f');
    expect(await deliver()).toBe(false);
    await change(id, { status: 'active' });
    office.pass(30);
    await deliver();
    expect(sentTypes()).toEqual(['f']);
  });

  it('go to no address that the operator has closed since (SRF-1, SRF-2)', async () => {
    const { id } = await read(create(http()));
    await add('f');
    await deliver({ privateNetworks: [] });
    expect(sink.requests).toEqual([]);
    expect(await read(ask(`/${id}`))).toMatchObject({ last_failure: 'refused not_https' });
  });

  it('are not sent with a secret that cannot be opened', async () => {
    const { id } = await read(create(http({ httpAuthorization: TOKEN })));
    await add('f');
    await deliver({ unsealLogStreamSecret: () => null });
    expect(sink.requests).toEqual([]);
    expect(await read(ask(`/${id}`))).toMatchObject({
      last_failure: 'SECRET cannot open what it is sent with',
    });
  });

  it('are posted once each by processes that send at the same time', async () => {
    await create(http());
    await office.prisma.$executeRaw`
      INSERT INTO log_events (id, occurred_at, type)
      SELECT lpad(to_hex(n), 32, '0'), now(), 'f' FROM generate_series(1, 950) AS n`;
    const work = async () => {
      let rounds = 0;
      while ((await office.prisma.logStreamEntry.count()) > 0 && rounds++ < 100) await deliver();
    };
    await Promise.all([work(), work(), work()]);
    const ids = sink.requests.flatMap(({ body }) => (JSON.parse(body) as Sent[]).map(({ log_id: id }) => id));
    expect(ids).toHaveLength(950);
    expect(ids).toEqual([...new Set(ids)].sort());
  });
});

it('has the groups that Auth0’s library names', () => {
  expect([...LOG_CATEGORIES].sort()).toEqual(Object.values(Management.LogStreamFilterGroupNameEnum).sort());
});
