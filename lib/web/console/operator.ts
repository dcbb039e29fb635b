// Who is at a page of the console. Every page, action and route handler asks here for itself; layouts and the front only spare
// others the work (NXT-2, ADM-2). Whoever is no operator gets the page of an address that is not there, and no data.
import 'server-only';
import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import type { Caller } from '@/lib/management/caller';
import { callerOfOperator, type OperatorVisit, RECENT_PROOF_SECONDS } from '@/lib/management/console-door';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { ROLES, type Role } from '@/lib/management/roles';
import { runtime } from '@/lib/runtime/boot';
import { PATH_HEADER } from '@/lib/runtime/client-address';
import { SIGN_IN_PATH } from './sign-in';
import { findVisit } from './visit';

/** An operator at a page, and who they are for the management API. */
export type OperatorAtWork = Readonly<{ visit: OperatorVisit; caller: Caller; isRecentlyProven: boolean }>;

/** The operator of this request, or null. One statement, once a request. */
export const findOperator = cache(async (): Promise<OperatorAtWork | null> => {
  const latchkey = await runtime();
  const visit = await findVisit(latchkey, await headers());
  if (visit === null) return null;
  const provenFor = latchkey.clock().getTime() - visit.authenticatedAt.getTime();
  return {
    visit,
    caller: callerOfOperator(visit),
    isRecentlyProven: provenFor <= RECENT_PROOF_SECONDS * 1000,
  };
});

/**
 * The operator of this request; for anybody else, and for one of a lower role, there is nothing at this address. Only at the
 * front door strangers are shown where to sign in.
 * @param role the least that will do; left out: any
 */
export async function requireOperator(role: Role = 'viewer'): Promise<OperatorAtWork> {
  const operator = await findOperator();
  if (operator === null && (await askedPath()) === CONSOLE_PATH && (await isNearConsole()))
    redirect(SIGN_IN_PATH);
  if (operator === null || !isAtLeast(operator.visit.role, role)) notFound();
  return operator;
}

/** Whether this request comes from where the console may be reached (CONSOLE_NETWORKS, ADM-6). */
export async function isNearConsole(): Promise<boolean> {
  const { console: operatorConsole, clientAddress } = await runtime();
  return operatorConsole.isOpenTo(clientAddress(await headers()));
}

/** The path of this request. */
export async function askedPath(): Promise<string> {
  return (await headers()).get(PATH_HEADER) ?? '';
}

function isAtLeast(held: Role, wanted: Role): boolean {
  return ROLES.indexOf(held) <= ROLES.indexOf(wanted);
}
