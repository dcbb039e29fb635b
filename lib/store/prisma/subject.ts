// The person as tokens and UserInfo speak of them: an account with the identities it holds, in one piece of SQL.
import type { Subject } from '@/lib/oidc/authorization-code';
import { Prisma } from '@/prisma/generated/client';

export type SubjectRow = {
  sub: string;
  name: string | null;
  nickname: string | null;
  givenName: string | null;
  familyName: string | null;
  picture: string | null;
  updatedAt: Date;
  email: string | null;
  emailVerified: boolean | null;
  phoneNumber: string | null;
  phoneNumberVerified: boolean | null;
};

/** Columns of a row that holds `accounts AS a`, and the joins that bring the address and the number that it came by first. */
export const subjectColumns = Prisma.sql`a.id AS sub, a.name, a.nickname, a.given_name AS "givenName",
  a.family_name AS "familyName", a.picture, a.updated_at AS "updatedAt", e.identifier AS email,
  e.verified_at IS NOT NULL AS "emailVerified", p.identifier AS "phoneNumber",
  p.verified_at IS NOT NULL AS "phoneNumberVerified"`;
export const subjectJoins = Prisma.sql`
  LEFT JOIN LATERAL (SELECT i.identifier, i.verified_at FROM identities i
    WHERE i.account_id = a.id AND i.provider = 'email' ORDER BY i.linked_at NULLS FIRST, i.created_at LIMIT 1) e ON true
  LEFT JOIN LATERAL (SELECT i.identifier, i.verified_at FROM identities i
    WHERE i.account_id = a.id AND i.provider = 'sms' ORDER BY i.linked_at NULLS FIRST, i.created_at LIMIT 1) p ON true`;

export function subjectFrom(row: SubjectRow): Subject {
  return {
    sub: row.sub,
    name: row.name,
    nickname: row.nickname,
    givenName: row.givenName,
    familyName: row.familyName,
    picture: row.picture,
    email: row.email,
    emailVerified: row.emailVerified === true,
    phoneNumber: row.phoneNumber,
    phoneNumberVerified: row.phoneNumberVerified === true,
    updatedAt: row.updatedAt,
  };
}
