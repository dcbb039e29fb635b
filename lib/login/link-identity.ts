// Another address or number for the account of somebody who is signed in, proven by a code that goes there and is typed in the same
// browser. Both proofs are of a moment ago. What is proven may have had an account of its own, which becomes part of
// the first. experience.md §2; auth0-contract §5.4; security LNK-1, LNK-2.
import type { Client } from '@/lib/oidc/client';
import { type AccountLinkStore, LINK_FRESHNESS_SECONDS, mainIdentityOf } from './account-links';
import type { AccountRegister } from './account-register';
import { type AnswerDeps, countAnswered, readTypedCode } from './answer-challenge';
import type { Connection } from './connection';
import { maskIdentifier } from './identifier';
import { type IdentityNoticeDeps, identityNoticeMessages, prepareIdentityNotices } from './identity-notices';
import type { AskedChallenge } from './interaction';
import { retryAt } from './limits';
import type { LoginMessage } from './message';
import type { LoginProblem } from './problems';
import type { RequestContext } from './request-context';
import type { ActiveSession } from './session';
import { type StartLoginDeps, startLogin, subjectHash } from './start-login';

/** Whether the session's person was proven so lately that they may link. A session left open is no proof. */
export function mayLink({ authenticatedAt }: Pick<ActiveSession, 'authenticatedAt'>, now: Date): boolean {
  return now.getTime() - authenticatedAt.getTime() <= LINK_FRESHNESS_SECONDS * 1000;
}

/** What a person may be told who wants another way to sign in. */
export type LinkProblem = Readonly<
  | LoginProblem
  /** It is theirs already. */
  | { kind: 'own' }
  /** One of the two accounts is blocked, or is gone. */
  | { kind: 'refused' }
  /** The code does not work any more. */
  | { kind: 'over' }
>;

export type LinkBegun = Readonly<
  | { kind: 'asked'; interactionId: string; asked: AskedChallenge; message: LoginMessage | null }
  | { kind: 'problem'; problem: LinkProblem }
>;

/** Sends a code to what was typed. It is a code and no link: whoever has the message proves the identifier where they asked. */
export async function beginLink(
  deps: StartLoginDeps,
  begin: {
    client: Client;
    offered: readonly Connection[];
    typed: string;
    country: string | null;
    context: RequestContext;
  },
): Promise<LinkBegun> {
  const interactionId = deps.random.id();
  // Whoever is here signs up to nothing.
  const offered = begin.offered.map(
    (connection): Connection =>
      connection.strategy === 'email'
        ? { ...connection, signUpOpen: true, sendMode: 'code' }
        : { ...connection, signUpOpen: true },
  );
  const started = await startLogin(deps, { ...begin, offered, interaction: { id: interactionId } });
  return started.kind === 'asked' ? { ...started, interactionId } : started;
}

export type LinkMade = Readonly<
  /** `notices` to the addresses that were the account's before, already in the outbox. */
  { kind: 'linked'; notices: readonly LoginMessage[] } | { kind: 'problem'; problem: LinkProblem }
>;

/**
 * Answers the code and links what it proves: an account that is there, or one that begins in this moment and ends in the next.
 * Nobody is signed in by it.
 */
export async function proveLink(
  deps: AnswerDeps & {
    linking: Readonly<{
      links: Pick<AccountLinkStore, 'link'>;
      accounts: Pick<AccountRegister, 'find'>;
      changes: Pick<IdentityNoticeDeps, 'applicationNameOf'>;
    }>;
  },
  proof: {
    accountId: string;
    clientId: string;
    interactionId: string;
    asked: AskedChallenge;
    typedCode: string;
    context: RequestContext;
  },
): Promise<LinkMade> {
  const { asked, context } = proof;
  const typed = await readTypedCode(deps, { asked, typed: proof.typedCode, context });
  if (typed === null) return problem({ kind: 'code_malformed', codeLength: asked.codeLength });
  const { connection: _, ...guess } = typed;
  const identifier = { channel: asked.channel, canonical: asked.identifier };
  const answered = await deps.challenges.answer({
    ...guess,
    challengeId: asked.challengeId,
    interactionId: proof.interactionId,
    newUserId: deps.random.hex24(),
    session: null,
    replacedSessionSecret: null,
    authorizationCode: null,
    tokenFamily: null,
    notice: null,
    logged: { maskedIdentifier: maskIdentifier(identifier), identifierHash: subjectHash(deps, identifier) },
    context,
  });
  switch (answered.kind) {
    case 'proven':
      break;
    case 'wrong':
      return problem(
        answered.triesLeft > 0 ? { kind: 'code_wrong', triesLeft: answered.triesLeft } : { kind: 'over' },
      );
    case 'limited':
      return problem({ kind: 'wait', until: retryAt(answered.limit).getTime() });
    case 'blocked':
      return problem({ kind: 'refused' });
    case 'expired':
    case 'exhausted':
    case 'cancelled':
    case 'ended':
      return problem({ kind: 'over' });
  }
  if (guess.provenBy !== 'test_identity') await countAnswered(deps, asked, context.now);
  const { ip, userAgent, now } = context;
  const { clientId, accountId } = proof;
  const { accounts, links, changes } = deps.linking;
  const notices = await prepareIdentityNotices(
    { ...deps, applicationNameOf: changes.applicationNameOf },
    { account: await accounts.find(accountId), kind: 'identity_added', clientId, context },
  );
  const linked = await links.link({
    accountId,
    secondary: mainIdentityOf(answered.accountId),
    notices,
    origin: { clientId, ip, userAgent, now },
  });
  if (linked.kind === 'linked')
    return { kind: 'linked', notices: identityNoticeMessages(notices, linked.told) };
  return problem({ kind: linked.kind === 'same' ? 'own' : 'refused' });
}

function problem(value: LinkProblem): LinkMade {
  return { kind: 'problem', problem: value };
}
