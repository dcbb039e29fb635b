// What the overview says needs attention: not what was put right in the console.
import { describe, expect, it } from 'vitest';
import type { Connection } from '@/lib/login/connection';
import { readConnection } from '@/lib/login/connection-options';
import type { Environment } from '@/lib/runtime/environment';
import { examineMail, examineTexts } from '@/lib/runtime/examine-running';

const BARE = {
  emailProviders: [],
  smsProviders: [],
  smsCountries: null,
  inbox: { email: true, sms: true, operatorsOnly: false },
} as unknown as Environment;

const texts = (options: object) =>
  readConnection({
    id: 'con_1',
    name: 'sms',
    strategy: 'sms',
    options,
    enabledClients: [],
    metadata: {},
  } as never) as Connection;

describe('what is examined of messages', () => {
  it('is in order where the settings name an e-mail provider, and not while it is off', () => {
    const stateOf = (enabled: boolean) =>
      examineMail(BARE, { emailProvider: { name: 'smtp', enabled } as never }).state;
    expect(stateOf(true)).toBe('good');
    expect(stateOf(false)).toBe('doubtful');
    expect(examineMail(BARE, { emailProvider: null }).state).toBe('doubtful');
  });

  it('is in order where a connection sends text messages by its own account or gateway', () => {
    expect(examineTexts(BARE, [texts({ gateway_url: 'https://sms.example.com/' })]).state).toBe('good');
    expect(examineTexts(BARE, [texts({})]).state).toBe('doubtful');
  });
});
