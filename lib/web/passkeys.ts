// Passkeys on the pages of a sign-in: the question that the first page asks, and the offer to make one once somebody has proven
// who they are. Only the script knows what its browser can do: it says so in a field of the forms, and without it nobody is
// offered anything (docs/decisions/0049).
import { isExpired, KNOWN_BROWSER_SECONDS, type SealedCookies } from '@/lib/endpoints/sealed-cookies';
import type { ChallengeStore } from '@/lib/login/challenge';
import type { AskedChallenge, Interaction } from '@/lib/login/interaction';
import { mayLink } from '@/lib/login/link-identity';
import { passkeyChallenge } from '@/lib/login/passkey-challenge';
import type { SessionStore } from '@/lib/login/session';
import type { Runtime } from '@/lib/runtime/compose';
import { saveInteraction, stepPath, textOf } from './answer';
import type { Browser } from './browser';
import { goTo, type Outcome } from './outcome';
import type { Visit } from './visit';
import { isFetchable } from './waiting';

/** A browser is offered one once in this time, and after the other it may be asked anew whatever it said. */
const OFFER_AGAIN_SECONDS = 14 * 86_400;
export const OFFERED_FOR_GOOD_SECONDS = KNOWN_BROWSER_SECONDS;

type PasskeyQuestion<Action> = Readonly<{
  action: Action;
  hidden: { interaction: string };
  options: string;
  refused: Readonly<{ unknown: string | null }> | null;
}>;

/** What a form needs that signs in with a passkey here; null where none can, and while nobody has one. */
export async function passkeyInstead<Action>(
  { passkeys, clock }: Runtime,
  visit: Visit,
  action: Action,
): Promise<PasskeyQuestion<Action> | null> {
  const found = passkeys.mayExist() ? findPasskeyInteraction(visit, clock()) : null;
  if (found === null) return null;
  const { interaction } = found;
  const challenge = passkeyChallenge(passkeys.keyedHash, { use: 'sign_in', interaction }, clock());
  const options = await passkeys.ceremonies.askForOne(challenge);
  const { id, outcome } = interaction;
  const refused = outcome?.kind === 'passkey_refused' ? outcome : null;
  return { action, hidden: { interaction: id }, options, refused };
}

/** The interaction that a passkey may sign in to: one that may be answered, or whose guesses are used up. */
export function findPasskeyInteraction(
  visit: Visit,
  now: Date,
): Pick<Extract<Visit, { kind: 'open' }>, 'interaction' | 'client'> | null {
  if (visit.kind === 'open') return visit;
  if (visit.kind !== 'finished' || visit.interaction.finished !== 'too_many_tries') return null;
  return isExpired(visit.interaction, now) ? null : visit;
}

/** The field by which the script says whether this device can keep a passkey; nothing where none would be offered. */
export function offerQuestion(latchkey: Runtime, browser: Browser): { passkeys?: '' } {
  return mayOffer(latchkey, browser) ? { passkeys: '' } : {};
}

/** Whether whoever proves themselves by that form is to be offered a passkey before they go on. */
export function wantsPasskeyOffer(latchkey: Runtime, browser: Browser, form: FormData): boolean {
  return mayOffer(latchkey, browser) && textOf(form, 'passkeys') === 'here';
}

function mayOffer({ passkeys, cookies }: Runtime, { cookies: held }: Browser): boolean {
  return passkeys.isOffered() && !cookies.hasPasskeyOffer(held);
}

/** To the offer. The client's answer waits for what the person says; whatever they say, it is next. */
export async function offerPasskey(
  latchkey: Runtime,
  browser: Browser,
  interaction: Interaction,
): Promise<Outcome> {
  const offered = await saveInteraction(latchkey, browser, { ...interaction, outcome: null });
  return goTo(stepPath(interaction.id, 'passkey'), offered, {
    setCookies: [latchkey.cookies.holdPasskeyOffer(OFFER_AGAIN_SECONDS)],
  });
}

/** Whoever was proven in this very interaction and browser, a moment ago; null for everybody else, and while nobody is offered one. */
export async function findOffered(
  {
    passkeys,
    login,
    sessions,
    cookies,
    clock,
  }: Pick<Runtime, 'clock'> &
    Readonly<{
      passkeys: Pick<Runtime['passkeys'], 'isOffered'>;
      login: Readonly<{ challenges: Pick<ChallengeStore, 'find'> }>;
      sessions: Pick<SessionStore, 'findActive'>;
      cookies: Pick<SealedCookies, 'readSession'>;
    }>,
  browser: Pick<Browser, 'cookies'>,
  interaction: Interaction,
): Promise<Readonly<{ accountId: string; asked: AskedChallenge }> | null> {
  const { asked } = interaction;
  const secret = cookies.readSession(browser.cookies);
  if (!passkeys.isOffered() || asked === null || secret === null) return null;
  const challenge = await login.challenges.find(asked.challengeId);
  if (challenge === null || !isFetchable(challenge, interaction)) return null;
  const session = await sessions.findActive(secret, clock());
  if (session?.id !== challenge.sessionId || !mayLink(session, clock())) return null;
  return { accountId: session.accountId, asked };
}
