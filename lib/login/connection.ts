// A connection: one way to prove an identifier, with the options an operator gave it. Auth0's options object is what is
// stored and what the management API speaks; this is what it means. auth0-contract §1.
import type { Channel } from './identifier';

/** What one message carries. Auth0's `send`, and both together. */
export type SendMode = 'both' | 'code' | 'link';

/** A person who reviews an application signs in without a message: by name, with a fixed code, until an end. */
export type TestIdentity = Readonly<{
  /** Canonical identifier. */
  identifier: string;
  code: string;
  expiresAt: Date;
}>;

type Options = Readonly<{
  /** `con_…` */
  id: string;
  /** Named in `connection=` and `realm=`. */
  name: string;
  /** False: only people who have an account already are sent anything (Auth0's `disable_signup`). */
  signUpOpen: boolean;
  /** Digits, 4–10 (`totp.length`). */
  codeLength: number;
  /** Seconds, 60–1800 (`totp.time_step`); a link lives as long. */
  codeLifetimeSeconds: number;
  /** Guesses one interaction has, 3–10. */
  maxGuesses: number;
  testIdentities: readonly TestIdentity[];
}>;

export type EmailConnection = Options &
  Readonly<{
    strategy: 'email';
    sendMode: SendMode;
    /** A link opened in another browser may sign in there, after a press. Off by default. */
    signInOnOtherDevice: boolean;
    /** A quiet message about a sign-in from a browser that was not seen before. */
    newDeviceNotice: boolean;
    /** Liquid; null is our own wording. */
    template: Readonly<{ from: string | null; subject: string | null; body: string | null }>;
    /** Added to the links of the embedded API (`authParams`). */
    authParams: Readonly<Record<string, string>>;
  }>;

export type SmsConnection = Options &
  Readonly<{
    strategy: 'sms';
    /** Null is our own wording. */
    template: Readonly<{ text: string; syntax: 'liquid' | 'md_with_macros' }> | null;
    /** Number or alphanumeric sender; null is the environment's. */
    from: string | null;
    twilio: Readonly<{
      accountSid: string;
      /** Sealed by lib/keys. */
      sealedAuthToken: string;
      messagingServiceSid: string | null;
    }> | null;
    gateway: Readonly<{
      url: string;
      forwardsRequest: boolean;
      authentication: Readonly<{
        audience: string;
        subject: string | null;
        /** Sealed by lib/keys. */
        sealedSecret: string;
        secretIsBase64: boolean;
      }> | null;
    }> | null;
    /** ISO 3166-1 alpha-2; null is the environment's list. */
    countries: readonly string[] | null;
    /** What one segment costs, in millionths of the currency, by country. */
    prices: Readonly<{ currency: string; microsByCountry: Readonly<Record<string, number>> }> | null;
  }>;

export type Connection = EmailConnection | SmsConnection;

export type ConnectionStore = Readonly<{
  /**
   * Every connection, the oldest first. May answer from memory: a change made elsewhere shows within five seconds. A row
   * whose options cannot be read any more is left out (and logged by whoever composed the store), so that one bad
   * connection does not take the others down (MSG-8).
   */
  all(): Promise<readonly Connection[]>;
}>;

/** The connections that a client's page offers, in their order; narrowed by what the request named, if it named one. */
export function offeredConnections(
  connections: readonly Connection[],
  offer: { ofClient: readonly string[]; named: string | null; canSend(connection: Connection): boolean },
): Connection[] {
  const offered = connections.filter(
    (connection) => offer.ofClient.includes(connection.name) && offer.canSend(connection),
  );
  const named = offered.filter(({ name }) => name === offer.named);
  return named.length > 0 ? named : offered;
}

/** The channels of these connections, each once. */
export function channelsOf(connections: readonly Connection[]): Channel[] {
  return [...new Set(connections.map(({ strategy }) => strategy))];
}
