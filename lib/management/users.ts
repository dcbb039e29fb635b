// Users as operators see them: End-User accounts found, added and removed. What they look like is in user-document.ts, what may be
// changed of them in user-change.ts. auth0-contract §1.5, §5.3; security IDN-*, MGT-2, PRV-2.
import { z } from 'zod';
import type { AccountCondition, AccountOrder } from '@/lib/login/account-query';
import { SearchTooSlow } from '@/lib/login/account-query';
import type {
  Account,
  AccountAdded,
  AccountRegister,
  ChangeOrigin,
  Profile,
} from '@/lib/login/account-register';
import type { ChangeDeps } from '@/lib/login/change-identifier';
import type { Connection, ConnectionStore } from '@/lib/login/connection';
import {
  type Channel,
  type Identifier,
  parseEmailIdentifier,
  parsePhoneIdentifier,
} from '@/lib/login/identifier';
import type { LoginMessage } from '@/lib/login/message';
import { displayName, fieldsOf, flag, metadata, text, webAddress } from './fields';
import { type Cursors, openCursor, sealCursor } from './paging';
import { ManagementProblem } from './problem';
import { badBody, badQuery } from './route';

import { describeUser, type UserDocument } from './user-document';

export type UsersDeps = Readonly<{
  accounts: AccountRegister;
  connections: ConnectionStore;
  /** 24 hex digits. */
  drawUserId(): string;
  /** Every keyed hash, one a configured SECRET, under which log and messages know an identifier. */
  identifierHashes(identifier: Pick<Identifier, 'channel' | 'canonical'>): readonly string[];
  /** Asks for the proof of another address or number. */
  changes: ChangeDeps;
  /** Hands a message to the providers, after the answer. */
  sendLater(message: LoginMessage): void;
  cursors: Cursors;
  clock: () => Date;
}>;

// ---- Reading --------------------------------------------------------------------------------------------------------

/** As many as pages show, however many there are. Auth0's; `from` and `take` go on. */
export const SEARCH_RESULTS_MAX = 1000;

/** One page of users, and how many there are in all where that was asked. @throws {ManagementProblem} 400, 503 */
export async function listUsers(
  deps: Pick<UsersDeps, 'accounts'>,
  asked: {
    condition: AccountCondition | null;
    order: AccountOrder;
    range: { offset: number; limit: number };
    isCounted: boolean;
  },
): Promise<{ items: UserDocument[]; total: number }> {
  const { condition, order, range, isCounted } = asked;
  if (range.offset + range.limit > SEARCH_RESULTS_MAX)
    throw badQuery(`You can only page through the first ${SEARCH_RESULTS_MAX} records: from and take go on`);
  const [found, total] = await inTime(
    Promise.all([
      deps.accounts.search({ condition, range: { kind: 'page', order, ...range } }),
      isCounted ? deps.accounts.count({ condition, exactUpTo: SEARCH_RESULTS_MAX }) : 0,
    ]),
  );
  return { items: found.map(describeUser), total };
}

const LIST = 'users';
const userPlace = z.tuple([z.iso.datetime(), z.string()]);

/** Users in the order they were made, from a place on; and the place after them. @throws {ManagementProblem} 400, 503 */
export async function listUsersFrom(
  deps: Pick<UsersDeps, 'accounts' | 'cursors'>,
  asked: { condition: AccountCondition | null; order: AccountOrder; from: string | undefined; take: number },
): Promise<{ users: UserDocument[]; next: string | null }> {
  const { condition, order, from, take } = asked;
  if (order.field !== 'created_at') throw badQuery('sort must be by created_at where there is from or take');
  const opened = openCursor(deps.cursors, { from, list: LIST, place: userPlace });
  const place = opened && { createdAt: new Date(opened[0]), id: opened[1] };
  const { descending } = order;
  const found = await inTime(
    deps.accounts.search({ condition, range: { kind: 'after', place, descending, limit: take + 1 } }),
  );
  const part = found.slice(0, take);
  const last = found.length > take ? part.at(-1) : undefined;
  return {
    users: part.map(describeUser),
    next: last
      ? sealCursor(deps.cursors, { list: LIST, after: [last.createdAt.toISOString(), last.id] })
      : null,
  };
}

/** @throws {ManagementProblem} 503 in place of SearchTooSlow */
export async function inTime<Found>(search: Promise<Found>): Promise<Found> {
  try {
    return await search;
  } catch (problem) {
    if (!(problem instanceof SearchTooSlow)) throw problem;
    const sentence = 'The query exceeded the timeout. Please try refining your search criteria.';
    throw new ManagementProblem(503, 'query_timeout', sentence);
  }
}

