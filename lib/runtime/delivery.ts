// Composes delivery: which providers a connection sends through, with which words, and who reads what they tell later; and
// by what clients are told of sign-outs.
import type { LookupFunction } from 'node:net';
import { createGatewaySender } from '@/lib/delivery/gateway';
import { createCheckedLookup, createGuardedFetch, type GuardedFetch } from '@/lib/delivery/guarded-fetch';
import { createInboxSender } from '@/lib/delivery/inbox';
import { createLogBatchPost } from '@/lib/delivery/log-webhook';
import { createLogoutTokenPost } from '@/lib/delivery/logout-token-post';
import { createResendSender } from '@/lib/delivery/resend';
import { createResendWebhookReader } from '@/lib/delivery/resend-webhook';
import { createSmtpSender } from '@/lib/delivery/smtp';
import { createTwilioSender } from '@/lib/delivery/twilio';
import { createTwilioWebhookReader } from '@/lib/delivery/twilio-webhook';
import type { Deps } from '@/lib/endpoints/deps';
import { WEBHOOK_PATHS } from '@/lib/endpoints/webhooks';
import type { SecretBox } from '@/lib/keys/secret-box';
import type { Letterhead } from '@/lib/login/compose-email';
import { countSegments } from '@/lib/login/compose-sms';
import type { Connection, ConnectionStore, SmsConnection } from '@/lib/login/connection';
import { parsePhoneIdentifier } from '@/lib/login/identifier';
import type { InboxStore, Sealing } from '@/lib/login/inbox';
import type { TellDeps } from '@/lib/login/logout-notice';
import type {
  EmailSender,
  LoginMessage,
  PreparedMessage,
  Sender,
  Sms,
  SmsCharge,
  SmsSender,
  Unsendable,
} from '@/lib/login/message';
import { type BrokenTemplate, prepareEmail, prepareSms } from '@/lib/login/prepare-message';
import type { EmailProviderSettings, Settings, SettingsNow } from '@/lib/login/settings';
import type { LogDeliveryDeps } from '@/lib/management/log-delivery';
import type { ProvidersDocument } from '@/lib/management/reports';
import type { EmailProvider, Environment } from './environment';
import type { Log } from './log';

/** Under which the secrets in a connection's options are sealed. */
export const CONNECTION_SECRET = 'connection';
/** Under which what log streams are sent with is sealed. */
export const LOG_STREAM_SECRET = 'log-stream';
/** Under which those of the e-mail provider in the settings are. */
export const EMAIL_PROVIDER_SECRET = 'email-provider';

export type Delivery = Readonly<{
  /** Gives a message its words and its ways, by its connection. */
  prepare(message: LoginMessage): Promise<PreparedMessage | Unsendable>;
  /** Whether there is anybody to send its messages. */
  canSend(connection: Connection): boolean;
  webhooks: Deps['webhooks'];
  postLogoutToken: TellDeps['postLogoutToken'];
  postLogBatch: LogDeliveryDeps['postLogBatch'];
}>;

export function composeDelivery(deps: {
  environment: Environment;
  connections: ConnectionStore;
  inbox: Readonly<{ inbox: InboxStore; sealing: Sealing }>;
  box: SecretBox;
  clock: () => Date;
  log: Log;
  settings: SettingsNow;
}): Delivery {
  const { environment, connections, box, clock, log, settings } = deps;
  const inbox = { ...deps.inbox, clock };
  const emailChain = createEmailChain({
    environment,
    box,
    inbox,
    onSealed: () => log.warn('SECRET cannot open what the e-mail provider is reached with'),
  });
  const guardedFetch = createGuardedFetch({ privateNetworks: environment.outboundPrivateNetworks });
  const smsSendersOf = createSmsChain({
    ...{ environment, box, inbox, clock },
    onSealed: (connection) => log.warn('SECRET cannot open what a connection sends with', { connection }),
  });

  function sayIfBroken(connection: Connection, problem: BrokenTemplate | null): void {
    if (problem !== null) log.warn('template broken', { connection: connection.name, ...problem });
  }

  return {
    async prepare(message) {
      const connection = (await connections.all()).find(({ name }) => name === message.connection);
      if (connection === undefined) return { unsendable: 'the connection is gone' };
      if (connection.strategy === 'email') {
        const prepared = prepareEmail(message, connection, letterheadOf(environment, settings()));
        if ('unsendable' in prepared) return prepared;
        sayIfBroken(connection, prepared.templateProblem);
        return { ways: waysOf(emailChain(settings()), prepared.email), charge: null };
      }
      const prepared = prepareSms(message, connection, letterheadOf(environment, settings()));
      if ('unsendable' in prepared) return prepared;
      sayIfBroken(connection, prepared.templateProblem);
      const senders = smsSendersOf(connection);
      const isPaid = senders.some(({ provider }) => provider !== 'inbox');
      return {
        ways: waysOf(senders, prepared.sms),
        charge: isPaid ? chargeFor(connection, prepared.sms) : null,
      };
    },

    canSend: (connection) =>
      (connection.strategy === 'email' ? emailChain(settings()) : smsSendersOf(connection)).length > 0,

    postLogoutToken: createLogoutTokenPost(guardedFetch),
    postLogBatch: createLogBatchPost(guardedFetch),

    webhooks: {
      resend:
        environment.resendWebhookSecret === null
          ? null
          : createResendWebhookReader({ signingSecret: environment.resendWebhookSecret }),
      twilio: createTwilioWebhookReader({
        url: twilioCallback(environment),
        findAuthToken: async (accountSid) => {
          const own = environment.smsProviders.find((provider) => provider.accountSid === accountSid);
          if (own !== undefined) return own.authToken;
          const accounts = (await connections.all()).flatMap((connection) =>
            connection.strategy === 'sms' && connection.twilio !== null ? [connection.twilio] : [],
          );
          const account = accounts.find((twilio) => twilio.accountSid === accountSid);
          return account === undefined ? null : box.unseal(CONNECTION_SECRET, account.sealedAuthToken);
        },
      }),
    },
  };
}

