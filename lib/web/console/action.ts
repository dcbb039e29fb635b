// What every action of the console begins and ends with: the post comes from a page of ours, an operator who may do it sent it,
// and what the management API refuses stands beside the field it is about. Nothing that was typed is sent back: the form in the
// browser still has it.
import 'server-only';
import { refresh } from 'next/cache';
import type { Role } from '@/lib/management/roles';
import { runtime } from '@/lib/runtime/boot';
import { requireSameOrigin } from '@/lib/web/next-door';
import { ManagementRefusal } from './ask';
import { type OperatorAtWork, requireOperator } from './operator';

/** Where a form stands. An action returns the next one; the last one it is given is the browser's word and is not used. */
export type ActionState = Readonly<
  | { kind: 'untouched' }
  /**
   * `said` is shown for a moment; `shown` is for the form to show, such as a secret; `goTo` is the page to go on to; `undo` is what
   * the action that takes it back is sent, where the form has one.
   */
  | {
      kind: 'done';
      said: string;
      shown?: Readonly<Record<string, string>>;
      goTo?: string;
      undo?: Readonly<Record<string, string>>;
    }
  /** `field` is a name of the API's body; null for the whole. */
  | { kind: 'refused'; field: string | null; sentence: string }
  /** The person must prove again who they are: the form keeps what was typed and goes on from there. */
  | { kind: 'proof_needed' }
>;

/**
 * Runs a change in the name of the operator who posted it, and shows the page again as it is then.
 * @param role the least that may; the API decides again by its scopes
 */
export async function operatorAction(
  role: Role,
  change: (operator: OperatorAtWork) => Promise<ActionState>,
): Promise<ActionState> {
  await requireSameOrigin(await runtime());
  const operator = await requireOperator(role);
  try {
    const state = await change(operator);
    // The page may be of what is not there any more.
    if (state.kind !== 'done' || state.goTo === undefined) refresh();
    return state;
  } catch (problem) {
    if (problem instanceof ManagementRefusal) return refusedState(problem);
    throw problem;
  }
}

/**
 * Answers what a form asks while it is filled in: nothing is changed, and the page stays as it is.
 * @param role the least that may
 */
export async function operatorQuestion(
  role: Role,
  answer: (operator: OperatorAtWork) => Promise<ActionState>,
): Promise<ActionState> {
  await requireSameOrigin(await runtime());
  const operator = await requireOperator(role);
  try {
    return await answer(operator);
  } catch (problem) {
    if (problem instanceof ManagementRefusal) return refusedState(problem);
    throw problem;
  }
}

/** What the API's sentence is for a person: which field it is about, and what to do. */
export function refusedState({ errorCode, message }: ManagementRefusal): ActionState {
  if (errorCode === 'recent_proof_required') return { kind: 'proof_needed' };
  const [, field = null, rule, sentence] = FIELD_SENTENCE.exec(message) ?? [];
  return { kind: 'refused', field, sentence: asSentence((sentence ?? rule ?? message).replace(PLACE, '$1')) };
}

/** `Payload validation error: field must be …`, or `…: field: A sentence.` */
const FIELD_SENTENCE = /^Payload validation error: ([\w.[\]-]+)(?: (.*)|: (.*))$/;

/** `(line 1, column 2): …`, of a template. */
const PLACE = /^\(([^)]*)\)/;

/** `must be true` as `Must be true.` */
export function asSentence(text: string): string {
  const capitalised = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capitalised) ? capitalised : `${capitalised}.`;
}
