// What operators change of users, and the little that people change of their own; a new address or number can be proven first.
// auth0-contract §5.3; security IDN-*, LNK-2 to LNK-4, MGT-2.
import type { z } from 'zod';
import {
  type Account,
  type AccountChange,
  METADATA_MAX_BYTES,
  type Profile,
} from '@/lib/login/account-register';
import { beginChange } from '@/lib/login/change-identifier';
import type { Connection } from '@/lib/login/connection';
import type { Identifier } from '@/lib/login/identifier';
import type { Caller } from './caller';
import { fieldsOf, flag, metadata, text } from './fields';
import { ManagementProblem } from './problem';
import { badBody } from './route';

import { describeUser, identityOf, type UserDocument } from './user-document';
import {
  CONNECTION_NAME_MAX,
  loadAccount,
  loadConnection,
  noSuchUser,
  profileFields,
  profileFrom,
  readEmail,
  readPhoneNumber,
  type SentIdentifier,
  type SentProfile,
  typedIdentifier,
  type UsersDeps,
} from './users';

export const userChangeBody = fieldsOf({
  email: typedIdentifier().optional(),
  email_verified: flag().optional(),
  /** True: the address takes the place of the old one once somebody proves it with a code that goes there. */
  verify_email: flag().optional(),
  phone_number: typedIdentifier().optional(),
  phone_verified: flag().optional(),
  verify_phone_number: flag().optional(),
  ...profileFields,
  user_metadata: metadata().optional(),
  app_metadata: metadata().optional(),
  blocked: flag().optional(),
  /** Whose senders a message goes by; Auth0's clients name it. It has to fit what is changed. */
  connection: text(1, CONNECTION_NAME_MAX).optional(),
  /** In whose name a message is sent. */
  client_id: text(1, 64).optional(),
});

export type UserChangeBody = z.output<typeof userChangeBody>;

/** What people may change of their own (LNK-3). */
const OWN_FIELDS = ['user_metadata'];

/**
 * Changes what is named, and leaves the rest. An address or number that is to be proven first is sent a code; the user keeps the
 * old one until then.
 * @throws {ManagementProblem} 400 that names the field, 403, 404, 409, 429
 */
export async function updateUser(
  deps: Pick<UsersDeps, 'accounts' | 'connections' | 'clock' | 'changes' | 'sendLater'>,
  { id, caller, language, ...body }: UserChangeBody & { id: string; caller: Caller; language: string },
): Promise<UserDocument> {
  const { connection: connectionName, client_id: clientId, ...changes } = body;
  const named = Object.keys(changes).filter((field) => changes[field as keyof typeof changes] !== undefined);
  if (named.length === 0) throw badBody('the body', 'must name something to change');
  if (caller.kind === 'person' && named.some((field) => !OWN_FIELDS.includes(field)))
    throw new ManagementProblem(
      403,
      'insufficient_scope',
      'Insufficient scope, expected any of: update:users',
    );

  const account = await loadAccount(deps, id);
  const identifier = readTypedIdentifier(account, body);
  const connection = await readConnection(deps, { name: connectionName, identifier });
  if (identifier !== null && connection !== null && isProvenFirst(body, named)) {
    await askForProof(deps, { account, identifier, connection, clientId, language });
    return describeUser(account);
  }
  const changed = await deps.accounts.change(
    id,
    readChange(account, { ...changes, identifier }),
    deps.clock(),
  );
  switch (changed.kind) {
    case 'changed':
      return describeUser(changed.account);
    case 'not_found':
      throw noSuchUser();
    case 'metadata_too_large':
      throw badBody(
        'metadata',
        `may hold ${METADATA_MAX_BYTES / 1024} KiB at most, with what is there already`,
      );
    case 'identifier_taken':
      throw alreadyThere(body);
    case 'no_identity':
      throw hasNone(newWord(body));
  }
}

function alreadyThere(body: SentIdentifier): ManagementProblem {
  return new ManagementProblem(409, 'auth0_idp_error', `The specified new ${newWord(body)} already exists`);
}

const newWord = ({ email }: { email?: string | undefined }) =>
  email === undefined ? 'phone_number' : 'email';

function readChange(
  account: Account,
  body: Omit<UserChangeBody, 'connection' | 'client_id'> & { identifier: Identifier | null },
): AccountChange {
  const { identifier } = body;
  const profile = Object.entries(profileFrom(body)).filter(
    ([field]) => body[WIRE_NAMES[field as keyof Profile]] !== undefined,
  );
  const isVerified = (identifier?.channel === 'sms' ? body.phone_verified : body.email_verified) ?? false;
  return {
    profile: Object.fromEntries(profile),
    isVerified: readVerified(account, body),
    // What somebody proved stays proven where it is the one there is.
    ...(identifier !== null &&
      !isHeld(account, identifier) && { identifier: placeOf(identifier, isVerified) }),
    ...(body.user_metadata && { userMetadata: body.user_metadata }),
    ...(body.app_metadata && { appMetadata: body.app_metadata }),
    ...(body.blocked !== undefined && { isBlocked: body.blocked }),
  };
}

