// The team: who may use the console, as what, and who is invited to. Owners see and change it. Security MGT-5.
import { z } from 'zod';
import { parseEmailIdentifier } from '@/lib/login/identifier';
import { writeInvitation } from '@/lib/login/write-invitation';
import type { Caller } from './caller';
import { type ConsoleDoor, SETUP_LINK_SECONDS } from './console-door';
import { CONSOLE_PATH } from './console-path';
import { fieldsOf, instant, oneOf, text } from './fields';
import { countLetter, describeSent, type OperatorLettersDeps, sentDocument } from './operator-letters';
import type { Operator, OperatorChange, OperatorRegister } from './operator-register';
import { ManagementProblem } from './problem';
import { ROLES } from './roles';
import { badBody, type Frozen } from './route';

export type TeamDeps = OperatorLettersDeps &
  Readonly<{
    operatorRegister: OperatorRegister;
    consoleDoor: ConsoleDoor;
    /** Names operators, and what opens the first set-up. */
    teamRandom: Readonly<{ operatorId(): string; setupToken(): string }>;
    issuer: string;
  }>;

/** An operator, or an invitation, on the wire. */
export const operatorDocument = z.strictObject({
  id: z.string(),
  role: z.enum(ROLES),
  /** `invited` until the address signs in; `expired` when it did not in time. */
  status: z.enum(['active', 'invited', 'expired']),
  /** Account; null for an invitation. */
  user_id: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  invited_by: z.string().nullable(),
  created_at: instant(),
  accepted_at: instant().nullable(),
  expires_at: instant().nullable(),
  last_seen_at: instant().nullable(),
});

export type OperatorDocument = Frozen<z.output<typeof operatorDocument>>;

/** An invitation that was made just now. */
export const invitedDocument = operatorDocument.extend({
  /** What the invited person opens; holds nothing secret, so it may be handed over by any means. */
  url: z.string(),
  /** What became of the e-mail that told them. */
  message: sentDocument,
});

export type InvitedDocument = Frozen<z.output<typeof invitedDocument>>;

/** Days an invitation lets somebody in. */
export const INVITATION_DAYS = 14;

/** Who is invited. */
export const invitationBody = fieldsOf({ email: text(1, 320), role: oneOf(ROLES) });

/** What may be changed of an operator. */
export const operatorChangeBody = fieldsOf({ role: oneOf(ROLES) });

/** One page of the team, the oldest first, and how many there are in all. */
export async function listOperators(
  { operatorRegister, clock }: TeamDeps,
  range: { offset: number; limit: number },
): Promise<{ items: OperatorDocument[]; total: number }> {
  const { operators, total } = await operatorRegister.list(range);
  const now = clock();
  return { items: operators.map((operator) => describe(operator, now)), total };
}

/**
 * Invites an address: whoever proves it at the login and opens the console becomes an operator. An e-mail tells them; where
 * it cannot be sent, the address of the console is all there is to hand over.
 * @throws {ManagementProblem} 400 that names the field, 409, 429
 */
export async function inviteOperator(
  deps: TeamDeps,
  { email, role }: z.output<typeof invitationBody>,
  caller: Caller,
): Promise<InvitedDocument> {
  const identifier = parseEmailIdentifier(email);
  if (identifier === null) throw badBody('email', 'must be an e-mail address');
  await countLetter(deps, caller);
  const id = deps.teamRandom.operatorId();
  const createdAt = deps.clock();
  const invited = await deps.operatorRegister.invite({
    id,
    email: identifier.canonical,
    role,
    invitedBy: caller.accountId,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + INVITATION_DAYS * 86_400_000),
  });
  if (!invited) throw new ManagementProblem(409, 'operator_conflict', 'That address is on the team already');
  const operator = await loadOperator(deps, id);
  const url = new URL(CONSOLE_PATH, deps.issuer).href;
  const letter = {
    id,
    to: identifier.canonical,
    from: operator.invited_by,
    role,
    url,
    days: INVITATION_DAYS,
  };
  const sent = await deps.sendNow(writeInvitation(letter, await deps.letterhead()));
  return { ...operator, url, message: describeSent(sent) };
}

/** @throws {ManagementProblem} 404, 409 for the last owner */
export async function changeOperator(
  deps: TeamDeps,
  change: { id: string } & z.output<typeof operatorChangeBody>,
): Promise<OperatorDocument> {
  checkChange(await deps.operatorRegister.changeRole(change));
  return loadOperator(deps, change.id);
}

/** @throws {ManagementProblem} 404, 409 for the last owner */
export async function removeOperator({ operatorRegister }: TeamDeps, id: string): Promise<void> {
  checkChange(await operatorRegister.remove(id));
}

/** The address that makes the first owner. */
export const setupLinkDocument = z.strictObject({ url: z.string(), expires_at: instant() });

export type SetupLinkDocument = Frozen<z.output<typeof setupLinkDocument>>;

/** Makes a link for the first set-up. @throws {ManagementProblem} 409 while there is an owner (ADM-1) */
export async function makeSetupLink({
  consoleDoor,
  teamRandom,
  issuer,
  clock,
}: Pick<TeamDeps, 'consoleDoor' | 'teamRandom' | 'issuer' | 'clock'>): Promise<SetupLinkDocument> {
  const token = teamRandom.setupToken();
  const createdAt = clock();
  const expiresAt = new Date(createdAt.getTime() + SETUP_LINK_SECONDS * 1000);
  if (!(await consoleDoor.openSetup({ token, createdAt, expiresAt }))) {
    throw new ManagementProblem(409, 'operator_conflict', 'The console has an owner');
  }
  const url = new URL(`${CONSOLE_PATH}/setup`, issuer);
  url.searchParams.set('token', token);
  return { url: url.href, expires_at: expiresAt.toISOString() };
}

function checkChange(change: OperatorChange): void {
  if (change === 'unknown') throw unknownOperator();
  if (change === 'last_owner') {
    throw new ManagementProblem(
      409,
      'last_owner',
      'The last owner stays one: make somebody else an owner first',
    );
  }
}

function unknownOperator(): ManagementProblem {
  return new ManagementProblem(404, 'inexistent_operator', 'The operator does not exist');
}

async function loadOperator(
  { operatorRegister, clock }: Pick<TeamDeps, 'operatorRegister' | 'clock'>,
  id: string,
): Promise<OperatorDocument> {
  const operator = await operatorRegister.find(id);
  if (operator === null) throw unknownOperator();
  return describe(operator, clock());
}

function describe(operator: Operator, now: Date): OperatorDocument {
  return {
    id: operator.id,
    role: operator.role,
    status: statusOf(operator, now),
    user_id: operator.accountId,
    name: operator.name,
    email: operator.email,
    invited_by: operator.invitedBy,
    created_at: operator.createdAt.toISOString(),
    accepted_at: operator.acceptedAt?.toISOString() ?? null,
    expires_at: operator.expiresAt?.toISOString() ?? null,
    last_seen_at: operator.lastSeenAt?.toISOString() ?? null,
  };
}

function statusOf({ accountId, expiresAt }: Operator, now: Date): OperatorDocument['status'] {
  if (accountId !== null) return 'active';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'invited';
}
