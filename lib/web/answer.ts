// What every action of a login begins with: the post comes from a page of ours, the interaction is this browser's and
// may still be answered. Anything else goes to the page that says why.
import 'server-only';
import { redirect } from 'next/navigation';
import type { Interaction } from '@/lib/login/interaction';
import type { Client } from '@/lib/oidc/client';
import type { Runtime } from '@/lib/runtime/compose';
import { heldCookies, requireSameOrigin, setCookies } from './browser';
import { visitInteraction } from './visit';

/** The pages of an interaction that can be answered: until somebody has proven who they are, and `consent` from then on. */
export const STEPS = ['identifier', 'code', 'done', 'consent'] as const;

export type Step = (typeof STEPS)[number];

export type OpenInteraction = Readonly<{
  interaction: Interaction;
  client: Client;
  /** Path of a step of this interaction. */
  step(step: Step): string;
}>;

/**
 * The interaction that a form answers. A form for one that cannot be answered, or not at that step, ends at the page that
 * explains (FRM-8).
 */
export async function openInteraction(
  runtime: Runtime,
  form: FormData,
  posted: Step,
): Promise<OpenInteraction> {
  await requireSameOrigin(runtime);
  const id = textOf(form, 'interaction');
  const step = (to: Step) => stepPath(id, to);
  const visit = await visitInteraction(runtime, id);
  if (visit.kind !== (posted === 'consent' ? 'proven' : 'open')) redirect(step(posted));
  return { interaction: visit.interaction, client: visit.client, step };
}

/** Path of a step of an interaction. */
export function stepPath(interactionId: string, step: Step): string {
  return `/login/${encodeURIComponent(interactionId)}/${step}`;
}

export async function saveInteraction(runtime: Runtime, interaction: Interaction): Promise<void> {
  await setCookies(runtime, await runtime.cookies.holdInteraction(interaction, await heldCookies()));
}

/** A field as text; absent, repeated or a file, it is empty. */
export function textOf(form: FormData, name: string): string {
  const values = form.getAll(name);
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : '';
}