function placeOf({ channel, canonical, typedForm }: Identifier, isVerified: boolean) {
  return { provider: channel, identifier: canonical, typedForm, isVerified };
}

/**
 * Whether a new address or number is to be proven before it counts (FRM-9). That is asked by itself: of a request that is
 * refused nothing has happened, and a code that went out cannot be taken back.
 */
function isProvenFirst(body: UserChangeBody, named: readonly string[]): boolean {
  const field = body.email === undefined ? 'phone_number' : 'email';
  const wish = `verify_${field}` as const;
  const foreign = named.find((name) => name !== field && name !== wish);
  if (!body[wish]) return false;
  if (foreign === undefined) return true;
  throw badBody(foreign, `has no place beside ${wish}: it takes a request of its own`);
}

const WIRE_NAMES = {
  name: 'name',
  nickname: 'nickname',
  givenName: 'given_name',
  familyName: 'family_name',
  picture: 'picture',
} as const satisfies Record<keyof Profile, keyof SentProfile>;

/** What an operator vouches for of what the account has already. */
function readVerified(account: Account, body: SentIdentifier): NonNullable<AccountChange['isVerified']> {
  const { email_verified: email, phone_verified: sms } = body;
  if (email !== undefined && identityOf(account, 'email') === null) throw hasNone('email');
  if (sms !== undefined && identityOf(account, 'sms') === null) throw hasNone('phone_number');
  return { ...(email !== undefined && { email }), ...(sms !== undefined && { sms }) };
}

/** The address or number that is named, of a kind that the user has; null where none is. */
function readTypedIdentifier(account: Account, body: UserChangeBody): Identifier | null {
  const { email, phone_number: phoneNumber } = body;
  for (const field of ['email', 'phone_number'] as const)
    if (body[`verify_${field}`] && body[field] === undefined)
      throw badBody(`verify_${field}`, `must come with the ${field} that is to be proven`);
  if (email === undefined && phoneNumber === undefined) return null;
  if (email !== undefined && phoneNumber !== undefined)
    throw badBody('phone_number', 'cannot be changed in one request with email');
  const identifier = email === undefined ? readPhoneNumber(phoneNumber ?? '') : readEmail(email);
  if (identityOf(account, identifier.channel) === null) throw hasNone(newWord(body));
  return identifier;
}

function isHeld(account: Account, { channel, canonical }: Identifier): boolean {
  return identityOf(account, channel)?.identifier === canonical;
}

/** The connection that is named, or the one that is named after its strategy. */
async function readConnection(
  deps: Pick<UsersDeps, 'connections'>,
  { name, identifier }: { name: string | undefined; identifier: Identifier | null },
): Promise<Connection | null> {
  if (name === undefined && identifier === null) return null;
  const connection = await loadConnection(deps, name ?? identifier?.channel ?? '');
  if (identifier !== null && connection.strategy !== identifier.channel)
    throw badBody('connection', `must be one whose strategy is ${identifier.channel}`);
  return connection;
}

/** Sends a code to an address or number that nobody else holds: a new one, or the one there is. @throws {ManagementProblem} 400, 409, 429 */
async function askForProof(
  deps: Pick<UsersDeps, 'accounts' | 'changes' | 'sendLater' | 'clock'>,
  wish: {
    account: Account;
    identifier: Identifier;
    connection: Connection;
    clientId: string | undefined;
    language: string;
  },
): Promise<void> {
  const { account, identifier, connection, clientId = null, language } = wish;
  const field = identifier.channel === 'email' ? 'email' : 'phone_number';
  const identity = identityOf(account, identifier.channel);
  if (identity === null) throw hasNone(field);
  const holder = await deps.accounts.findByIdentifier(identifier);
  if (holder !== null && holder.id !== account.id) throw alreadyThere({ [field]: '' });
  const now = deps.clock();
  const begun = await beginChange(deps.changes, {
    accountId: account.id,
    userId: identity.userId,
    identifier,
    connection,
    clientId,
    language,
    now,
  });
  switch (begun.kind) {
    case 'begun':
      return deps.sendLater(begun.message);
    case 'refused':
      throw badBody(`verify_${field}`, 'sends nothing: the user is blocked');
    case 'country_not_served':
      throw badBody('phone_number', 'is of a country that nothing is sent to');
    case 'withheld':
      throw new ManagementProblem(
        429,
        'too_many_requests',
        `Nothing is sent for now: ${begun.reason} is used up.`,
      );
    case 'limited':
      throw new ManagementProblem(429, 'too_many_requests', 'Too many messages were sent there.', {
        'Retry-After': String(Math.max(1, Math.ceil((begun.until.getTime() - now.getTime()) / 1000))),
      });
  }
}

function hasNone(field: 'email' | 'phone_number'): ManagementProblem {
  return badBody(field, 'cannot be changed: the user has none');
}