/** The chain of a connection without its keys, as messages go through it: what {@link composeDelivery} makes of the same settings. */
export function describeChain(
  connection: Connection,
  {
    environment,
    settings,
  }: {
    environment: Pick<Environment, 'emailProviders' | 'smsProviders' | 'inbox'>;
    settings: Pick<Settings, 'emailProvider'>;
  },
): ProvidersDocument {
  const chain = connection.strategy === 'email' ? emailNames() : smsNames(connection);
  const { inbox } = environment;
  const hasInbox = connection.strategy === 'email' ? inbox.email : inbox.sms;
  return chain.length === 0 && hasInbox ? [{ provider: 'inbox', named_by: 'nobody' }] : chain;

  function emailNames(): ProvidersDocument {
    const declared = environment.emailProviders.map(({ kind }) => kind);
    if (declared.length > 0) return declared.map((provider) => ({ provider, named_by: 'environment' }));
    const { emailProvider } = settings;
    return emailProvider?.enabled ? [{ provider: emailProvider.name, named_by: 'settings' }] : [];
  }

  function smsNames({ twilio, gateway }: SmsConnection): ProvidersDocument {
    const own = (provider: string): ProvidersDocument[number] => ({ provider, named_by: 'connection' });
    const server: ProvidersDocument = environment.smsProviders.map(() => ({
      provider: 'twilio',
      named_by: 'environment',
    }));
    return [...(twilio === null ? server : [own('twilio')]), ...(gateway === null ? [] : [own('gateway')])];
  }
}

/** Who messages are from, and where their codes are typed. */
export function letterheadOf(
  { emailFrom, issuer }: Pick<Environment, 'emailFrom' | 'issuer'>,
  { emailProvider }: Pick<Settings, 'emailProvider'>,
): Letterhead {
  return { from: emailFrom ?? emailProvider?.from ?? 'login@localhost', issuerHost: new URL(issuer).host };
}

/** Who sends e-mail, by the settings as they are. */
type EmailChain = (settings: Pick<Settings, 'emailProvider'>) => readonly EmailSender[];

/**
 * The environment's providers where it names any, else the one in the settings; the inbox only where nobody else is.
 * @param deps.onSealed told when SECRET cannot open what is in the settings
 */
export function createEmailChain(deps: {
  environment: Pick<Environment, 'emailProviders' | 'inbox' | 'outboundPrivateNetworks'>;
  box: Pick<SecretBox, 'unseal'>;
  inbox: Parameters<typeof createInboxSender>[1];
  onSealed(): void;
}): EmailChain {
  const { environment, box, inbox, onSealed } = deps;
  const declared = createEmailSenders(environment.emailProviders);
  const fallback = environment.inbox.email ? [createInboxSender('email', inbox)] : [];
  // Settings that were read again are other objects, with senders of their own.
  const known = new WeakMap<EmailProviderSettings, readonly EmailSender[]>();
  return ({ emailProvider }) => {
    if (declared.length > 0) return declared;
    if (emailProvider === null || !emailProvider.enabled) return fallback;
    const senders = known.get(emailProvider) ?? open(emailProvider);
    known.set(emailProvider, senders);
    return senders;
  };

  function open(kept: EmailProviderSettings): EmailSender[] {
    const provider = openEmailProvider(kept, (sealed) => box.unseal(EMAIL_PROVIDER_SECRET, sealed));
    if (provider !== null)
      return createEmailSenders([provider], createCheckedLookup(environment.outboundPrivateNetworks));
    onSealed();
    return [];
  }
}

/** The chain, in the order given. @param lookup where the hosts came from nobody who may reach everything */
function createEmailSenders(providers: readonly EmailProvider[], lookup?: LookupFunction): EmailSender[] {
  return providers.map((provider) =>
    provider.kind === 'resend'
      ? createResendSender(provider)
      : createSmtpSender({ ...provider, ...(lookup && { lookup }) }),
  );
}

