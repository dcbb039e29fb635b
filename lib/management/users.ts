// Users as operators see them: End-User accounts in Auth0's names and shapes. What a person may do with their own is decided
// here too, and it is little. auth0-contract §1.5, §5.3; security IDN-*, LNK-2 to LNK-4, MGT-2, PRV-2.
import { z } from 'zod';
import type { AccountCondition, AccountOrder } from '@/lib/login/account-query';
import { SearchTooSlow } from '@/lib/login/account-query';
import {
  type Account,
  type AccountAdded,
  type AccountChange,
  type AccountIdentity,
  type AccountRegister,
  type ChangeOrigin,
  METADATA_MAX_BYTES,
  type Profile,
} from '@/lib/login/account-register';
import { beginChange, type ChangeDeps } from '@/lib/login/change-identifier';
import type { Connection, ConnectionStore } from '@/lib/login/connection';
import {
  type Channel,
  type Identifier,
  parseEmailIdentifier,
  parsePhoneIdentifier,
} from '@/lib/login/identifier';
import type { LoginMessage } from '@/lib/login/message';
import { nameOf, nicknameOf } from '@/lib/oidc/claims';
import type { Caller } from './caller';
import { displayName, fieldsOf, flag, instant, metadata, text, webAddress } from './fields';
import { type Cursors, openCursor, sealCursor } from './paging';
import { ManagementProblem } from './problem';
import { badBody, badQuery, type Frozen } from './route';

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

/** A way to prove who somebody is, on the wire. */
export const identityDocument = z.strictObject({
  connection: z.string(),
  provider: z.string(),
  user_id: z.string(),
  isSocial: z.literal(false),
  /** Of every identity but the first: what it adds. */
  profileData: z
    .strictObject({
      email: z.string().optional(),
      email_verified: z.boolean().optional(),
      phone_number: z.string().optional(),
      phone_verified: z.boolean().optional(),
      name: z.string().optional(),
      nickname: z.string().optional(),
      given_name: z.string().optional(),
      family_name: z.string().optional(),
      picture: z.string().optional(),
    })
    .optional(),
});

