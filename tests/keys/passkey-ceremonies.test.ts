// Which answers of authenticators are genuine: of this site, to our question, with the owner there. Web Authentication §7.1, §7.2.
import { describe, expect, it } from 'vitest';
import { canHavePasskeys, createPasskeyCeremonies } from '@/lib/keys/passkey-ceremonies';
import { type PasskeyKey, parseCreatedPasskey, parsePasskeyAnswer } from '@/lib/login/passkey';
import { isPasskeyChallenge, passkeyChallenge } from '@/lib/login/passkey-challenge';
import { createAuthenticator } from '../harness/authenticator';
import { box, nextBox, rotatedBox } from '../store/conformance/stores';

const ORIGIN = 'https://login.example.com';
const NOW = new Date('2026-11-20T12:20:00Z');
const INTERACTION = { id: 'interaction-1' };
const SIGN_IN = { use: 'sign_in', interaction: INTERACTION } as const;
const CREATE = { use: 'create', interaction: INTERACTION } as const;
const USER_HANDLE = 'dXNlcg';

const ceremonies = createPasskeyCeremonies({ origin: ORIGIN, name: () => 'Acme' });
const challengeIn = (options: string): string => JSON.parse(options).challenge;
const isAsked = (question: typeof SIGN_IN | typeof CREATE) => (challenge: string) =>
  isPasskeyChallenge(box, question, { challenge, now: NOW });

const asked = () => ceremonies.askForOne(passkeyChallenge(box, SIGN_IN, NOW)).then(challengeIn);
const askedToCreate = () =>
  ceremonies
    .askToCreate({
      challenge: passkeyChallenge(box, CREATE, NOW),
      userHandle: USER_HANDLE,
      accountName: 'ann@example.com',
      held: [],
    })
    .then(challengeIn);

async function create(said: Partial<Parameters<ReturnType<typeof createAuthenticator>['create']>[0]> = {}) {
  const authenticator = createAuthenticator();
  const created = parseCreatedPasskey(
    authenticator.create({ challenge: await askedToCreate(), origin: ORIGIN, ...said }),
  );
  const credential = created && (await ceremonies.verifyCreated(created, { isChallenge: isAsked(CREATE) }));
  return { authenticator, credential };
}

async function held() {
  const { authenticator, credential } = await create();
  if (credential === null) throw new Error('Not created.');
  const key: PasskeyKey = { ...credential, userHandle: USER_HANDLE };
  const verify = async (
    said: Partial<Parameters<typeof authenticator.answer>[0]> = {},
    from = authenticator,
  ) => {
    const answer = parsePasskeyAnswer(
      from.answer({ challenge: await asked(), origin: ORIGIN, userHandle: USER_HANDLE, ...said }),
    );
    return answer && ceremonies.verifyAnswer(answer, { key, isChallenge: isAsked(SIGN_IN) });
  };
  return { key, verify };
}

describe('what a browser is asked', () => {
  it('is for a discoverable passkey of the issuer’s host, with its owner there, and names no account', async () => {
    expect(JSON.parse(await ceremonies.askForOne('c'))).toEqual({
      rpId: 'login.example.com',
      challenge: 'Yw',
      timeout: 600_000,
      userVerification: 'required',
    });
    expect(
      JSON.parse(
        await ceremonies.askToCreate({
          challenge: 'c',
          userHandle: USER_HANDLE,
          accountName: 'ann@example.com',
          held: [{ credentialId: 'aWQ', transports: ['internal'] }],
        }),
      ),
    ).toMatchObject({
      rp: { id: 'login.example.com', name: 'Acme' },
      user: { id: USER_HANDLE, name: 'ann@example.com' },
      excludeCredentials: [{ id: 'aWQ' }],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
    });
  });

  it('is asked only where the host is a name', () => {
    expect(['http://localhost:3000', ORIGIN].every(canHavePasskeys)).toBe(true);
    expect(['http://127.0.0.1:3000', 'http://[::1]:3000'].some(canHavePasskeys)).toBe(false);
  });
});

