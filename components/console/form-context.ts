'use client';
// What the fields of a form know of it: which of them was refused and why, and whether it is on its way.
import { createContext, useContext } from 'react';
import type { ActionState } from '@/lib/web/console/action';

export type FormStanding = Readonly<{ state: ActionState; isPending: boolean }>;

export const FormContext = createContext<FormStanding>({ state: { kind: 'untouched' }, isPending: false });

export function useForm(): FormStanding {
  return useContext(FormContext);
}

/** What would be refused of what is being typed, by field. */
export const LiveProblems = createContext<Readonly<Record<string, string>>>({});

/** Why that field was refused, or null. Names of the API may go deeper than a field: `options.from[0]`. */
export function useProblem(name: string): string | null {
  const { state } = useForm();
  const live = useContext(LiveProblems);
  if (live[name] !== undefined) return live[name];
  if (state.kind !== 'refused' || state.field === null) return null;
  return state.field === name || state.field.startsWith(`${name}.`) || state.field.startsWith(`${name}[`)
    ? state.sentence
    : null;
}
