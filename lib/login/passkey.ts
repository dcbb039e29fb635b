// Passkeys: what is kept of one, what a browser sends that answers with one or makes one, and the ports behind which both are
// checked and kept. A passkey stands for the identity that was proven when it was made, as a code to that address would, and
// goes where that identity goes (docs/decisions/0049). Web Authentication Level 3 §4, §7.
import { z } from 'zod';
import type { NeededConsent } from '@/lib/oidc/consent';
import type { Whereabouts } from '@/lib/oidc/whereabouts';
import type { NewAuthorization } from './authorization';
import type { LoggedSubject } from './challenge';
import type { Channel } from './identifier';
import type { RequestContext } from './request-context';
import type { NewSession } from './session';

/** More than a person has devices. */
export const PASSKEYS_MAX = 20;

export type PasskeyDeviceType = 'single_device' | 'multi_device';

/** A passkey as its owner and operators see it. */
export type Passkey = Readonly<{
  /** `passkey|dev_` and 16 characters, as Auth0 shapes it. */
  id: string;
  /** base64url, as browsers name it. */
  credentialId: string;
  /** COSE_Key. */
  publicKey: Uint8Array<ArrayBuffer>;
  name: string;
  aaguid: string;
  transports: readonly string[];
  deviceType: PasskeyDeviceType;
  isBackedUp: boolean;
  userHandle: string;
  userAgent: string | null;
  /** The identity it stands for. */
  identity: Readonly<{ provider: Channel; userId: string }>;
  createdAt: Date;
  lastUsedAt: Date | null;
}>;

/** What an answer is checked against. */
export type PasskeyKey = Pick<Passkey, 'credentialId' | 'publicKey' | 'userHandle'>;

/** What an authenticator made. */
export type NewCredential = Pick<
  Passkey,
  'credentialId' | 'publicKey' | 'aaguid' | 'transports' | 'deviceType' | 'isBackedUp'
> &
  Readonly<{ signCount: number; challenge: string }>;

const binary = z.base64url().min(1).max(8192);
/** CTAP allows 1023 bytes; what is kept in a cookie for a while is far shorter. */
const credentialId = z.base64url().min(1).max(1364);

/** AuthenticationResponseJSON (§5.8): what a browser sends that was asked for a passkey. */
const passkeyAnswer = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: binary,
    authenticatorData: binary,
    signature: binary,
    /** Always there where no account was named (§7.2, step 6). */
    userHandle: binary,
  }),
});

/** RegistrationResponseJSON (§5.1): what a browser sends that made one. */
const createdPasskey = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: binary,
    attestationObject: binary,
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(8)
      .default([]),
  }),
});

export type PasskeyAnswer = z.output<typeof passkeyAnswer>;
export type CreatedPasskey = z.output<typeof createdPasskey>;

/** @param text JSON of a form's field. Null: it is nothing a browser would send */
export function parsePasskeyAnswer(text: string): PasskeyAnswer | null {
  return parse(passkeyAnswer, text);
}

/** @param text JSON of a form's field. Null: it is nothing a browser would send */
export function parseCreatedPasskey(text: string): CreatedPasskey | null {
  return parse(createdPasskey, text);
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | null {
  if (text.length > FIELD_MAX_LENGTH) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** An answer is one thousand characters; one that was made may show its make by certificates. */
const FIELD_MAX_LENGTH = 16_384;

/**
 * The port to Web Authentication itself: which questions are asked, and whether an answer is genuine. The Relying Party is the
 * issuer: its host is the RP ID, its origin the only one that answers may come from (§7.2). User verification is
 * demanded: a passkey alone signs somebody in.
 */
export type PasskeyCeremonies = Readonly<{
  /** JSON for `parseRequestOptionsFromJSON`. No account is named: the browser knows which passkeys it has. */
  askForOne(challenge: string): Promise<string>;
  /** JSON for `parseCreationOptionsFromJSON`. */
  askToCreate(
    asked: Readonly<{
      challenge: string;
      userHandle: string;
      /** By what the person knows their account. */
      accountName: string;
      /** Authenticators that hold one of these make no other. */
      held: readonly Pick<Passkey, 'credentialId' | 'transports'>[];
    }>,
  ): Promise<string>;
  /** Null: it is not of this passkey, of another site, or not to a challenge of ours. */
  verifyAnswer(
    answer: PasskeyAnswer,
    against: Readonly<{ key: PasskeyKey; isChallenge(challenge: string): boolean }>,
  ): Promise<Readonly<{ challenge: string; signCount: number; isBackedUp: boolean }> | null>;
  verifyCreated(
    created: CreatedPasskey,
    against: Readonly<{ isChallenge(challenge: string): boolean }>,
  ): Promise<NewCredential | null>;
}>;

export type PasskeySignIn = Readonly<{
  credentialId: string;
  /** What was answered: each is answered once. */
  challenge: string;
  challengeExpiresAt: Date;
  /** As the authenticator says now. */
  signCount: number;
  isBackedUp: boolean;
  clientId: string;
  /** What the client's people may sign in by: of an identity of another kind the passkey is no use. */
  offered: readonly Readonly<{ name: string; strategy: Channel }>[];
  session: NewSession;
  /** Cookie value of the session this browser had until now: the same person goes on with it, another's is ended. */
  replacedSessionSecret: string | null;
  authorization: NewAuthorization;
  /** What the person must have allowed for that; null where nobody has to be asked. */
  consent: NeededConsent | null;
  context: RequestContext;
}>;

export type PasskeyUsed = Readonly<
  | {
      kind: 'signed_in';
      accountId: string;
      sessionId: string;
      /** Of the identity it stands for. */
      identifier: Readonly<{ channel: Channel; canonical: string }>;
      /** False: the client may not have what it asks for yet, and was given nothing. */
      isPermitted: boolean;
    }
  /** Known, but an operator blocked the account. */
  | { kind: 'blocked' }
  /** No such passkey, none for this client, answered before, or its count did not go on: it may have been copied. */
  | { kind: 'refused' }
>;

export type PasskeyStore = Readonly<{
  /** What an answer of it is checked against; null where it opens nothing. Writes nothing. */
  findKey(credentialId: string): Promise<PasskeyKey | null>;
  /**
   * Uses a passkey whose answer is genuine, in one conditional statement: of any number of the same answer over any number of
   * processes one signs in, and a count that does not go on signs nobody in (§7.2, step 22). It then writes session,
   * authorization and audit event as the proof of an identifier does.
   */
  signIn(signIn: PasskeySignIn): Promise<PasskeyUsed>;
  /**
   * Keeps a passkey for the identity of that account, while the account has fewer than PASSKEYS_MAX, however many are made at
   * once, in one conditional statement with the audit event. False where it is known, the challenge was answered before, or the
   * identity is not that account's, or not proven.
   */
  add(
    added: Readonly<{
      id: string;
      name: string;
      userHandle: string;
      credential: NewCredential;
      challengeExpiresAt: Date;
      accountId: string;
      identity: Readonly<{ channel: Channel; canonical: string }>;
      clientId: string;
      logged: LoggedSubject;
      context: RequestContext;
    }>,
  ): Promise<boolean>;
  /** Those that open an account, the oldest first. */
  list(accountId: string): Promise<Passkey[]>;
  /** Ends one of an account's passkeys, or all; how many that were. What was begun by them goes on. */
  remove(
    which: Readonly<{ accountId: string; id: string | null }>,
    by: Whereabouts & Readonly<{ now: Date }>,
  ): Promise<number>;
  /** Whether there is any. */
  exist(): Promise<boolean>;
}>;
