import { describe, expect, it } from 'vitest';
import type { LogLevel } from '@/lib/runtime/environment';
import { createEndpointLog, createLog, drawReference } from '@/lib/runtime/log';

function openLog(level: LogLevel = 'info') {
  const lines: string[] = [];
  const log = createLog(level, { write: (line) => lines.push(line) });
  return { log, lines, read: () => lines.map((line) => JSON.parse(line)) };
}

it('writes one JSON line an event, with its instant and level in words', () => {
  const { log, lines, read } = openLog();
  log.info('listening', { port: 3000 });
  log.warn('inbox is on');
  expect(lines.every((line) => line.endsWith('}\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
  expect(read()).toMatchObject([
    { level: 'info', msg: 'listening', port: 3000, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
    { level: 'warn', msg: 'inbox is on' },
  ]);
});

it('is as quiet as LOG_LEVEL says', () => {
  const { log, lines } = openLog('error');
  log.info('a');
  log.warn('b');
  log.error('c', { reference: 'R', cause: null });
  expect(lines).toHaveLength(1);
});

it('keeps what others sent in one line (LOG-3)', () => {
  const { log, lines, read } = openLog();
  log.info('seen', { userAgent: 'x\r\n{"level":"error"}\u001b[31m' });
  expect(lines.join('').split('\n')).toHaveLength(2);
  expect(lines.join('')).not.toContain('\u001b');
  expect(read()[0].userAgent).toBe('x\r\n{"level":"error"}\u001b[31m');
});

describe('never shows a secret (LOG-1)', () => {
  it.each([
    'authorization',
    'cookie',
    'set-cookie',
    'client_secret',
    'clientSecret',
    'password',
    'oneTimeCode',
    'one_time_code',
    'code',
    'code_verifier',
    'accessToken',
    'id_token_hint',
    'email',
    'recipientEmail',
    'phone_number',
    'identifier',
    'magicLink',
    'state',
  ])('in a field named %s, at any depth', (name) => {
    const { log, lines } = openLog();
    log.info('event', { [name]: 'hunter2', request: { [name]: 'hunter2', list: [{ [name]: ['hunter2'] }] } });
    log.error('event', { reference: 'R', cause: null, details: { [name]: { any: 'hunter2' } } });
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.join('')).toContain('[redacted]');
  });

  it.each([
    ['an address', 'no such user ana.müller+x@example.com!', 'ana.müller'],
    ['a number', 'The number +49 151 2345678 is invalid', '2345678'],
    ['a JWT', 'bad token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln', 'eyJ'],
    ['a password in a URL', 'connect postgresql://user:hunter2@db:5432/x failed', 'hunter2'],
    ['a password in the URL of an SMTP server', 'smtp://user:hunter2@mail:25', 'hunter2'],
    ['a query', 'GET https://example.com/cb?code=hunter2&state=x failed', 'hunter2'],
    ['an authorization code', `unknown code ${'aB3_'.repeat(11)}`, 'aB3_aB3_'],
    ['a client secret', `lks_${'aB3-'.repeat(11)} is wrong`, 'aB3-aB3-'],
    ['a one-time code', 'Your code is 048213.', '048213'],
  ])('in what an error says: %s', (_, message, secret) => {
    const { log, lines } = openLog();
    log.error('failed', { reference: 'R', cause: new Error('outer', { cause: new TypeError(message) }) });
    log.error('failed', { reference: 'R', cause: message });
    expect(lines.join('')).not.toContain(secret);
  });

  it('while what helps stays: names, places, ports, ids of clients', () => {
    const { log, read } = openLog();
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
    const clientId = 'a1B2'.repeat(8);
    log.error('database is away', {
      reference: 'R',
      cause,
      details: { clientId, statusCode: 503, codeLength: 6 },
    });
    expect(read()[0]).toMatchObject({
      reference: 'R',
      clientId,
      statusCode: 503,
      codeLength: 6,
      cause: { name: 'Error', message: 'connect ECONNREFUSED 127.0.0.1:5432', code: 'ECONNREFUSED' },
    });
    expect(read()[0].cause.stack[0]).toMatch(/^at .*log\.test\.ts/);
  });
});

describe('the log of the endpoints', () => {
  it('answers with the reference that is in the line', () => {
    const { log, read } = openLog();
    const endpoints = createEndpointLog(log);
    const refused = endpoints.refused({
      endpoint: '/oauth/token',
      status: 400,
      error: 'invalid_grant',
      description: 'The code is not valid.',
      clientId: null,
    });
    const failed = endpoints.failed({ endpoint: '/userinfo', cause: new Error('a bug') });
    expect(read()).toMatchObject([
      { level: 'info', reference: refused, endpoint: '/oauth/token', status: 400, error: 'invalid_grant' },
      { level: 'error', reference: failed, endpoint: '/userinfo', cause: { message: 'a bug' } },
    ]);
  });

  it('draws references that can be read aloud, each another', () => {
    const references = Array.from({ length: 1_000 }, drawReference);
    expect(new Set(references).size).toBe(1_000);
    expect(references.every((reference) => /^[A-HJ-NP-Z2-9]{8}$/.test(reference))).toBe(true);
  });
});
