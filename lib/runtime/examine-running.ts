// What of a running server an operator should look at: what it was told in its environment, and the age of its keys.
// examination.ts looks at the rest, for whoever asks from outside.
import type { Connection } from '@/lib/login/connection';
import { countryOfSender } from '@/lib/login/phone-number';
import type { Settings } from '@/lib/login/settings';
import type { Finding } from '@/lib/management/overview';
import type { Database } from '@/lib/store/prisma/database';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import type { Environment } from './environment';

/** What is looked at, by the name it is told under. */
export const EXAMINED = { mail: 'E-mail', texts: 'Text messages', keys: 'Signing keys' } as const;

/** Everything of it, what is in order as well. Never rejects. */
export async function examineRunning(
  environment: Environment,
  {
    prisma,
    now,
    settings,
    connections,
  }: {
    prisma: Database['prisma'];
    now: Date;
    settings: Pick<Settings, 'emailProvider'>;
    connections: { all(): Promise<readonly Connection[]> };
  },
): Promise<Finding[]> {
  return [
    examineMail(environment, settings),
    examineTexts(environment, await connections.all().catch(() => [])),
    ...(environment.secrets === null ? [UNSET_SECRET] : []),
    await examineKeyAge(prisma, now).catch(() => good(EXAMINED.keys, 'could not be looked at just now')),
  ];
}

const UNSET_SECRET: Finding = {
  part: 'Secret',
  state: 'doubtful',
  sentence:
    'was drawn into the data folder, which will do on one machine: set SECRET before you run this for others',
};

/** Days a key signs by itself at most, and a few for a server that was not running meanwhile. */
const KEY_AGE_DAYS = 97;

async function examineKeyAge(prisma: Database['prisma'], now: Date): Promise<Finding> {
  const part = EXAMINED.keys;
  const keys = await createSigningKeyStore(prisma).list();
  const ages = keys
    .filter(({ status }) => status === 'current')
    .map(
      ({ activatedAt }) => (activatedAt === null ? 0 : now.getTime() - activatedAt.getTime()) / 86_400_000,
    );
  const days = Math.floor(Math.max(0, ...ages));
  return days <= KEY_AGE_DAYS
    ? good(part, `the oldest in use has signed for ${days} days`)
    : doubtful(part, `one has signed for ${days} days: they are replaced after 90, but that did not happen`);
}

/** Whether e-mails go anywhere. @param settings as far as they are known: what the environment names nobody for */
export function examineMail(
  { emailProviders, emailFrom, smsProviders, inbox }: Environment,
  { emailProvider }: Pick<Settings, 'emailProvider'>,
): Finding {
  const part = EXAMINED.mail;
  const chain = emailProviders.map(({ kind }) => kind).join(', then ');
  if (chain !== '') return good(part, `goes out by ${chain}, from ${emailFrom}`);
  if (emailProvider?.enabled) return good(part, `goes out by ${emailProvider.name}, as the settings say`);
  if (inbox.email)
    return doubtful(
      part,
      'goes nowhere but to the inbox page: name a provider in the console, or set RESEND_API_KEY or SMTP_URL',
    );
  return smsProviders.length > 0
    ? doubtful(part, 'cannot be sent: people sign in by phone only')
    : failing(part, 'cannot be sent, so nobody can sign in: set RESEND_API_KEY or SMTP_URL');
}

/** Whether text messages do. @param connections as far as they are known: one may have an account or a gateway of its own */
export function examineTexts(
  { smsProviders, smsCountries, inbox }: Environment,
  connections: readonly Connection[],
): Finding {
  const part = EXAMINED.texts;
  const own = connections.find((each) => each.strategy === 'sms' && (each.twilio ?? each.gateway) !== null);
  if (own !== undefined) return good(part, `go out by what the connection ${own.name} brings`);
  const [provider] = smsProviders;
  if (provider === undefined) {
    return inbox.sms
      ? doubtful(
          part,
          'go nowhere but to the inbox page: give the connection an account in the console, or set TWILIO_ACCOUNT_SID',
        )
      : good(part, 'are not sent, unless a connection has an account or a gateway of its own');
  }
  const country = provider.from === null ? null : countryOfSender(provider.from);
  const countries = smsCountries ?? (country === null ? [] : [country]);
  return countries.length > 0
    ? good(part, `go out by ${provider.kind}, to ${countries.join(', ')}`)
    : doubtful(part, `could go out by ${provider.kind}, but nobody is texted: set SMS_COUNTRIES`);
}

export const good = (part: string, sentence: string): Finding => ({ part, state: 'good', sentence });
export const doubtful = (part: string, sentence: string): Finding => ({ part, state: 'doubtful', sentence });
export const failing = (part: string, sentence: string): Finding => ({ part, state: 'failing', sentence });
