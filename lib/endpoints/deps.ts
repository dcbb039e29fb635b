// Everything the endpoints are handed. Each endpoint asks for the slice it needs: Pick<Deps, 'clock' | 'codes'>.
// lib/runtime composes the one value there is; tests compose their own from memory.
import type { DeliveryEventStore, WebhookReader } from '@/lib/login/delivery-event';
import type { EmbeddedDeps } from '@/lib/login/embedded-login';
import type { FailureLimits } from '@/lib/login/failure-limits';
import type { LoginMessage } from '@/lib/login/message';
import type { Randomness } from '@/lib/login/randomness';
import type { BrandAssets } from '@/lib/login/settings';
import type { Operators } from '@/lib/management/caller';
import type { TokenFamilyStore } from '@/lib/oidc/access-token';
import type { AuthorizationCodeStore } from '@/lib/oidc/authorization-code';
import type { Client, ClientStore } from '@/lib/oidc/client';
import type { ClientAssertionStore } from '@/lib/oidc/client-assertion';
import type { VerifySecret } from '@/lib/oidc/client-authentication';
import type { ErrorCode } from '@/lib/oidc/errors';
import type { PushedRequestStore } from '@/lib/oidc/pushed-request';
import type { RefreshTokenStore, RefreshTokens } from '@/lib/oidc/refresh-token';
import type { DefaultAudience, ResourceServerStore } from '@/lib/oidc/resource-server';
import type { TokenEvents } from '@/lib/oidc/token-events';
import type { TokenSigner } from '@/lib/oidc/token-signer';
import type { FormPostWords } from './answer-client';
import type { SignIn } from './authorize';
import type { BrowserSessions } from './browser-session';
import type { SignOut } from './end-session';

export type Deps = Readonly<{
  /** Public base URL with a trailing slash: the `iss` of everything, never taken from a request. */
  issuer: string;
  /** The one clock. */
  clock: () => Date;
  /** Token ids and CSP nonces. */
  random: Pick<Randomness, 'id'>;
  clients: ClientStore;
  resourceServers: ResourceServerStore;
  defaultAudience: DefaultAudience;
  /** Where anybody may be sent after a sign-out that names no client. */
  allowedLogoutUrls: () => readonly string[];
  codes: AuthorizationCodeStore;
  families: TokenFamilyStore;
  refreshTokens: RefreshTokens;
  refreshTokenStore: RefreshTokenStore;
  tokenEvents: TokenEvents;
  signer: TokenSigner;
  verifySecret: VerifySecret;
  clientAssertions: ClientAssertionStore;
  pushedRequests: PushedRequestStore;
  failureLimits: FailureLimits;
  sessions: BrowserSessions;
  signIn: SignIn;
  signOut: SignOut;
  /** What applications with pages of their own ask and answer. */
  embedded: EmbeddedDeps;
  /** Whether the endpoints of Auth0's first years are served: /oauth/ro, /api/users, tokens at /passwordless/verify. */
  servesLegacy: boolean;
  /** Who may use the management API, and for what. */
  operators: Operators;
  /** Hands a message to the providers, after the answer. Never throws; what they say is recorded. */
  sendLater(message: LoginMessage): void;
  /** Address of the client, by the operator's rule about proxies; null when the platform gives none. */
  clientAddress(headers: Headers): string | null;
  errorPage: ErrorPage;
  pressPage: PressPage;
  formPostWords: FormPostWords;
  log: EndpointLog;
  /** Resend's is null without a signing secret; Twilio's is always there, because connections bring accounts of their own. */
  webhooks: Readonly<{ resend: WebhookReader | null; twilio: WebhookReader }>;
  deliveryEvents: DeliveryEventStore;
  /** Resolves when storage answers; rejects when it does not. Bounded to about a second. */
  pingStorage: () => Promise<void>;
  /** Whether a request comes from this machine, by no proxy. */
  isOwnMachine(headers: Headers): boolean;
  /** What a Prometheus is told, in its text format. */
  renderMetrics(): Promise<Readonly<{ contentType: string; text: string }>>;
  /** BCP 47 tags that the pages speak, the default first. */
  uiLocales: readonly string[];
  /** Pictures and fonts of the pages. */
  brandAssets: Pick<BrandAssets, 'find'>;
}>;

/** What a page of ours says of a request that could not be served. */
export type PageProblem = Readonly<{
  status: number;
  error: ErrorCode;
  /** A sentence of ours for developers, free of anything the request carried. */
  description: string;
  /** Also in the log; null where nothing was worth a line. */
  reference: string | null;
  /** The client that sent the browser, where it is known; its redirect URI may be the thing that is wrong. */
  client: Client | null;
  /** The browser's header, to choose the language. */
  acceptLanguage: string | null;
}>;

/** The error page as a string of HTML with its security headers (no-store, frame-ancestors 'none'). Echoes no input. */
export type ErrorPage = (problem: PageProblem) => Response;

/**
 * A page with one button, for an address that is never acted upon by being opened: a person presses, a scanner does not. As a
 * string of HTML with its security headers (no-store, same-origin Referer, frame-ancestors 'none').
 */
export type PressPage = (
  page: Readonly<{
    client: Client;
    /** Who is about to be signed in, masked. */
    maskedIdentifier: string;
    /** Path the button posts to, and what it posts. */
    action: string;
    fields: readonly (readonly [name: string, value: string])[];
    acceptLanguage: string | null;
  }>,
) => Response;

/** The log as endpoints use it. Both calls return the reference that the answer shows. Neither ever throws. */
export type EndpointLog = {
  /** A request that broke a rule. Holds nothing the request carried but the id of a client that exists. */
  refused(
    refusal: Readonly<{
      endpoint: string;
      status: number;
      error: ErrorCode;
      description: string;
      clientId: string | null;
    }>,
  ): string;
  /** A bug, or storage that is away. */
  failed(failure: Readonly<{ endpoint: string; cause: unknown }>): string;
};
