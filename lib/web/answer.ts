// What every answer to a step of a login begins with: the interaction is this browser's and may still be answered. Anything
// else goes to the page that says why. That a page of ours sent the form is proven by the door it came through.
import type { Interaction } from '@/lib/login/interaction';
import type { Client } from '@/lib/oidc/client';
import type { Runtime } from '@/lib/runtime/compose';
import type { Browser } from './browser';
import { goTo, type Outcome } from './outcome';
import { visitInteraction } from './visit';

/** The pages of an interaction that can be answered: until somebody has proven who they are, and `consent` from then on. */
export const STEPS = ['identifier', 'code', 'done', 'passkey', 'consent'] as const;

export type Step = (typeof STEPS)[number];

export type OpenInteraction = Readonly<{
  kind: 'open';
  interaction: Interaction;
  client: Client;
  /** Path of a step of this interaction. */
  step(step: Step): string;
}>;

/**
 * The interaction that a form answers, or, for one that cannot be answered, or not at that step, the way to the page that
 * explains (FRM-8).
 */
export async function openInteraction(
  runtime: Runtime,
  browser: Browser,
  { form, posted }: { form: FormData; posted: Step },
): Promise<OpenInteraction | Readonly<{ kind: 'closed'; outcome: Outcome }>> {
  const id = textOf(form, 'interaction');
  const step = (to: Step) => stepPath(id, to);
  const visit = await visitInteraction(runtime, browser, id);
  if (visit.kind !== (posted === 'consent' ? 'proven' : 'open'))
    return { kind: 'closed', outcome: goTo(step(posted)) };
  return { kind: 'open', interaction: visit.interaction, client: visit.client, step };
}

/** Path of a step of an interaction. */
export function stepPath(interactionId: string, step: Step): string {
  return `/login/${encodeURIComponent(interactionId)}/${step}`;
}

/** The cookies that hold an interaction from now on. */
export async function saveInteraction(
  runtime: Runtime,
  browser: Browser,
  interaction: Interaction,
): Promise<Pick<Outcome, 'setCookies'>> {
  return { setCookies: await runtime.cookies.holdInteraction(interaction, browser.cookies) };
}

/** A field as text; absent, repeated or a file, it is empty. */
export function textOf(form: FormData, name: string): string {
  const values = form.getAll(name);
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : '';
}
