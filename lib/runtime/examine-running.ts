// What of a running server an operator should look at: what it was told in its environment, and the age of its keys.
// examination.ts looks at the rest, for whoever asks from outside.
import { countryOfSender } from '@/lib/login/phone-number';
import type { Finding } from '@/lib/management/overview';
import type { Database } from '@/lib/store/prisma/database';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import type { Environment } from './environment';

/** Everything of it, what is in order as well. Never rejects. */
export async function examineRunning(
  environment: Environment,
  { prisma, now }: { prisma: Database['prisma']; now: Date },
): Promise<Finding[]> {
  return [
    examineMail(environment),
    examineTexts(environment),
    ...(environment.secrets === null ? [UNSET_SECRET] : []),
    await examineKeyAge(prisma, now).catch(() => good('Signing keys', 'could not be looked at just now')),
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
  const part = 'Signing keys';
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

/** Whether e-mails go anywhere. */
export function examineMail({ emailProviders, emailFrom, smsProviders, inbox }: Environment): Finding {
  const part = 'E-mail';
  const chain = emailProviders.map(({ kind }) => kind).join(', then ');
  if (chain !== '') return good(part, `goes out by ${chain}, from ${emailFrom}`);
  if (inbox.email)
    return doubtful(part, 'goes nowhere but to the inbox page: set RESEND_API_KEY or SMTP_URL to send it');
  return smsProviders.length > 0
    ? doubtful(part, 'cannot be sent: people sign in by phone only')
    : failing(part, 'cannot be sent, so nobody can sign in: set RESEND_API_KEY or SMTP_URL');
}

/** What the environment says; a connection may bring an account or a gateway of its own. */
export function examineTexts({ smsProviders, smsCountries, inbox }: Environment): Finding {
  const part = 'Text messages';
  const [provider] = smsProviders;
  if (provider === undefined) {
    return inbox.sms
      ? doubtful(part, 'go nowhere but to the inbox page: set TWILIO_ACCOUNT_SID to send them')
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