/** A user on the wire. What there is not is left out. */
export const userDocument = z.strictObject({
  user_id: z.string(),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  phone_number: z.string().optional(),
  phone_verified: z.boolean().optional(),
  name: z.string().optional(),
  nickname: z.string().optional(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
  picture: z.string().optional(),
  identities: z.array(identityDocument),
  user_metadata: z.record(z.string(), z.unknown()),
  app_metadata: z.record(z.string(), z.unknown()),
  blocked: z.boolean(),
  created_at: instant(),
  updated_at: instant(),
  last_login: instant().optional(),
  last_ip: z.string().optional(),
  logins_count: z.int(),
});

export type UserDocument = Frozen<z.output<typeof userDocument>>;

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

/** An account on the wire: at the root the address and the number that its tokens speak of. */
export function describeUser(account: Account): UserDocument {
  const email = identityOf(account, 'email');
  const phone = identityOf(account, 'sms');
  const person = {
    name: account.name,
    nickname: account.nickname,
    email: email?.identifier ?? null,
    phoneNumber: phone?.identifier ?? null,
  };
  return withoutGaps({
    user_id: account.id,
    ...(email && contactOf(email)),
    ...(phone && contactOf(phone)),
    name: nameOf(person),
    nickname: nicknameOf(person),
    given_name: account.givenName,
    family_name: account.familyName,
    picture: account.picture,
    identities: mainFirst(account).map((identity, index) => ({
      connection: identity.provider,
      provider: identity.provider,
      user_id: identity.userId,
      isSocial: false as const,
      ...(index > 0 && { profileData: profileDataOf(identity) }),
    })),
    user_metadata: account.userMetadata,
    app_metadata: account.appMetadata,
    blocked: account.blockedAt !== null,
    created_at: account.createdAt.toISOString(),
    updated_at: account.updatedAt.toISOString(),
    last_login: account.lastLoginAt?.toISOString() ?? null,
    last_ip: account.lastIp,
    logins_count: account.loginsCount,
  });
}

/** A way to prove who one is, on the wire: each identity is one. */
export const methodDocument = z.strictObject({
  id: z.string(),
  type: z.enum(['email', 'phone']),
  confirmed: z.boolean(),
  email: z.string().optional(),
  phone_number: z.string().optional(),
  created_at: instant(),
  enrolled_at: instant().optional(),
});

export type MethodDocument = Frozen<z.output<typeof methodDocument>>;

export function describeMethods(account: Account): MethodDocument[] {
  return mainFirst(account).map(({ provider, userId, identifier, verifiedAt, createdAt }) => ({
    id: `${provider}|${userId}`,
    ...(provider === 'email'
      ? { type: 'email' as const, email: identifier }
      : { type: 'phone' as const, phone_number: identifier }),
    confirmed: verifiedAt !== null,
    created_at: createdAt.toISOString(),
    ...(verifiedAt !== null && { enrolled_at: verifiedAt.toISOString() }),
  }));
}

function contactOf({ provider, identifier, verifiedAt }: AccountIdentity) {
  const isVerified = verifiedAt !== null;
  return provider === 'email'
    ? { email: identifier, email_verified: isVerified }
    : { phone_number: identifier, phone_verified: isVerified };
}

/** What an identity that was linked would be if it were a user. */
function profileDataOf(identity: AccountIdentity) {
  const { profile } = identity;
  return withoutGaps({
    ...contactOf(identity),
    name: profile?.name ?? null,
    nickname: profile?.nickname ?? null,
    given_name: profile?.givenName ?? null,
    family_name: profile?.familyName ?? null,
    picture: profile?.picture ?? null,
  });
}

/** The identity that names the account is the main one, whatever their age. */
function mainFirst({ id, identities }: Account): AccountIdentity[] {
  const isMain = ({ provider, userId }: AccountIdentity) => `${provider}|${userId}` === id;
  return [...identities.filter(isMain), ...identities.filter((identity) => !isMain(identity))];
}

/** The one that tokens speak of. */
export function identityOf({ identities }: Account, channel: Channel): AccountIdentity | null {
  return identities.find(({ provider }) => provider === channel) ?? null;
}

type Gapless<Document> = { [Key in keyof Document]: Exclude<Document[Key], null> };

function withoutGaps<Document extends object>(document: Document): Gapless<Document> {
  return Object.fromEntries(
    Object.entries(document).filter(([, value]) => value !== null),
  ) as Gapless<Document>;
}

// ---- Adding ---------------------------------------------------------------------------------------------------------

const NAME_MAX = 300;
const PART_OF_NAME_MAX = 150;
const CONNECTION_NAME_MAX = 128;

/** What a person is called. */
const profileFields = {
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

const typedIdentifier = () => text(1, 512);

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

type SentIdentifier = Readonly<{
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

function readEmail(typed: string): Identifier {
  const identifier = parseEmailIdentifier(typed);
  if (identifier === null) throw badBody('email', 'must be one e-mail address');
  return identifier;
}

function readPhoneNumber(typed: string): Identifier {
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

type SentProfile = Readonly<{ [Key in keyof typeof profileFields]?: string | null | undefined }>;

export function profileFrom(body: SentProfile): Profile {
  return {
    name: body.name ?? null,
    nickname: body.nickname ?? null,
    givenName: body.given_name ?? null,
    familyName: body.family_name ?? null,
    picture: body.picture ?? null,
  };
}

// ---- Changing -------------------------------------------------------------------------------------------------------

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

// ---- Removing -------------------------------------------------------------------------------------------------------

/** Of an address that changes again and again while it is removed. */
const ATTEMPTS_MAX = 5;

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
