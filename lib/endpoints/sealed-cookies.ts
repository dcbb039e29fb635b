// The cookies a browser holds for us, by name, size and lifetime; pages and endpoints share them. Knows neither Next nor
// the seal itself.
import type { ChangeProblem } from '@/lib/login/change-identifier';
import {
  type AskedChallenge,
  completeInteraction,
  INTERACTION_LIFETIME_SECONDS,
  type Interaction,
} from '@/lib/login/interaction';
import type { LinkProblem } from '@/lib/login/link-identity';
import type { EndSessionRequest } from '@/lib/oidc/end-session-request';
import { type Cookie, cookieName } from './cookies';
import type { SignedOut } from './end-session';
import type { TryAttempt, TryOutcome } from './try-out';

export type CookieSealer = Readonly<{
  /** Authenticated encryption of any JSON value. */
  seal(value: unknown, lifetimeSeconds: number): Promise<string>;
  /** The value, or null: not ours, changed, or too old. */
  unseal(sealed: string): Promise<unknown>;
}>;

/** What a browser remembers of who signed in with it; gives those people a budget of their own (OTP-7). */
export type KnownBrowser = Readonly<{
  id: string;
  /** Keyed hashes of identifiers, newest first. */
  subjects: readonly string[];
}>;

/** A new identifier as it was typed, and what did not fit. */
export type ChangeAttempt = Readonly<{ typedIdentifier: string; problem: ChangeProblem }>;

/** Another address or number of somebody who is signed in, and how far its proof is. */
export type LinkAttempt = Readonly<{
  /** Whose page led here. */
  clientId: string;
  /** The session that asked: nobody else goes on with it. */
  sessionId: string;
  typedIdentifier: string;
  /** What was asked, under the name of an interaction that no page knows; null while nothing was. */
  question: Readonly<{ interactionId: string; asked: AskedChallenge }> | null;
  problem: LinkProblem | null;
}>;

/** Browsers drop cookies over 4096 bytes with name and attributes: longer seals travel in pieces. */
const PIECE_LENGTH = 3600;
const MAX_PIECES = 4;
/** All interactions of a browser together; beyond it the oldest go. Servers commonly refuse headers over 16 kB. */
const INTERACTIONS_MAX_LENGTH = 8_000;
/** An interaction that ran out is still known for a day, so that its page can offer a fresh start. */
const REMEMBERED_SECONDS = 24 * 3600;
/** Browsers keep no cookie longer (RFC 6265bis §5.5). */
export const KNOWN_BROWSER_SECONDS = 400 * 86_400;
const KNOWN_SUBJECTS_MAX = 10;
/** What was typed with a code for another address is kept for the next try. */
const CHANGE_ATTEMPT_SECONDS = 600;
/** As long as a code may live, and some time to type it. */
const LINK_ATTEMPT_SECONDS = 1800;
/** Time a person has to confirm a sign-out, and to read that it is done. */
const SIGN_OUT_SECONDS = 600;
/** Applications that are named as signed out; a longer list helps nobody. */
const TOLD_CLIENTS_MAX = 20;

/** An operator has this long to sign in to an application that they try. */
const TRY_SECONDS = 1800;

/** The cookies a request came with, by the names they go by, oldest first. */
export type HeldCookies = ReadonlyMap<string, string>;