/** The user who holds this address, in any spelling of it; none where it is no address at all. */
export async function listUsersByEmail(
  { accounts }: Pick<UsersDeps, 'accounts'>,
  email: string,
): Promise<UserDocument[]> {
  const identifier = parseEmailIdentifier(email);
  const account = identifier && (await accounts.findByIdentifier(identifier));
  return account ? [describeUser(account)] : [];
}

/** @throws {ManagementProblem} 404 */
export async function loadUser(deps: Pick<UsersDeps, 'accounts'>, id: string): Promise<UserDocument> {
  return describeUser(await loadAccount(deps, id));
}

/** @throws {ManagementProblem} 404 */
export async function loadAccount(
  { accounts }: { accounts: Pick<AccountRegister, 'find'> },
  id: string,
): Promise<Account> {
  const account = ACCOUNT_ID.test(id) ? await accounts.find(id) : null;
  if (account === null) throw noSuchUser();
  return account;
}

export function noSuchUser(): ManagementProblem {
  return new ManagementProblem(404, 'inexistent_user', 'The user does not exist.');
}

// ---- Adding ---------------------------------------------------------------------------------------------------------

const NAME_MAX = 300;
const PART_OF_NAME_MAX = 150;
export const CONNECTION_NAME_MAX = 128;

/** What a person is called. */
export const profileFields = {
  name: displayName(NAME_MAX).nullable().optional(),
  nickname: displayName(NAME_MAX).nullable().optional(),
  given_name: displayName(PART_OF_NAME_MAX).nullable().optional(),
  family_name: displayName(PART_OF_NAME_MAX).nullable().optional(),
  picture: webAddress().nullable().optional(),
};

/** An id as an operator may choose it, with the provider before it or without; what tokens can carry, and no bar. */
export const chosenUserId = () =>
  text(1, 140).regex(
    /^(?:(?:email|sms)\|)?[\w.~@+=-]{1,128}$/,
    'must be up to 128 letters, digits, and . _ ~ @ + = -, with email| or sms| before them or not',
  );

/** Ids of accounts; anything else is not looked for. */
export const ACCOUNT_ID = /^(?:email|sms)\|[\w.~@+=-]{1,128}$/;

export const typedIdentifier = () => text(1, 512);

/** What a new user may be told, whether one is made or a file of them is read. */
export const newUserFields = {
  email: typedIdentifier().optional(),
  email_verified: flag().optional(),
  phone_number: typedIdentifier().optional(),
  phone_verified: flag().optional(),
  user_id: chosenUserId().optional(),
  ...profileFields,
  user_metadata: metadata().optional(),
  app_metadata: metadata().optional(),
  blocked: flag().optional(),
};

export const newUserBody = fieldsOf({ connection: text(1, CONNECTION_NAME_MAX), ...newUserFields });

/**
 * Makes a user known, also where sign-up is closed; nobody is sent anything.
 * @throws {ManagementProblem} 400 that names the field, 409
 */
export async function createUser(
  deps: Pick<UsersDeps, 'accounts' | 'connections' | 'drawUserId' | 'clock'>,
  { connection: name, ...body }: z.output<typeof newUserBody>,
): Promise<UserDocument> {
  const { strategy } = await loadConnection(deps, name);
  const identifier = readOwnIdentifier(strategy, body);
  const userId = readChosenId(strategy, body.user_id);
  const added = await deps.accounts.add(
    {
      identity: {
        provider: strategy,
        userId: userId ?? deps.drawUserId(),
        identifier: identifier.canonical,
        typedForm: identifier.typedForm,
        isVerified: (strategy === 'email' ? body.email_verified : body.phone_verified) ?? false,
      },
      ...profileFrom(body),
      userMetadata: body.user_metadata ?? {},
      appMetadata: body.app_metadata ?? {},
      isBlocked: body.blocked ?? false,
    },
    deps.clock(),
  );
  return describeAdded(added);
}

function describeAdded(added: AccountAdded): UserDocument {
  if (added.kind === 'added') return describeUser(added.account);
  throw new ManagementProblem(409, 'auth0_idp_error', 'The user already exists.');
}

/** @throws {ManagementProblem} 400 */
export async function loadConnection(
  { connections }: Pick<UsersDeps, 'connections'>,
  name: string,
): Promise<Connection> {
  const connection = (await connections.all()).find((candidate) => candidate.name === name);
  if (connection !== undefined) return connection;
  throw new ManagementProblem(400, 'inexistent_connection', 'Connection does not exist.');
}

