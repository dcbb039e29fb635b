// What holds of every answer to a bent request, whatever was asked: it is an answer of the endpoint's kind, it gives nothing
// away, it says nothing back, and it is quick. security.md §0.1, INP-2, INP-4.
import { expect } from 'vitest';
import { readText } from '@/tests/harness/html-form';
import { type Case, textsOf } from './case';

/** An answer, read. */
export type Answer = Readonly<{ status: number; headers: Headers; text: string; milliseconds: number }>;

/** What an endpoint's answers look like. */
export type Kind = Readonly<{
  /** Errors are pages for browsers, JSON for programs. */
  speaksTo: 'browsers' | 'programs';
  /** The same for everybody, so it may be kept. */
  isPublic?: boolean;
  /** HTTP itself is read first, and what is none gets a status and no more. */
  isBehindParser?: boolean;
  /** Where a browser may be sent, beside our own pages. */
  redirectsTo?: readonly string[];
}>;

/** A stuck answer is one that a hundred of would stop a server. */
export const MAX_MILLISECONDS = 250;

/** What an answer of ours never holds, because only a stack or a query does. */
const INNARDS =
  /\bat [^\s()]+ \(?[^\s()]+:\d+:\d+|node_modules|[Pp]risma|\bSELECT\b|\bINSERT\b|syntax error|TypeError|undefined is not/;

/** @throws when the answer breaks one of the rules; the message says which, and of which case */
export function expectHarmless(answer: Answer, kind: Kind, bent: Case): void {
  const { status, headers, text } = answer;
  const label = `${JSON.stringify(bent).slice(0, 600)}\n→ ${status} ${text.slice(0, 300)}`;
  if (kind.isBehindParser && !headers.has('date')) {
    expect([400, 431], label).toContain(status);
    return;
  }
  expect(status, label).toBeGreaterThanOrEqual(200);
  expect(status, label).toBeLessThan(500);
  expect(text, label).not.toMatch(INNARDS);
  if (!(kind.isPublic && status === 200)) expect(headers.get('cache-control'), label).toContain('no-store');
  expect(headers.get('x-content-type-options'), label).toBe('nosniff');
  expectLocation(headers.get('location'), kind, label);
  expectBody(answer, kind, label);
  for (const said of textsOf(bent)) expectNotRepeated(said, answer, label);
  expect(headers.get('set-cookie') ?? '', label).not.toMatch(/=evil\b/);
  expect(answer.milliseconds, label).toBeLessThan(MAX_MILLISECONDS);
}

/** A way of ours, or to where the client wants its answers. */
function expectLocation(location: string | null, { redirectsTo = [] }: Kind, label: string): void {
  if (location === null) return;
  expect(location, label).toMatch(/^[\x21-\x7e]+$/);
  expect(location, label).not.toMatch(/^\/[/\\]/);
  if (location.startsWith('/')) return;
  const { origin, pathname } = new URL(location);
  expect(redirectsTo, label).toContain(origin + pathname);
}

function expectBody({ status, headers, text }: Answer, { speaksTo }: Kind, label: string): void {
  const type = headers.get('content-type') ?? '';
  if (text === '') return;
  if (type.startsWith('application/json')) {
    const body = JSON.parse(text);
    if (status >= 400) expectError(body, label);
    return;
  }
  const texts = speaksTo === 'programs' ? 'javascript' : 'html|plain';
  expect(type, label).toMatch(new RegExp(`^text/(${texts}); ?charset=utf-8$`, 'i'));
  // But for the page that only hands a message to the one around it.
  if (type.startsWith('text/html') && !text.includes('data-message='))
    expect(readText(text), label).not.toBe('');
}

/** @see RFC 6749 §5.2; one sentence of Auth0's has a backslash, and one endpoint of Auth0's says the field once more */
function expectError(body: unknown, label: string): void {
  const told = body as Record<string, unknown>;
  const { error, error_description: description, validation_errors: fields, ...others } = told;
  expect(Object.keys(others), label).toEqual([]);
  if (fields !== undefined) {
    const field = expect.stringMatching(/^[a-z_]+$/);
    expect(fields, label).toEqual([{ field, message: description }]);
  }
  expect(error, label).toMatch(/^[A-Za-z_.]+$/);
  expect(String(description).replace('^\\+[0-9]', ''), label).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
}

/** Errors repeat no value; a page that has to (a field, a hidden input) has it as text. */
function expectNotRepeated(said: string, { status, headers, text }: Answer, label: string): void {
  const isMarkup = /[<>"']/.test(said);
  if (isMarkup && headers.get('content-type')?.startsWith('text/html'))
    expect(text, label).not.toContain(said);
  // A word of our own vocabulary may be said, and one so short proves nothing.
  const isOdd = said.trim().length > 3 && !/^[\w ]*$/.test(said);
  if (status >= 400 && isOdd) expect(text, label).not.toContain(said);
}

/** What an answer hands over: tokens, a ticket, a session, a code. Names only. */
export function gainsOf({ status, headers, text }: Answer): string[] {
  const location = headers.get('location') ?? '/';
  const carried = new URLSearchParams(location.split(/[?#]/).slice(1).join('&'));
  const inLocation = ['code', 'access_token', 'id_token'].filter((name) => carried.has(name));
  const sessions = headers.getSetCookie().filter((line) => /^(__Host-)?session=[^;]/.test(line));
  return [...inLocation, ...inPage(text), ...sessions.map(() => 'session'), ...inBody(status, headers, text)];
}

/** In a form that submits itself, or a message to the page around. */
function inPage(text: string): string[] {
  return /^<!doctype html>.*(?:name="|&quot;)(?:code|access_token|id_token)(?:"|&quot;)/s.test(text) &&
    text.includes('<script nonce=')
    ? ['code']
    : [];
}

const GAINS = [
  'access_token',
  'id_token',
  'refresh_token',
  'login_ticket',
  'auth_session',
  'request_uri',
  'sub',
  'active',
];

function inBody(status: number, headers: Headers, text: string): string[] {
  if (status >= 300 || !headers.get('content-type')?.startsWith('application/json')) return [];
  const body = JSON.parse(text) as Record<string, unknown>;
  return GAINS.filter((name) => body[name] !== undefined && body[name] !== false);
}
