// An interaction: one login in progress, in one tab of one browser. It travels sealed in that browser's cookie, so an
// unauthenticated request writes no row, and two tabs are two interactions. Knows nothing of cookies or pages.
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import type { ErrorCode } from '@/lib/oidc/errors';
import type { Issued } from '@/lib/oidc/front-channel';
import type { SendMode } from './connection';
import type { Channel } from './identifier';
import { CODE_LIFETIME_SECONDS } from './one-time-code';
import type { LoginProblem } from './problems';

/** How long a login may take, from /authorize to the code. */
export const INTERACTION_LIFETIME_SECONDS = 3600;

/** A question that was asked: what the code page shows and what an answer is checked against. */
export type AskedChallenge = Readonly<{
  challengeId: string;
  /** Canonical identifier, and the form the person typed, for going back. */
  identifier: string;
  typedForm: string;
  channel: Channel;
  connection: string;
  /** What the message carries. */
  sendMode: SendMode;
  /** Where the message went, as shown: `m***@example.com`. */
  maskedRecipient: string;
  /** Two characters that tell this message from an older one. */
  reference: string;
  codeLength: number;
  /** Seconds a code or link of this connection lives. */
  codeLifetimeSeconds: number;
  /** Which SECRET the codes derive from. */
  pepperId: string;
  /** Number of the newest code. */
  generation: number;
  /** Messages asked for so far. */
  sends: number;
  /** Milliseconds since 1970: plain JSON survives sealing. */
  sentAt: number;
  resendAllowedAt: number;
}>;

export type Interaction = Readonly<{
  /** 128 random bits, base64url: names the interaction in the URL and the cookie. */
  id: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  request: AuthorizationRequest;
  /** What happened last, shown once the browser has been redirected (post/redirect/get). */
  outcome: LoginProblem | Readonly<{ kind: 'sent_again'; newCode: boolean }> | null;
  /** What is being asked, or null while the identifier is not known. */
  asked: AskedChallenge | null;
  /** Typed before it was accepted, so that a correction does not start from nothing. */
  typedForm: string | null;
  /** The connection the person turned to, where the client offers several; null for the first page. */
  chosenConnection: string | null;
  /** ISO 3166-1 alpha-2 of the person's numbers, as chosen on the page; null until then. */
  chosenCountry: string | null;
  /** BCP 47 tag the person chose on a page; null leaves it to request and browser. */
  chosenLanguage: string | null;
  /** The link was opened in this browser and proved the identifier: a session is here, the client waits for its code. */
  provenByLink: boolean;
  /** Whose person is asked whether the client may have what it asks for: somebody has proven who they are. */
  sessionId: string | null;
  /** Set when it ended: a tab that comes back is told so. */
  finished: 'signed_in' | 'too_many_tries' | 'cancelled' | null;
  /** On its way to the client by form_post: the one page that carries it out of here reads it. */
  issued: Issued | null;
  /** The same where the client is told that it gets nothing. */
  refusal: Refusal | null;
}>;

/** What a client is told in the place of an answer. */
export type Refusal = Readonly<{ error: ErrorCode; description: string }>;

/** What a login has before anything was asked, said or chosen. */
const UNTOUCHED = {
  outcome: null,
  asked: null,
  typedForm: null,
  chosenConnection: null,
  chosenCountry: null,
  chosenLanguage: null,
  provenByLink: false,
  sessionId: null,
  finished: null,
  issued: null,
  refusal: null,
} satisfies Partial<Interaction>;

/** A login that begins, or, where a session says who it is, a question of consent. */
export function newInteraction(
  begun: Pick<Interaction, 'id' | 'createdAt' | 'request'> & Partial<Pick<Interaction, 'sessionId'>>,
): Interaction {
  return { ...UNTOUCHED, ...begun, typedForm: begun.request.loginHint };
}

/**
 * An interaction as its cookie held it: sealed by us, but perhaps by an older version, whose messages carried a code only. A
 * login in progress survives an upgrade.
 */
export function completeInteraction(held: Interaction): Interaction {
  const asked = held.asked && {
    ...held.asked,
    sendMode: held.asked.sendMode ?? 'code',
    codeLifetimeSeconds: held.asked.codeLifetimeSeconds ?? CODE_LIFETIME_SECONDS,
  };
  const { audience = null, responseType = ['code'], webTokenLifetimeSeconds = null } = held.request;
  const request = { ...held.request, audience, responseType, webTokenLifetimeSeconds };
  return { ...UNTOUCHED, ...held, request, asked };
}
