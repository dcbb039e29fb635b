// What operators are told of who sends, beside who does.
import { describe, expect, it } from 'vitest';
import type { Connection } from '@/lib/login/connection';
import { readConnection } from '@/lib/login/connection-options';
import { NO_SETTINGS } from '@/lib/login/settings';
import { describeChain } from '@/lib/runtime/delivery';

const RESEND = { kind: 'resend', apiKey: 're_1', baseUrl: null } as const;
const SMTP = { kind: 'smtp', url: 'smtp://localhost' } as const;
const TWILIO = {
  kind: 'twilio',
  accountSid: `AC${'0'.repeat(32)}`,
  authToken: 'x',
  from: '+4915112345678',
  messagingServiceSid: null,
  baseUrl: null,
} as const;

const connection = (strategy: 'email' | 'sms', options: object = {}) =>
  readConnection({
    id: 'con_1',
    name: strategy,
    strategy,
    options,
    enabledClients: [],
    metadata: {},
  } as never) as Connection;

function chainOf(given: Connection, changes: object = {}, emailProvider: object | null = null): string[] {
  const environment = {
    emailProviders: [],
    smsProviders: [],
    inbox: { email: false, sms: false, operatorsOnly: false },
    ...changes,
  };
  const settings = { ...NO_SETTINGS, emailProvider: emailProvider as never };
  return describeChain(given, { environment, settings }).map(
    ({ provider, named_by: by }) => `${provider} by ${by}`,
  );
}

describe('the chain of a connection', () => {
  it('is that of the environment for e-mail, else the one of the settings, else the inbox or nobody', () => {
    const email = connection('email');
    const kept = { name: 'smtp', enabled: true };
    const inbox = { email: true, sms: true, operatorsOnly: false };
    expect(chainOf(email, { emailProviders: [RESEND, SMTP] }, kept)).toEqual([
      'resend by environment',
      'smtp by environment',
    ]);
    expect(chainOf(email, { inbox }, kept)).toEqual(['smtp by settings']);
    expect(chainOf(email, { inbox }, { ...kept, enabled: false })).toEqual(['inbox by nobody']);
    expect(chainOf(email)).toEqual([]);
  });

  it('is the account of its own for text messages, else that of the environment, then its gateway', () => {
    const own = { twilio_sid: `AC${'1'.repeat(32)}`, twilio_token: 'sealed', from: '+4915112345678' };
    const gateway = { gateway_url: 'https://sms.example.com/' };
    const declared = { smsProviders: [TWILIO] };
    expect(chainOf(connection('sms', { ...own, ...gateway }), declared)).toEqual([
      'twilio by connection',
      'gateway by connection',
    ]);
    expect(chainOf(connection('sms', gateway), declared)).toEqual([
      'twilio by environment',
      'gateway by connection',
    ]);
    expect(chainOf(connection('sms', { ...own, ...gateway, provider: 'sms_gateway' }))).toEqual([
      'gateway by connection',
    ]);
    expect(chainOf(connection('sms'))).toEqual([]);
  });
});
