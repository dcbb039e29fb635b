// One whole login of one new person, as a browser without scripts and a relying party make it: every answer is checked,
// so a figure never comes from an error page. OpenID Connect Core §3.1, RFC 7636, RFC 9207.
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { createVisitor, type Visit } from '@/tests/harness/visitor';
import type { MailSink } from '../sink/mail-sink';
import { RELYING_PARTY, type System } from '../systems/system';

/** What a journey consists of; `mail` is the wait from the page that asks for a code until the code has arrived. */
export const STEPS = ['authorize', 'identifier', 'mail', 'code', 'token', 'userinfo'] as const;

/** Milliseconds each step took, redirects on the site included. */
export type JourneyTimes = Record<(typeof STEPS)[number], number>;

/** The way through one provider. */
export type Route = Readonly<{
  /** Makes a journey with a person nobody has seen before. @throws when any answer is not as it should be */
  travel(): Promise<JourneyTimes>;
  /** The beginning of one: a person asks for a message. @throws as `travel` does */
  ask(): Promise<Asked>;
  /** Where a journey begins, for a browser that goes no further than the first page. */
  firstAddress: string;
}>;

/** A message that was asked for, and the milliseconds until the answer to the form that asked for it. */
export type Asked = Readonly<{ recipient: string; milliseconds: number }>;

/** Reads the provider's metadata. */
export async function prepareRoute(system: System, sink: MailSink): Promise<Route> {
  const metadata = await readMetadata(system.issuer);
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
  return {
    travel: () => signIn({ system, sink, metadata, keys }),
    ask: () => askForMessage(system, metadata),
    firstAddress: authorizationAddress(metadata.authorization_endpoint, system, drawRequest()),
  };
}

type Metadata = Record<
  'issuer' | 'authorization_endpoint' | 'token_endpoint' | 'userinfo_endpoint' | 'jwks_uri',
  string
>;

async function readMetadata(issuer: string): Promise<Metadata> {
  const response = await fetch(new URL('/.well-known/openid-configuration', issuer));
  const metadata = (await response.json()) as Metadata;
  expectEqual('issuer', metadata.issuer, issuer);
  return metadata;
}

type Surroundings = { system: System; sink: MailSink; metadata: Metadata; keys: JWTVerifyGetKey };

async function signIn({ system, sink, metadata, keys }: Surroundings): Promise<JourneyTimes> {
  const times: Partial<JourneyTimes> = {};
  async function timed<T>(step: keyof JourneyTimes, work: Promise<T>): Promise<T> {
    const begun = performance.now();
    const outcome = await work;
    times[step] = performance.now() - begun;
    return outcome;
  }

  const email = drawRecipient();
  const request = drawRequest();
  const browser = createVisitor(system.issuer, { headers: { 'X-Forwarded-For': drawAddress() } });
  const relyingParty = createVisitor(system.issuer);

  const address = authorizationAddress(metadata.authorization_endpoint, system, request);
  const identifierPage = await timed('authorize', browser.open(address));
  const codePage = await timed(
    'identifier',
    browser.submit(identifierPage, { press: 'Continue', fields: { identifier: email } }),
  );
  const oneTimeCode = await timed('mail', sink.waitForCode(email));
  const left = await timed(
    'code',
    browser.submit(codePage, { press: 'Continue', fields: { code: oneTimeCode } }),
  );
  const authorizationCode = readCallback(left, { state: request.state, issuer: metadata.issuer });

  const basic = Buffer.from(`${system.client.id}:${system.client.secret}`).toString('base64');
  const tokenResponse = await timed(
    'token',
    relyingParty.send(metadata.token_endpoint, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${basic}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: authorizationCode,
        redirect_uri: RELYING_PARTY.redirectUri,
        code_verifier: request.codeVerifier,
      }).toString(),
    }),
  );
  const tokens = await readJson(tokenResponse);
  const { payload } = await jwtVerify(tokens.id_token ?? '', keys, {
    issuer: metadata.issuer,
    audience: system.client.id,
  });
  expectEqual('nonce', payload.nonce, request.nonce);

  const userinfoResponse = await timed(
    'userinfo',
    relyingParty.send(metadata.userinfo_endpoint, {
      headers: { Authorization: `Bearer ${tokens.access_token}` },
    }),
  );
  const person = await readJson(userinfoResponse);
  expectEqual('sub', person.sub, payload.sub);
  expectEqual('email', person.email, email);
  return times as JourneyTimes;
}

async function askForMessage(system: System, metadata: Metadata): Promise<Asked> {
  const recipient = drawRecipient();
  const browser = createVisitor(system.issuer, { headers: { 'X-Forwarded-For': drawAddress() } });
  const page = await browser.open(
    authorizationAddress(metadata.authorization_endpoint, system, drawRequest()),
  );
  const { url, ...form } = await browser.compose(page, {
    press: 'Continue',
    fields: { identifier: recipient },
  });
  const begun = performance.now();
  const answer = await browser.send(url, form);
  const milliseconds = performance.now() - begun;
  expectEqual('answer', answer.status, 303);
  return { recipient, milliseconds };
}

function authorizationAddress(
  endpoint: string,
  { client }: System,
  { state, nonce, codeVerifier }: ReturnType<typeof drawRequest>,
): string {
  const address = new URL(endpoint);
  address.search = new URLSearchParams({
    client_id: client.id,
    redirect_uri: RELYING_PARTY.redirectUri,
    response_type: 'code',
    scope: RELYING_PARTY.scope,
    state,
    nonce,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return address.href;
}

function readCallback(visit: Visit, expected: { state: string; issuer: string }): string {
  const { leavesTo } = visit;
  if (leavesTo === null)
    throw new Error(`The code led to ${visit.status} ${visit.url.pathname}: ${visit.text}`);
  const answer = leavesTo.searchParams;
  expectEqual('callback', leavesTo.origin + leavesTo.pathname, RELYING_PARTY.redirectUri);
  expectEqual('state', answer.get('state'), expected.state);
  expectEqual('iss', answer.get('iss'), expected.issuer);
  const authorizationCode = answer.get('code');
  if (authorizationCode === null) throw new Error(`The callback says ${answer.get('error')}.`);
  return authorizationCode;
}

async function readJson(response: Response): Promise<Record<string, string>> {
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} instead of 200: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

function expectEqual(name: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${name} is ${String(found)} and should be ${String(expected)}.`);
}

const drawRecipient = () => `${randomBytes(8).toString('hex')}@example.com`;
const draw = () => randomBytes(32).toString('base64url');
const drawRequest = () => ({ state: draw(), nonce: draw(), codeVerifier: draw() });

/** An IPv4 address of somebody's own; limits count by it. */
const drawAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
