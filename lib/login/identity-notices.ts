// What the addresses of an account are told when a way to sign in is added to it, or taken from it: that it happened, when, and what
// to do if it was not them. Neither the address that came nor the one that went is named: whoever reads it may be
// somebody else. Numbers are told nothing, as of all notices. docs/decisions/0048; security LNK-1.
import type { Account } from './account-register';
import type { LoggedSubject } from './challenge';
import type { ConnectionStore } from './connection';
import { type Identifier, maskIdentifier } from './identifier';
import type { LoginMessage } from './message';
import { messageReference } from './message-reference';
import type { OneTimeCodes } from './one-time-code';
import type { Randomness } from './randomness';
import type { RequestContext } from './request-context';
import { subjectHash } from './start-login';

/** Seconds in which such a notice is of use. */
const NOTICE_LIFETIME_SECONDS = 3600;
/** Of one account at once: whoever has more has been told. */
const RECIPIENTS_MAX = 10;
/** Such notices that one address gets in an hour: who links and unlinks again and again fills no mailbox. */
export const IDENTITY_NOTICES_AN_HOUR = 5;

/** Ready for the statement that links or unlinks, which writes those whose address is still there and proven. */
export type IdentityNotices = Readonly<{
  kind: 'identity_added' | 'identity_removed';
  applicationName: string;
  /** Name of the connection that sends them. */
  connection: string;
  /** Empty where no client asked. */
  clientId: string;
  pepperId: string;
  expiresAt: Date;
  context: RequestContext;
  recipients: readonly Readonly<{
    challengeId: string;
    messageId: string;
    /** Of the e-mail identity. */
    userId: string;
    address: string;
    logged: LoggedSubject;
  }>[];
}>;

export type IdentityNoticeDeps = Readonly<{
  random: Pick<Randomness, 'id'>;
  codes: Pick<OneTimeCodes, 'pepperId'>;
  connections: Pick<ConnectionStore, 'all'>;
  hashSubject(subject: string): string;
  /** What a client is called; the installation's own name where there is none. */
  applicationNameOf(clientId: string | null): Promise<string>;
}>;

/** For the proven addresses of an account as it is. Null: there is nobody to tell, or nothing to send it by. */
export async function prepareIdentityNotices(
  deps: IdentityNoticeDeps,
  notice: Readonly<{
    account: Pick<Account, 'identities'> | null;
    kind: IdentityNotices['kind'];
    clientId: string | null;
    /** Of the person; without network and browser where an operator did it. */
    context: RequestContext;
  }>,
): Promise<IdentityNotices | null> {
  const { account, kind, clientId, context } = notice;
  const proven = (account?.identities ?? []).filter(
    ({ provider, verifiedAt }) => provider === 'email' && verifiedAt !== null,
  );
  const sender = (await deps.connections.all()).find(({ strategy }) => strategy === 'email');
  if (proven.length === 0 || sender === undefined) return null;
  return {
    kind,
    context,
    applicationName: await deps.applicationNameOf(clientId),
    connection: sender.name,
    clientId: clientId ?? '',
    pepperId: deps.codes.pepperId,
    expiresAt: new Date(context.now.getTime() + NOTICE_LIFETIME_SECONDS * 1000),
    recipients: proven.slice(0, RECIPIENTS_MAX).map(({ userId, identifier, typedForm }) => ({
      challengeId: deps.random.id(),
      messageId: deps.random.id(),
      userId,
      address: typedForm,
      logged: loggedSubject(deps, { channel: 'email', canonical: identifier }),
    })),
  };
}

function loggedSubject(
  deps: Pick<IdentityNoticeDeps, 'hashSubject'>,
  identifier: Pick<Identifier, 'channel' | 'canonical'>,
): LoggedSubject {
  return { maskedIdentifier: maskIdentifier(identifier), identifierHash: subjectHash(deps, identifier) };
}

/** Those that are in the outbox now, to be handed to the providers. @param told their message ids */
export function identityNoticeMessages(
  notices: IdentityNotices | null,
  told: readonly string[],
): readonly LoginMessage[] {
  if (notices === null) return [];
  const { kind, applicationName, connection, expiresAt, context } = notices;
  return notices.recipients
    .filter(({ messageId }) => told.includes(messageId))
    .map(({ messageId, challengeId, address }) => ({
      messageId,
      kind,
      channel: 'email',
      connection,
      recipient: address,
      oneTimeCode: null,
      link: null,
      stopLink: null,
      language: context.language,
      applicationName,
      reference: messageReference(challengeId, 0),
      askedAt: context.now,
      expiresAt,
      userAgent: context.userAgent,
      ip: context.ip,
    }));
}