/** As the environment would have named it; null where its secret cannot be opened. */
function openEmailProvider(
  kept: EmailProviderSettings,
  unseal: (sealed: string) => string | null,
): EmailProvider | null {
  if (kept.name === 'resend') {
    const apiKey = unseal(kept.sealedApiKey);
    return apiKey === null ? null : { kind: 'resend', apiKey, baseUrl: null };
  }
  const { host, port, user, sealedPassword } = kept;
  const password = sealedPassword === null ? '' : unseal(sealedPassword);
  if (password === null) return null;
  const login = user === null ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  const scheme = port === SMTPS_PORT ? 'smtps' : 'smtp';
  return { kind: 'smtp', url: `${scheme}://${login}${host}:${port}` };
}

/** RFC 8314 §7.3: TLS from the first byte. */
const SMTPS_PORT = 465;

type SmsChainDeps = Readonly<{
  environment: Pick<
    Environment,
    'smsProviders' | 'inbox' | 'outboundPrivateNetworks' | 'isHttps' | 'isLoopback' | 'origin'
  >;
  box: Pick<SecretBox, 'unseal'>;
  clock: () => Date;
  /** Told of a connection whose secret SECRET cannot open. */
  onSealed(connection: string): void;
}>;

/** Who sends the text messages of a connection; the inbox only where nobody else does. */
export function createSmsChain(
  deps: SmsChainDeps & Readonly<{ inbox: Parameters<typeof createInboxSender>[1] }>,
): (connection: SmsConnection) => readonly SmsSender[] {
  const { environment } = deps;
  const guardedFetch = createGuardedFetch({ privateNetworks: environment.outboundPrivateNetworks });
  const fallback = environment.inbox.sms ? [createInboxSender('sms', deps.inbox)] : [];
  // A connection that was read again is another object, with senders of its own.
  const known = new WeakMap<SmsConnection, readonly SmsSender[]>();
  return (connection) => {
    const senders = known.get(connection) ?? open(connection);
    known.set(connection, senders);
    return senders;
  };

  function open(connection: SmsConnection): readonly SmsSender[] {
    const senders = createSmsSenders(connection, { ...deps, guardedFetch });
    return senders.length === 0 ? fallback : senders;
  }
}

/** Twilio, by the connection's account or the environment's, then the connection's gateway. */
function createSmsSenders(
  connection: SmsConnection,
  deps: SmsChainDeps & Readonly<{ guardedFetch: GuardedFetch }>,
): SmsSender[] {
  const { environment, box, clock, guardedFetch, onSealed } = deps;
  const { twilio, gateway, from } = connection;
  const [server] = environment.smsProviders;
  const senders: SmsSender[] = [];
  const settings = {
    baseUrl: server?.baseUrl ?? null,
    statusCallbackUrl: environment.isHttps && !environment.isLoopback ? twilioCallback(environment) : null,
    queueSeconds: connection.codeLifetimeSeconds,
  };
  if (twilio !== null) {
    const authToken = unseal(twilio.sealedAuthToken);
    if (authToken !== null) senders.push(createTwilioSender({ ...settings, ...twilio, authToken, from }));
  } else if (server !== undefined) {
    senders.push(createTwilioSender({ ...settings, ...server, from: from ?? server.from }));
  }
  if (gateway !== null) {
    const { authentication: asked } = gateway;
    const secret = asked && unseal(asked.sealedSecret);
    const authentication = asked && secret !== null ? { ...asked, secret } : null;
    // One that wants to know who calls is not called without.
    if (asked === null || authentication !== null) {
      const own = { ...gateway, sender: from, authentication };
      senders.push(createGatewaySender(own, { fetch: guardedFetch, clock }));
    }
  }
  return senders;

  function unseal(sealed: string): string | null {
    const secret = box.unseal(CONNECTION_SECRET, sealed);
    if (secret === null) onSealed(connection.name);
    return secret;
  }
}

function waysOf<Message>(senders: readonly Sender<Message>[], message: Message): PreparedMessage['ways'] {
  return senders.map(({ provider, send }) => ({ provider, send: (signal) => send(message, signal) }));
}

function chargeFor({ prices }: Pick<SmsConnection, 'prices'>, { to, body }: Sms): SmsCharge | null {
  const number = parsePhoneIdentifier(to, null);
  if ('kind' in number || number.country === null) return null;
  const { country } = number;
  const { segments } = countSegments(body);
  const price = prices?.microsByCountry[country];
  return {
    country,
    segments,
    estimatedPriceMicros: price === undefined ? null : price * segments,
    currency: price === undefined ? null : (prices?.currency ?? null),
  };
}

const twilioCallback = ({ origin }: Pick<Environment, 'origin'>) => `${origin}${WEBHOOK_PATHS.twilio}`;
