import { describe, expect, it } from 'vitest';
import { channelsOf, offeredConnections } from '@/lib/login/connection';
import { emailConnection, smsConnection } from '@/tests/memory/connections';

describe('the connections that a page offers', () => {
  const email = emailConnection({ name: 'email' });
  const staff = emailConnection({ name: 'staff' });
  const sms = smsConnection({ name: 'sms' });
  const all = [email, sms, staff];
  const offer = (changes: Partial<Parameters<typeof offeredConnections>[1]> = {}) =>
    offeredConnections(all, {
      ofClient: ['staff', 'sms', 'email'],
      named: null,
      canSend: () => true,
      ...changes,
    }).map(({ name }) => name);

  it('are those of the client, in their own order', () => {
    expect(offer()).toEqual(['email', 'sms', 'staff']);
    expect(offer({ ofClient: ['sms'] })).toEqual(['sms']);
    expect(offer({ ofClient: [] })).toEqual([]);
  });

  it('SMS-4: are not those that nobody can send for, even when they are asked for by name', () => {
    const canSend = ({ strategy }: { strategy: string }) => strategy === 'email';
    expect(offer({ canSend })).toEqual(['email', 'staff']);
    expect(offer({ canSend, named: 'sms' })).toEqual(['email', 'staff']);
  });

  it('are narrowed by the one that the request named, and by no other name', () => {
    expect(offer({ named: 'staff' })).toEqual(['staff']);
    expect(offer({ named: 'google-oauth2' })).toEqual(['email', 'sms', 'staff']);
    expect(offer({ named: 'staff', ofClient: ['email'] })).toEqual(['email']);
  });

  it('have each channel once', () => {
    expect(channelsOf(all)).toEqual(['email', 'sms']);
    expect(channelsOf([staff, email])).toEqual(['email']);
  });
});
