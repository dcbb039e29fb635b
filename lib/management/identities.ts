// The identities of a user: others are linked to the main one, and unlinked again. An operator may link any two users; a person
// their own, with an ID token of the other one that their own client was given for a proof of just now.
// auth0-contract §5.4; security LNK-1, MGT-2.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { z } from 'zod';
import {
  type AccountLinkStore,
  type IdentityName,
  LINK_FRESHNESS_SECONDS,
  mainIdentityOf,
} from '@/lib/login/account-links';
import type { Account, ChangeOrigin } from '@/lib/login/account-register';
import type { ChangeDeps } from '@/lib/login/change-identifier';
import type { ConnectionStore } from '@/lib/login/connection';
import {
  type IdentityNotices,
  identityNoticeMessages,
  prepareIdentityNotices,
} from '@/lib/login/identity-notices';
import type { TokenSigner } from '@/lib/oidc/token-signer';
import { MAX_BYTES } from '@/lib/oidc/vocabulary';
import type { Caller } from './caller';
import { fieldsOf, oneOf, text } from './fields';
import { insufficientScope, ManagementProblem, notSupported } from './problem';
import { badBody } from './route';
import { describeUser, type UserDocument } from './user-document';
import { ACCOUNT_ID, chosenUserId, noSuchUser, readChosenId, type UsersDeps } from './users';

export type IdentitiesDeps = Pick<UsersDeps, 'accounts' | 'sendLater'> &
  Readonly<{
    links: AccountLinkStore;
    connections: ConnectionStore;
    changes: Pick<ChangeDeps, 'random' | 'codes' | 'hashSubject' | 'applicationNameOf'>;
    signingKeys: Pick<TokenSigner, 'verify'>;
    issuer: string;
    clock: () => Date;
  }>;

/** Who links or unlinks, and in which language the addresses of the account are told. */
type Asker = Readonly<{ caller: Caller; origin: ChangeOrigin; language: string }>;

export const newIdentityBody = fieldsOf({
  provider: oneOf(['email', 'sms']).optional(),
  /** With the provider before it, or without. */
  user_id: chosenUserId().optional(),
  connection_id: text(1, 64).optional(),
  /** An ID token of the user that becomes part of the caller. */
  link_with: text(1, MAX_BYTES.jwt).optional(),
});

export type NewIdentityBody = z.output<typeof newIdentityBody>;

type Identities = UserDocument['identities'];

/**
 * Makes another user part of this one, which keeps its id, profile and metadata. The other one ends.
 * @throws {ManagementProblem} 400 that names the field, 401, 404, 409
 */
export async function linkIdentity(
  deps: IdentitiesDeps,
  { id, body, ...asker }: { id: string; body: NewIdentityBody } & Asker,
): Promise<Identities> {
  const { caller, origin } = asker;
  if (!ACCOUNT_ID.test(id)) throw noSuchUser();
  const secondary =
    caller.kind === 'person' ? await readOwnSecondary(deps, caller, body) : await readSecondary(deps, body);
  const notices = await noticesOf(deps, { id, kind: 'identity_added', ...asker });
  const linked = await deps.links.link({ accountId: id, secondary, notices, origin });
  switch (linked.kind) {
    case 'linked':
      identityNoticeMessages(notices, linked.told).forEach(deps.sendLater);
      return identitiesOf(linked.account);
    case 'same':
      throw new ManagementProblem(400, 'invalid_body', 'Main identity and the new one are the same.');
    case 'not_found':
      throw noSuchUser();
    case 'no_secondary':
      throw new ManagementProblem(404, 'inexistent_user', 'The user to be linked does not exist.');
    case 'already_linked':
      throw new ManagementProblem(409, 'identity_conflict', 'The identity is linked already.');
    case 'blocked':
      throw notSupported('A user who is blocked is linked to nobody.');
  }
}

/**
 * Makes a linked identity a user of its own again, without metadata.
 * @throws {ManagementProblem} 400, 404
 */
export async function unlinkIdentity(
  deps: IdentitiesDeps,
  asked: { id: string; provider: string; userId: string } & Asker,
): Promise<Identities> {
  if (!ACCOUNT_ID.test(asked.id)) throw noSuchUser();
  const identity = nameOf(`${asked.provider}|${asked.userId}`) ?? nameOf(asked.userId);
  if (identity === null || identity.provider !== asked.provider) throw noSuchIdentity();
  const { id: accountId, origin } = asked;
  const notices = await noticesOf(deps, { ...asked, kind: 'identity_removed' });
  const unlinked = await deps.links.unlink({ accountId, identity, notices, origin });
  switch (unlinked.kind) {
    case 'unlinked':
      identityNoticeMessages(notices, unlinked.told).forEach(deps.sendLater);
      return identitiesOf(unlinked.account);
    case 'main':
      throw new ManagementProblem(400, 'operation_not_supported', 'Main identity cannot be removed.');
    case 'not_found':
      throw noSuchUser();
    case 'not_linked':
      throw noSuchIdentity();
  }
}