describe('a passkey', () => {
  it('that was made here answers here', async () => {
    const { verify } = await held();
    expect(await verify({ signCount: 7 })).toMatchObject({
      signCount: 7,
      isBackedUp: false,
    });
  });

  it.each([
    ['of another origin', { origin: 'https://login.example.com.evil.test' }],
    ['of a sub-domain', { origin: 'https://www.login.example.com', rpId: 'login.example.com' }],
    ['of another port', { origin: 'https://login.example.com:8443', rpId: 'login.example.com' }],
    ['of another scheme', { origin: 'http://login.example.com' }],
    ['of another Relying Party', { rpId: 'evil.test' }],
    ['without its owner', { isVerified: false }],
    ['of a challenge that nobody gave', { challenge: 'bm9ib2R5' }],
  ])('%s is neither made nor answers', async (_, said) => {
    expect((await create(said)).credential).toBeNull();
    const { verify } = await held();
    expect(await verify(said)).toBeNull();
  });

  it('of somebody else, or of another account’s handle or none, does not answer', async () => {
    const { verify } = await held();
    for (const userHandle of ['b3RoZXI', null]) expect(await verify({ userHandle })).toBeNull();
    expect(await verify({}, createAuthenticator())).toBeNull();
  });

  it('SRF-1: is not asked what it is made by: certificates name addresses that would be fetched', async () => {
    const statement = new Map<string, unknown>([
      ['alg', -7],
      ['sig', new Uint8Array(8)],
      ['x5c', [new Uint8Array(8)]],
    ]);
    for (const format of ['android-key', 'android-safetynet', 'apple', 'fido-u2f', 'packed', 'tpm'])
      expect((await create({ attestation: { format, statement } })).credential).not.toBeNull();
  });

  it('is not made under another name than its authenticator’s, of whatever length that is', async () => {
    const text = createAuthenticator().create({ challenge: await askedToCreate(), origin: ORIGIN });
    const created = parseCreatedPasskey(
      JSON.stringify({ ...JSON.parse(text), id: 'b3RoZXI', rawId: 'b3RoZXI' }),
    );
    expect(created).not.toBeNull();
    expect(created && (await ceremonies.verifyCreated(created, { isChallenge: isAsked(CREATE) }))).toBeNull();
  });

  it('is not made of an answer to the question who it is, nor the other way round', async () => {
    expect((await create({ challenge: await asked() })).credential).toBeNull();
    const { verify } = await held();
    expect(await verify({ challenge: await askedToCreate() })).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', '[]'],
    ['parts that are no texts', '{"id":1,"rawId":{},"type":"public-key","response":[]}'],
    [
      'an operator in the place of its name (OTP-14)',
      '{"id":{"not":""},"rawId":"AA","type":"public-key","response":{}}',
    ],
    ['too much', `"${'a'.repeat(20_000)}"`],
  ])('is not %s', (_, text) => {
    expect(parsePasskeyAnswer(text)).toBeNull();
    expect(parseCreatedPasskey(text)).toBeNull();
  });
});

describe('a question', () => {
  const challenge = passkeyChallenge(box, SIGN_IN, NOW);
  const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

  it('counts in the interaction that asked, for ten minutes, and while SECRET is being replaced', () => {
    const counts = (now: Date, question: Parameters<typeof isPasskeyChallenge>[1] = SIGN_IN, hashes = box) =>
      isPasskeyChallenge(hashes, question, { challenge, now });
    expect(counts(later(600))).toBe(true);
    expect(counts(later(601))).toBe(false);
    expect(counts(later(-120))).toBe(false);
    expect(counts(NOW, { use: 'sign_in', interaction: { id: 'interaction-2' } })).toBe(false);
    expect(counts(NOW, CREATE)).toBe(false);
    expect(counts(NOW, SIGN_IN, rotatedBox)).toBe(true);
    expect(counts(NOW, SIGN_IN, nextBox)).toBe(false);
  });

  it('that was changed is none', () => {
    for (const changed of [
      `${challenge}.`,
      `0${challenge}`,
      challenge.slice(0, -1),
      challenge.replace('.', ''),
      '',
    ])
      expect(isPasskeyChallenge(box, SIGN_IN, { challenge: changed, now: NOW })).toBe(false);
  });
});
