// A visit to a page of an interaction: what may be shown for the id in the URL in this browser. Reads; never writes.
import { isExpired } from '@/lib/endpoints/sealed-cookies';
import type { Interaction } from '@/lib/login/interaction';
import type { Language } from '@/lib/login/languages';
import type { Client } from '@/lib/oidc/client';
import type { Runtime } from '@/lib/runtime/compose';
import { type Browser, pageLanguage } from './browser';
import { isProvenByLink } from './waiting';

export type Visit = Readonly<
  /** Somebody may answer here. */
  | { kind: 'open'; interaction: Interaction; client: Client; language: Language }
  /** Somebody has proven who they are, and is asked whether the client may have what it asks for. */
  | { kind: 'proven'; interaction: Interaction; client: Client; language: Language }
  /** It ended in this browser. */
  | { kind: 'finished'; interaction: Interaction; client: Client; language: Language }
  /** Another tab of this browser has signed in since this one was opened. */
  | { kind: 'overtaken'; interaction: Interaction; client: Client; language: Language }
  /** Too old. */
  | { kind: 'expired'; interaction: Interaction; client: Client; language: Language }
  /** Not this browser's, or forgotten. */
  | { kind: 'unknown'; language: Language }
>;

/** @param id of an interaction, as the URL or a form says */
export async function visitInteraction(runtime: Runtime, browser: Browser, id: string): Promise<Visit> {
  const { cookies: held } = browser;
  const interaction = await runtime.cookies.readInteraction(held, id);
  const client = interaction && (await runtime.clients.find(interaction.request.clientId));
  const language = pageLanguage(browser, interaction);
  if (interaction === null || client === null) return { kind: 'unknown', language };

  const visit = { interaction, client, language };
  if (interaction.finished !== null) return { kind: 'finished', ...visit };
  if (isExpired(interaction, runtime.clock())) return { kind: 'expired', ...visit };
  if (interaction.sessionId !== null) return { kind: 'proven', ...visit };
  if (await isOvertaken(runtime, interaction, runtime.cookies.readSession(held)))
    return { kind: 'overtaken', ...visit };
  return { kind: 'open', ...visit };
}

/**
 * Asks the database only for a browser that holds a session, and not where fresh proof was asked for, or the session is this
 * interaction's own: made by its link, while the client waits for its code.
 */
async function isOvertaken(
  runtime: Runtime,
  interaction: Interaction,
  secret: string | null,
): Promise<boolean> {
  const { request, createdAt } = interaction;
  const asksAgain =
    request.prompt.length > 0 || request.maxAgeSeconds !== null || request.hintedSubject !== null;
  if (secret === null || asksAgain) return false;
  const session = await runtime.sessions.findActive(secret, runtime.clock());
  if (session === null || session.authenticatedAt.getTime() <= createdAt) return false;
  return !(await isProvenByLink(runtime.login, interaction));
}