/** What the addresses of the account are told. From where an operator asked is nothing to them. */
async function noticesOf(
  deps: IdentitiesDeps,
  { id, kind, caller, origin, language }: { id: string; kind: IdentityNotices['kind'] } & Asker,
): Promise<IdentityNotices | null> {
  const isTheirs = caller.kind === 'person';
  return prepareIdentityNotices(
    { ...deps.changes, connections: deps.connections },
    {
      account: await deps.accounts.find(id),
      kind,
      clientId: isTheirs ? caller.clientId : null,
      context: {
        ip: isTheirs ? origin.ip : null,
        userAgent: isTheirs ? origin.userAgent : null,
        knownBrowserId: null,
        language,
        now: origin.now,
      },
    },
  );
}

function identitiesOf(account: Account): Identities {
  return describeUser(account).identities;
}

function noSuchIdentity(): ManagementProblem {
  return new ManagementProblem(404, 'inexistent_identity', 'The user has no such identity.');
}

/** The identity that an account id names; null for what is none. */
function nameOf(accountId: string): IdentityName | null {
  return ACCOUNT_ID.test(accountId) ? mainIdentityOf(accountId) : null;
}

/** The user whom an operator names. @throws {ManagementProblem} 400 */
async function readSecondary(deps: IdentitiesDeps, body: NewIdentityBody): Promise<IdentityName> {
  const { provider, user_id: userId, connection_id: connectionId, link_with: linkWith } = body;
  if (linkWith !== undefined)
    throw badBody('link_with', 'is for the token of a person: name provider and user_id');
  if (provider === undefined) throw badBody('provider', 'must be there');
  if (userId === undefined) throw badBody('user_id', 'must be there');
  if (connectionId !== undefined) {
    const connection = (await deps.connections.all()).find((candidate) => candidate.id === connectionId);
    if (connection === undefined)
      throw new ManagementProblem(400, 'inexistent_connection', 'Connection does not exist.');
    if (connection.strategy !== provider)
      throw badBody('connection_id', `must be one whose strategy is ${provider}`);
  }
  return { provider, userId: readChosenId(provider, userId) ?? '' };
}

// ---- A person's own -------------------------------------------------------------------------------------------------

/** The user whom a person proves to be as well. @throws {ManagementProblem} 400, 401, 403 */
async function readOwnSecondary(
  deps: IdentitiesDeps,
  caller: Caller,
  body: NewIdentityBody,
): Promise<IdentityName> {
  const { link_with: idToken, ...others } = body;
  // By its name anybody could be taken in.
  if (Object.values(others).some((value) => value !== undefined)) throw insufficientScope(['update:users']);
  if (idToken === undefined) throw badBody('link_with', 'must be there');
  const bound = new Date(deps.clock().getTime() - LINK_FRESHNESS_SECONDS * 1000);
  if (caller.provenAt === undefined || caller.provenAt < bound) throw mustSignInAgain();
  return readIdToken(deps, { idToken, clientId: caller.clientId, bound });
}

/** The session of a browser that somebody left open, or a token that was taken, is no proof. @see RFC 9470 §3 */
function mustSignInAgain(): ManagementProblem {
  const words = `Linking needs a sign-in of the last ${LINK_FRESHNESS_SECONDS / 60} minutes.`;
  return new ManagementProblem(401, 'recent_proof_required', words, {
    'WWW-Authenticate': `Bearer error="insufficient_user_authentication", error_description="${words}", max_age="${LINK_FRESHNESS_SECONDS}"`,
  });
}

/** Whose ID token it is: ours, for that client, and of a proof since `bound`. @throws {ManagementProblem} 400 */
async function readIdToken(
  deps: IdentitiesDeps,
  { idToken, clientId, bound }: { idToken: string; clientId: string | null; bound: Date },
): Promise<IdentityName> {
  const said = readUnverified(idToken);
  if (said === null) throw badToken('is no JWT.');
  if (said.alg !== 'RS256') throw badToken('must have an alg of RS256.');
  if (said.iss !== deps.issuer) throw badToken('must have the same issuer as the calling user.');
  const claims = await deps.signingKeys.verify(idToken, { typ: 'JWT' });
  if (claims === null) throw badToken('is not signed by this issuer, or has expired.');
  const { aud, sub, sid = null, iat } = claims;
  if (clientId === null || aud !== clientId)
    throw badToken("must have an aud claim that matches that of the calling token's azp.");
  const secondary = typeof sub === 'string' ? nameOf(sub) : null;
  if (secondary === null || (sid !== null && typeof sid !== 'string')) throw badToken('is no ID token.');
  const provenAt = await deps.links.findLastProof({ accountId: String(sub), sessionId: sid });
  const isOfNow = typeof iat === 'number' && iat * 1000 >= bound.getTime();
  if (!isOfNow || provenAt === null || provenAt < bound)
    throw badToken(`must be of a sign-in of the last ${LINK_FRESHNESS_SECONDS / 60} minutes.`);
  return secondary;
}

function badToken(sentence: string): ManagementProblem {
  return new ManagementProblem(400, 'invalid_body', `JWT (link_with) ${sentence}`);
}

/** What a token says of itself, for the right words; nothing is believed. */
function readUnverified(token: string): Readonly<{ alg: unknown; iss: unknown }> | null {
  try {
    return { alg: decodeProtectedHeader(token).alg, iss: decodeJwt(token).iss };
  } catch {
    return null;
  }
}
