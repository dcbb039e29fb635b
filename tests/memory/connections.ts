// Connections as operators leave them, and the store that holds them in memory.
import type { Connection, ConnectionStore, EmailConnection, SmsConnection } from '@/lib/login/connection';
import { CODE_LENGTH, CODE_LIFETIME_SECONDS, MAX_GUESSES } from '@/lib/login/one-time-code';

const DEFAULTS = {
  signUpOpen: true,
  codeLength: CODE_LENGTH,
  codeLifetimeSeconds: CODE_LIFETIME_SECONDS,
  maxGuesses: MAX_GUESSES,
  testIdentities: [],
};

/** Messages with code and link. */
export function emailConnection(overrides: Partial<EmailConnection> = {}): EmailConnection {
  return {
    id: 'con_email',
    name: 'email',
    strategy: 'email',
    ...DEFAULTS,
    sendMode: 'both',
    signInOnOtherDevice: false,
    newDeviceNotice: true,
    template: { from: null, subject: null, body: null },
    authParams: {},
    ...overrides,
  };
}

/** Text messages by whatever the environment has. */
export function smsConnection(overrides: Partial<SmsConnection> = {}): SmsConnection {
  return {
    id: 'con_sms',
    name: 'sms',
    strategy: 'sms',
    ...DEFAULTS,
    template: null,
    from: null,
    twilio: null,
    gateway: null,
    countries: null,
    prices: null,
    ...overrides,
  };
}

export function memoryConnections(...connections: readonly Connection[]): ConnectionStore {
  return { all: async () => connections };
}
