// What the steps of a login are made with, whoever takes them: the server, or a command that sends somebody a code.
import { randomBytes } from 'node:crypto';
import { createLinkDeriver } from '@/lib/keys/magic-link';
import { createCodeDeriver } from '@/lib/keys/one-time-code';
import type { SecretBox } from '@/lib/keys/secret-box';
import type { AnswerDeps } from '@/lib/login/answer-challenge';
import type { ChangeDeps } from '@/lib/login/change-identifier';
import type { MagicLinks } from '@/lib/login/magic-link';
import type { Randomness } from '@/lib/login/randomness';
import { servedCountries } from '@/lib/login/served-countries';
import { type SettingsNow, sessionLifetimes } from '@/lib/login/settings';
import { createSmsSpendGuard } from '@/lib/login/sms-budgets';
import type { SmsSpendGuard } from '@/lib/login/sms-spend-guard';
import type { StartLoginDeps } from '@/lib/login/start-login';
import type { ClientStore } from '@/lib/oidc/client';
import type { Database } from '@/lib/store/prisma/database';
import { createSmsBudgetStore } from '@/lib/store/prisma/sms-spend';
import type { Environment } from './environment';
import type { Log } from './log';

const random: Randomness = {
  id: () => randomBytes(16).toString('base64url'),
  secret: () => randomBytes(32).toString('base64url'),
  hex24: () => randomBytes(12).toString('hex'),
};

export type LoginParts = Omit<StartLoginDeps, 'challenges' | 'connections'> &
  Pick<AnswerDeps, 'sessionLifetimes'> &
  Readonly<{ links: MagicLinks }>;

/** @param given.guard as for every store: tells an outage from a bug */
export function composeLoginParts(given: {
  environment: Pick<Environment, 'origin' | 'smsProviders' | 'smsCountries'>;
  prisma: Database['prisma'];
  box: SecretBox;
  guard<Store extends object>(store: Store): Store;
  settings: SettingsNow;
  log: Log;
}): LoginParts {
  const { environment, prisma, box, guard, settings, log } = given;
  const limitOverrides = () => settings().limits;
  const hashSubject = (subject: string) => box.hash('subject', subject);
  const [smsProvider] = environment.smsProviders;
  return {
    codes: createCodeDeriver(box),
    links: createLinkDeriver(box),
    origin: environment.origin,
    random,
    hashSubject,
    limitOverrides,
    sessionLifetimes: () => sessionLifetimes(settings()),
    servedCountries: (connection) =>
      servedCountries(connection, {
        countries: environment.smsCountries,
        sender: smsProvider?.from ?? null,
        canSend: smsProvider !== undefined,
      }),
    spendGuard: tellOperator(
      createSmsSpendGuard({ budgets: guard(createSmsBudgetStore(prisma)), hashSubject, limitOverrides }),
      log,
    ),
  };
}

/** What people are told a client is called; without one, the name of the installation, or its host. */
export function createApplicationNames(
  clients: Pick<ClientStore, 'find'>,
  { issuer, settings }: Pick<Environment, 'issuer'> & Readonly<{ settings: SettingsNow }>,
): ChangeDeps['applicationNameOf'] {
  return async (clientId) =>
    (clientId === null ? null : await clients.find(clientId))?.name ??
    settings().tenant.friendlyName ??
    new URL(issuer).hostname;
}

/** Whoever asks sees nothing of a text message that is withheld; the operator is told at once. */
function tellOperator(guard: SmsSpendGuard, log: Log): SmsSpendGuard {
  return {
    ...guard,
    async admit(request) {
      const reason = await guard.admit(request);
      const { country, connection, clientId } = request;
      if (reason !== null) log.warn('text message withheld', { reason, country, connection, clientId });
      return reason;
    },
  };
}
