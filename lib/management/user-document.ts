// Users on the wire, in Auth0's names and shapes. auth0-contract §1.5, §5.3.
import { z } from 'zod';
import type { Account, AccountIdentity } from '@/lib/login/account-register';
import type { Channel } from '@/lib/login/identifier';
import { nameOf, nicknameOf } from '@/lib/oidc/claims';
import { instant } from './fields';
import type { Frozen } from './route';

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
