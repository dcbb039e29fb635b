// Users on the wire, in Auth0's names and shapes. auth0-contract §1.5, §5.3.
import { z } from 'zod';
import type { Account, AccountIdentity } from '@/lib/login/account-register';
import type { Channel } from '@/lib/login/identifier';
import type { Passkey } from '@/lib/login/passkey';
import { nameOf, nicknameOf } from '@/lib/oidc/claims';
import { instant } from './fields';
import type { Frozen } from './route';

/** What is known of a person. */
const profileFields = {
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  phone_number: z.string().optional(),
  phone_verified: z.boolean().optional(),
  name: z.string().optional(),
  nickname: z.string().optional(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
  picture: z.string().optional(),
};

/** A way to prove who somebody is, on the wire. */
export const identityDocument = z.strictObject({
  connection: z.string(),
  provider: z.string(),
  user_id: z.string(),
  isSocial: z.literal(false),
  /** Of every identity but the first: what it adds. */
  profileData: z.strictObject(profileFields).optional(),
});

/** A user on the wire. What there is not is left out. */
export const userDocument = z.strictObject({
  user_id: z.string(),
  ...profileFields,
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

/** A way to prove who one is, on the wire: each identity is one, and each passkey. */
export const methodDocument = z.strictObject({
  id: z.string(),
  type: z.enum(['email', 'phone', 'passkey']),
  confirmed: z.boolean(),
  email: z.string().optional(),
  phone_number: z.string().optional(),
  created_at: instant(),
  enrolled_at: instant().optional(),
  /** Of a passkey: what people know it by, and what it is. */
  name: z.string().optional(),
  last_auth_at: instant().optional(),
  key_id: z.string().optional(),
  public_key: z.string().optional(),
  relying_party_identifier: z.string().optional(),
  credential_device_type: z.enum(['single_device', 'multi_device']).optional(),
  credential_backed_up: z.boolean().optional(),
  aaguid: z.string().optional(),
  transports: z.array(z.string()).optional(),
  user_handle: z.string().optional(),
  user_agent: z.string().optional(),
  /** The id of the identity that it stands for, without the provider. */
  identity_user_id: z.string().optional(),
});

export type MethodDocument = Frozen<z.output<typeof methodDocument>>;

export function describeMethods(
  account: Account,
  { passkeys, issuer }: { passkeys: readonly Passkey[]; issuer: string },
): MethodDocument[] {
  const rpId = new URL(issuer).hostname;
  return [...describeIdentities(account), ...passkeys.map((passkey) => describePasskey(passkey, rpId))];
}

function describePasskey(passkey: Passkey, rpId: string): MethodDocument {
  const createdAt = passkey.createdAt.toISOString();
  return withoutGaps({
    id: passkey.id,
    type: 'passkey' as const,
    confirmed: true,
    created_at: createdAt,
    enrolled_at: createdAt,
    name: passkey.name,
    last_auth_at: passkey.lastUsedAt?.toISOString() ?? null,
    key_id: passkey.credentialId,
    public_key: Buffer.from(passkey.publicKey).toString('base64'),
    relying_party_identifier: rpId,
    credential_device_type: passkey.deviceType,
    credential_backed_up: passkey.isBackedUp,
    aaguid: passkey.aaguid,
    transports: [...passkey.transports],
    user_handle: passkey.userHandle,
    user_agent: passkey.userAgent,
    identity_user_id: passkey.identity.userId,
  });
}

function describeIdentities(account: Account): MethodDocument[] {
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