export function createSealedCookies(sealer: CookieSealer, issuer: string) {
  const readCookie = (held: HeldCookies, name: string) => held.get(cookieName(issuer, name)) ?? null;
  const unseal = async (sealed: string | null) => (sealed === null ? null : sealer.unseal(sealed));

  return {
    /** The secret of the session that a browser holds, or null. */
    readSession: (held: HeldCookies): string | null => readCookie(held, 'session'),
    /** Crosses sites, because silent authentication runs in a frame of the client's page. */
    holdSession: (secret: string, maxAgeSeconds: number): Cookie => ({
      name: 'session',
      value: secret,
      crossSite: true,
      maxAgeSeconds,
    }),

    async readInteraction(held: HeldCookies, id: string): Promise<Interaction | null> {
      let sealed = '';
      for (let piece = 0; piece < MAX_PIECES; piece++) sealed += readCookie(held, pieceName(id, piece)) ?? '';
      const interaction = (await unseal(sealed === '' ? null : sealed)) as Interaction | null;
      return interaction?.id === id ? completeInteraction(interaction) : null;
    },

    /** What this browser began last, over or not; null where it holds nothing. */
    async readNewestInteraction(held: HeldCookies): Promise<Interaction | null> {
      const ids = [...held.keys()].flatMap(
        (name) => /^(?:__Host-)?interaction-([\w-]+)$/.exec(name)?.[1] ?? [],
      );
      for (const id of ids.reverse()) {
        const interaction = await this.readInteraction(held, id);
        if (interaction !== null) return interaction;
      }
      return null;
    },

    /** The cookies that hold an interaction from now on, and those that make room for them. */
    async holdInteraction(interaction: Interaction, held: HeldCookies): Promise<Cookie[]> {
      const sealed = await sealer.seal(interaction, REMEMBERED_SECONDS);
      const pieces = sealed.match(new RegExp(`.{1,${PIECE_LENGTH}}`, 'g')) ?? [];
      const names = pieces.map((_, piece) => pieceName(interaction.id, piece));
      const left = [...held.keys()].filter(
        (name) =>
          name.startsWith(cookieName(issuer, `${pieceName(interaction.id, 0)}.`)) &&
          !names.some((kept) => name === cookieName(issuer, kept)),
      );
      return [
        ...left.map((name) => remove(withoutPrefix(name))),
        ...crowdedOut(held, interaction.id),
        ...pieces.map((value, piece) => lax(pieceName(interaction.id, piece), value, REMEMBERED_SECONDS)),
      ];
    },

    async readKnownBrowser(held: HeldCookies): Promise<KnownBrowser | null> {
      return (await unseal(readCookie(held, 'known-browser'))) as KnownBrowser | null;
    },

    /** Remembers that this person signed in with this browser. */
    async holdKnownBrowser(known: KnownBrowser, subject: string): Promise<Cookie> {
      const subjects = [subject, ...known.subjects.filter((other) => other !== subject)].slice(
        0,
        KNOWN_SUBJECTS_MAX,
      );
      const sealed = await sealer.seal({ id: known.id, subjects }, KNOWN_BROWSER_SECONDS);
      return lax('known-browser', sealed, KNOWN_BROWSER_SECONDS);
    },

    /** Whether this browser was offered a passkey lately, or wants to be asked no more. */
    hasPasskeyOffer: (held: HeldCookies): boolean => readCookie(held, 'passkey-offer') !== null,
    holdPasskeyOffer: (seconds: number): Cookie => lax('passkey-offer', '1', seconds),

    /** A sign-out that waits for its confirmation. */
    async readSignOut(held: HeldCookies): Promise<EndSessionRequest | null> {
      return (await unseal(readCookie(held, 'sign-out'))) as EndSessionRequest | null;
    },
    async holdSignOut(request: EndSessionRequest): Promise<Cookie> {
      return lax('sign-out', await sealer.seal(request, SIGN_OUT_SECONDS), SIGN_OUT_SECONDS);
    },
    removeSignOut: (): Cookie => remove('sign-out'),

    /** What did not fit of a new identifier and its code, for the page that asks for both. */
    async readChangeAttempt(held: HeldCookies): Promise<ChangeAttempt | null> {
      return (await unseal(readCookie(held, 'change'))) as ChangeAttempt | null;
    },
    async holdChangeAttempt(attempt: ChangeAttempt): Promise<Cookie> {
      return lax('change', await sealer.seal(attempt, CHANGE_ATTEMPT_SECONDS), CHANGE_ATTEMPT_SECONDS);
    },
    removeChangeAttempt: (): Cookie => remove('change'),

    /** Another way to sign in that is being proven; bound to this browser by nothing else. */
    async readLinkAttempt(held: HeldCookies): Promise<LinkAttempt | null> {
      return (await unseal(readCookie(held, 'link'))) as LinkAttempt | null;
    },
    async holdLinkAttempt(attempt: LinkAttempt): Promise<Cookie> {
      return lax('link', await sealer.seal(attempt, LINK_ATTEMPT_SECONDS), LINK_ATTEMPT_SECONDS);
    },
    removeLinkAttempt: (): Cookie => remove('link'),

    /** A login that an operator tries: on its way, or what came of it. */
    async readTry(held: HeldCookies): Promise<TryAttempt | TryOutcome | null> {
      const pieces = Array.from(
        { length: MAX_PIECES },
        (_, piece) => readCookie(held, tryPiece(piece)) ?? '',
      );
      return (await unseal(pieces.join('') || null)) as TryAttempt | TryOutcome | null;
    },
    async holdTry(tried: TryAttempt | TryOutcome): Promise<Cookie[]> {
      const sealed = await sealer.seal(tried, TRY_SECONDS);
      return Array.from({ length: MAX_PIECES }, (_, piece) => {
        const value = sealed.slice(piece * PIECE_LENGTH, (piece + 1) * PIECE_LENGTH);
        return value === '' ? remove(tryPiece(piece)) : lax(tryPiece(piece), value, TRY_SECONDS);
      });
    },

    /** What the page says that a sign-out ends on. */
    async readSignedOut(held: HeldCookies): Promise<SignedOut | null> {
      return (await unseal(readCookie(held, 'signed-out'))) as SignedOut | null;
    },
    async holdSignedOut({ clientId, uiLocales, toldClients }: SignedOut): Promise<Cookie> {
      const said: SignedOut = { clientId, uiLocales, toldClients: toldClients.slice(0, TOLD_CLIENTS_MAX) };
      return lax('signed-out', await sealer.seal(said, SIGN_OUT_SECONDS), SIGN_OUT_SECONDS);
    },
  };
}

export type SealedCookies = ReturnType<typeof createSealedCookies>;

/** An interaction is over an hour after it began, whatever its cookie says. */
export function isExpired(interaction: Interaction, now: Date): boolean {
  return now.getTime() - interaction.createdAt > INTERACTION_LIFETIME_SECONDS * 1000;
}

/** Removes the oldest other interactions of a browser that has too many open. */
function crowdedOut(held: HeldCookies, id: string): Cookie[] {
  const others = [...held].filter(([name]) => /^(__Host-)?interaction-/.test(name) && !name.includes(id));
  let length = others.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const removed: Cookie[] = [];
  for (const [name, value] of others) {
    if (length <= INTERACTIONS_MAX_LENGTH) break;
    removed.push(remove(withoutPrefix(name)));
    length -= name.length + value.length;
  }
  return removed;
}

function pieceName(id: string, piece: number): string {
  return piece === 0 ? `interaction-${id}` : `interaction-${id}.${piece}`;
}

function tryPiece(piece: number): string {
  return piece === 0 ? 'tried' : `tried.${piece}`;
}

function withoutPrefix(name: string): string {
  return name.replace(/^__Host-/, '');
}

function lax(name: string, value: string, maxAgeSeconds: number): Cookie {
  return { name, value, crossSite: false, maxAgeSeconds };
}

function remove(name: string): Cookie {
  return lax(name, '', 0);
}
