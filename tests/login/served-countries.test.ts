// Who may be texted when nobody said so, and when somebody did.
import { describe, expect, it } from 'vitest';
import { countryOfSender } from '@/lib/login/phone-number';
import { servedCountries } from '@/lib/login/served-countries';

const connection = { countries: null, from: null, twilio: null, gateway: null };
const gateway = { url: 'https://sms.test/', forwardsRequest: false, authentication: null };
const server = { countries: null, sender: '+15005550006', canSend: true };

describe('the countries that are texted', () => {
  it('SMS-1: are the one of the sending number, and no other', () => {
    expect(servedCountries(connection, server)).toEqual(['US']);
    expect(servedCountries({ ...connection, from: '+4915112345678' }, server)).toEqual(['DE']);
    expect(servedCountries({ ...connection, gateway, from: '+447400123456' }, server)).toEqual(['GB']);
  });

  it('SMS-1: are none where the sender tells no country', () => {
    expect(servedCountries(connection, { ...server, sender: null })).toEqual([]);
    expect(servedCountries({ ...connection, from: 'ACME' }, server)).toEqual([]);
    expect(servedCountries({ ...connection, gateway }, server)).toEqual([]);
  });

  it('are those of SMS_COUNTRIES, unless the connection names its own', () => {
    const listing = { ...server, countries: ['DE', 'AT'] };
    expect(servedCountries(connection, listing)).toEqual(['DE', 'AT']);
    expect(servedCountries({ ...connection, countries: ['CH'] }, listing)).toEqual(['CH']);
    expect(servedCountries({ ...connection, countries: [] }, listing)).toEqual([]);
  });

  it('are all of them only while nothing can be sent', () => {
    const alone = { countries: null, sender: null, canSend: false };
    expect(servedCountries(connection, alone)).toBeNull();
    expect(servedCountries({ ...connection, gateway }, alone)).toEqual([]);
    expect(servedCountries(connection, { ...alone, countries: ['FR'] })).toEqual(['FR']);
  });

  it.each([
    ['+15005550006', 'US'],
    ['+18005550123', 'US'],
    ['+14165550123', 'CA'],
    ['+447400123456', 'GB'],
    ['ACME', null],
    ['12345', null],
    ['+80012345678', null],
    ['+1', null],
    ['', null],
  ])('a sender %j belongs to %s', (sender, country) => {
    expect(countryOfSender(sender)).toBe(country);
  });
});