export type SentIdentifier = Readonly<{
  email?: string | undefined;
  email_verified?: boolean | undefined;
  phone_number?: string | undefined;
  phone_verified?: boolean | undefined;
}>;

/** The address or number that a connection of that strategy knows people by, and nothing of the other kind. */
export function readOwnIdentifier(strategy: Channel, body: SentIdentifier): Identifier {
  const [own, foreign] =
    strategy === 'email'
      ? (['email', ['phone_number', 'phone_verified']] as const)
      : (['phone_number', ['email', 'email_verified']] as const);
  for (const field of foreign) {
    if (body[field] !== undefined)
      throw badBody(field, `has no place in a connection whose strategy is ${strategy}`);
  }
  const typed = body[own];
  if (typed === undefined) throw badBody(own, 'must be there');
  return own === 'email' ? readEmail(typed) : readPhoneNumber(typed);
}

export function readEmail(typed: string): Identifier {
  const identifier = parseEmailIdentifier(typed);
  if (identifier === null) throw badBody('email', 'must be one e-mail address');
  return identifier;
}

export function readPhoneNumber(typed: string): Identifier {
  const identifier = parsePhoneIdentifier(typed, null);
  if ('kind' in identifier)
    throw badBody('phone_number', 'must be one telephone number with + and its country code');
  return identifier;
}

/** What follows the bar; null where it is to be drawn. */
export function readChosenId(strategy: Channel, chosen: string | undefined): string | null {
  if (chosen === undefined) return null;
  const [provider, userId = null] = chosen.split('|');
  if (userId === null) return chosen;
  if (provider !== strategy) throw badBody('user_id', `must begin with ${strategy}| or have no bar`);
  return userId;
}

export type SentProfile = Readonly<{ [Key in keyof typeof profileFields]?: string | null | undefined }>;

export function profileFrom(body: SentProfile): Profile {
  return {
    name: body.name ?? null,
    nickname: body.nickname ?? null,
    givenName: body.given_name ?? null,
    familyName: body.family_name ?? null,
    picture: body.picture ?? null,
  };
}

// ---- Removing -------------------------------------------------------------------------------------------------------

/** Of an address that changes again and again while it is removed. */
const ATTEMPTS_MAX = 5;

/**
 * Removes the user whom a connection for e-mail knows by this address; nobody, where it knows none.
 * @throws {ManagementProblem} 400 for a connection for text messages, and for an address that is an identity of another user; 404
 */
export async function deleteUserByEmail(
  deps: Pick<UsersDeps, 'accounts' | 'connections' | 'identifierHashes' | 'drawUserId'>,
  { connectionId, email, origin }: { connectionId: string; email: string; origin: ChangeOrigin },
): Promise<void> {
  const connection = (await deps.connections.all()).find(({ id }) => id === connectionId);
  if (connection === undefined)
    throw new ManagementProblem(404, 'inexistent_connection', 'The connection does not exist');
  if (connection.strategy !== 'email')
    throw new ManagementProblem(400, 'operation_not_supported', 'The connection knows nobody by an address.');
  const identifier = parseEmailIdentifier(email);
  const account = identifier && (await deps.accounts.findByIdentifier(identifier));
  if (!account) return;
  const [main] = account.identities;
  if (main?.provider !== 'email' || main.identifier !== identifier.canonical) {
    const sentence = 'The address is linked to another user: unlink it, or delete that user.';
    throw new ManagementProblem(400, 'operation_not_supported', sentence);
  }
  return deleteUser(deps, { id: account.id, origin });
}

/**
 * Removes a user and all there is of them; the audit log goes on under a pseudonym. Of one who is not there as well.
 */
export async function deleteUser(
  deps: Pick<UsersDeps, 'accounts' | 'identifierHashes' | 'drawUserId'>,
  { id, origin }: { id: string; origin: ChangeOrigin },
): Promise<void> {
  if (!ACCOUNT_ID.test(id)) return;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const account = await deps.accounts.find(id);
    if (account === null) return;
    const { identities } = account;
    const removed = await deps.accounts.remove({
      id,
      identities,
      identifierHashes: identities.flatMap(({ provider: channel, identifier: canonical }) =>
        deps.identifierHashes({ channel, canonical }),
      ),
      pseudonym: `deleted|${deps.drawUserId()}`,
      origin,
    });
    if (removed !== 'outdated') return;
  }
  throw new ManagementProblem(
    409,
    'user_conflict',
    'The user is being changed. The same request will work again.',
  );
}
