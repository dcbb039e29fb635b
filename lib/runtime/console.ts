// The console's side of the composition: an ordinary client of our own login, the door behind it, and the management API
// asked in the name of an operator. Its secrets derive from SECRET, so nothing has to be handed over.
import { randomBytes } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { parseCookies } from '@/lib/endpoints/cookies';
import {
  beginTryOut,
  finishTryOut,
  type TryAttempt,
  type TryOutcome,
  type TryOutDeps,
} from '@/lib/endpoints/try-out';
import type { SecretBox } from '@/lib/keys/secret-box';
import { parseEmailIdentifier } from '@/lib/login/identifier';
import type { Caller } from '@/lib/management/caller';
import type { ConsoleDoor } from '@/lib/management/console-door';
import { ManagementProblem } from '@/lib/management/problem';
import { type ManagementDeps, managementEndpoint } from '@/lib/management/routes';
import { makeSetupLink } from '@/lib/management/team';
import {
  type ConsoleCookie,
  type ConsoleSeal,
  consoleCookieName,
  createConsoleSeal,
} from './console-cookies';
import type { Environment } from './environment';

/** The registration as the console itself knows it. */
export type ConsoleClient = Readonly<{ clientId: string; clientSecret: string; origin: string }>;

export type ConsoleRuntime = Readonly<{
  client: ConsoleClient;
  door: ConsoleDoor;
  /** Canonical addresses of CONSOLE_ADMINS. */
  admins: readonly string[];
  seal: ConsoleSeal;
  /** For what next-auth seals besides. */
  cookieSecret: string;
  cookieName(cookie: ConsoleCookie): string;
  /** Whether a Cookie header holds a session that was sealed here; whether it is alive the door knows. */
  holdsSession(cookieHeader: string | null): Promise<boolean>;
  /** Whether CONSOLE_NETWORKS lets that address near the console at all. */
  isOpenTo(address: string | null): boolean;
  /** Names an operator, and a session. */
  draw: Readonly<{ operatorId(): string; sessionSecret(): string }>;
  /** Asks the management API in the name of an operator. Never rejects. */
  ask(caller: Caller, request: Request): Promise<Response>;
  /** An application's login, tried in its place (docs/decisions/0046). For operators who may change the application. */
  tryOut: Readonly<{
    /** Null where there is no such client. */
    begin(asked: {
      clientId: string;
      operatorId: string;
    }): Promise<Readonly<{ location: string; attempt: TryAttempt }> | null>;
    finish(attempt: TryAttempt, answer: Parameters<typeof finishTryOut>[2]): Promise<TryOutcome | null>;
  }>;
  /** A new link for the first set-up; null where there is an owner, or CONSOLE_ADMINS says who may come. */
  makeSetupLink(): Promise<string | null>;
}>;

/** The id of the console's own client. */
export const CONSOLE_CLIENT_ID = 'latchkey-console';

/** The registration that every boot declares. */
export function describeConsole(box: SecretBox, origin: string): ConsoleClient {
  return { clientId: CONSOLE_CLIENT_ID, clientSecret: derive(box, 'console-client-secret', origin), origin };
}

function derive(box: SecretBox, purpose: string, origin: string, secretId = box.currentId): string {
  return Buffer.from(box.deriveBytes(purpose, origin, secretId) ?? '').toString('base64url');
}

export function composeConsole({
  environment,
  box,
  client,
  management,
  protocol,
}: {
  environment: Pick<Environment, 'issuer' | 'origin' | 'consoleAdmins' | 'consoleNetworks'>;
  box: SecretBox;
  client: ConsoleClient;
  management: ManagementDeps;
  protocol: TryOutDeps;
}): ConsoleRuntime {
  const { issuer, origin } = environment;
  const cookieSecrets = box.ids.map((id) => derive(box, 'console-cookie-secret', origin, id));
  const seal = createConsoleSeal(cookieSecrets);
  const sessionCookie = consoleCookieName(issuer, 'session');
  return {
    client,
    door: management.consoleDoor,
    admins: environment.consoleAdmins.flatMap((typed) => parseEmailIdentifier(typed)?.canonical ?? []),
    seal,
    cookieSecret: cookieSecrets[0] ?? '',
    cookieName: (cookie) => consoleCookieName(issuer, cookie),
    async holdsSession(cookieHeader) {
      const sealed = parseCookies(cookieHeader).get(sessionCookie);
      return sealed !== undefined && (await seal.readSession(sealed)) !== null;
    },
    isOpenTo: (address) => isWithin(environment.consoleNetworks, address),
    draw: {
      operatorId: management.teamRandom.operatorId,
      sessionSecret: () => randomBytes(32).toString('base64url'),
    },
    ask: (caller, request) =>
      managementEndpoint({ ...management, operators: { callerOf: async () => caller } }, request),
    tryOut: {
      async begin({ clientId, operatorId }) {
        const tried = await protocol.clients.find(clientId);
        return tried === null ? null : beginTryOut(protocol, { client: tried, operatorId });
      },
      finish: (attempt, answer) => finishTryOut(protocol, attempt, answer),
    },
    async makeSetupLink() {
      if (environment.consoleAdmins.length > 0) return null;
      try {
        return (await makeSetupLink(management)).url;
      } catch (problem) {
        if (problem instanceof ManagementProblem) return null;
        throw problem;
      }
    },
  };
}

/** @param networks CIDR notation; empty: everywhere */
function isWithin(networks: readonly string[], address: string | null): boolean {
  if (networks.length === 0) return true;
  if (address === null || !ipaddr.isValid(address)) return false;
  const asked = ipaddr.process(address);
  return networks
    .map((network) => ipaddr.parseCIDR(network))
    .some((network) => asked.kind() === network[0].kind() && asked.match(network));
}
