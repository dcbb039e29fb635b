// What the identifier page asks for, and in which words it names countries.
import { describe, expect, it } from 'vitest';
import { type Interaction, newInteraction } from '@/lib/login/interaction';
import { asksForCountry, exampleOf, isSignUp, prefill } from '@/lib/web/asking';
import { countryNames, listCountries } from '@/lib/web/country-names';
import { emailConnection } from '@/tests/memory/connections';

const EITHER = { offered: [], channels: ['email', 'sms'], countries: ['DE', 'GB'], country: 'DE' } as const;
const PHONE = { ...EITHER, channels: ['sms'] } as const;
const EMAIL = { ...EITHER, channels: ['email'], countries: [], country: null } as const;

function answered(changes: Partial<Interaction>): Interaction {
  const request = { loginHint: null } as Interaction['request'];
  return { ...newInteraction({ id: 'i1', createdAt: 0, request }), ...changes };
}

describe('the country of a number', () => {
  it('is asked for with the number, unless only one country is texted to', () => {
    expect(asksForCountry(PHONE, answered({}))).toBe(true);
    expect(asksForCountry({ ...PHONE, countries: ['DE'] }, answered({}))).toBe(false);
    expect(asksForCountry(EMAIL, answered({}))).toBe(false);
  });

  it('is asked for beside addresses only once a number could not be read, and stays then', () => {
    const outcome = { kind: 'country_missing' } as const;
    expect(asksForCountry(EITHER, answered({}))).toBe(false);
    expect(asksForCountry(EITHER, answered({ typedForm: '0151 2345678', outcome }))).toBe(true);
    const malformed = { kind: 'identifier_malformed' } as const;
    expect(asksForCountry(EITHER, answered({ typedForm: 'maria@', outcome: malformed }))).toBe(false);
    expect(asksForCountry(EITHER, answered({ chosenCountry: 'GB' }))).toBe(true);
  });

  it('gives the example its form', () => {
    expect(exampleOf(PHONE)).toMatch(/^\+49 \d/);
    expect(exampleOf({ ...PHONE, country: null })).toMatch(/^\+44 \d/);
    expect(exampleOf({ ...PHONE, countries: ['CH'], country: null })).toMatch(/^\+41 \d/);
    expect(exampleOf(EMAIL)).toBe('');
  });

  it('is named in the language of the page, in its order, with the code isolated', () => {
    const german = listCountries('de', ['US', 'DE', 'AT', 'CI']);
    expect(german.map(({ country }) => country)).toEqual(['CI', 'DE', 'AT', 'US']);
    expect(german.map(({ label }) => label)[1]).toBe('Deutschland (\u2066+49\u2069)');
    expect(countryNames('ar')('GB')).toBe('المملكة المتحدة');
  });
});

describe('a page', () => {
  it('speaks of signing up where the client sends people to do so, and they may', () => {
    const hinted = (screenHint: string | null) =>
      answered({ request: { loginHint: null, screenHint } as Interaction['request'] });
    const [open, closed] = [emailConnection(), emailConnection({ signUpOpen: false })];
    expect(isSignUp([open], hinted('signup'))).toBe(true);
    expect(isSignUp([open], hinted(null))).toBe(false);
    expect(isSignUp([open], hinted('reset'))).toBe(false);
    expect(isSignUp([open, closed], hinted('signup'))).toBe(false);
  });
});

describe('the field', () => {
  it('keeps what was typed or hinted, but not into a field of another kind', () => {
    const address = answered({ typedForm: 'maria@example.com' });
    const number = answered({ typedForm: '+4915123456789' });
    expect([EMAIL, PHONE, EITHER].map((asked) => prefill(asked, address))).toEqual([
      'maria@example.com',
      '',
      'maria@example.com',
    ]);
    expect([EMAIL, PHONE, EITHER].map((asked) => prefill(asked, number))).toEqual([
      '',
      '+4915123456789',
      '+4915123456789',
    ]);
    expect(prefill(EMAIL, answered({}))).toBe('');
  });

  it('keeps what was no address, to be corrected (WCAG 3.3.7)', () => {
    const outcome = { kind: 'identifier_malformed' } as const;
    expect(prefill(EMAIL, answered({ typedForm: 'maria', outcome }))).toBe('maria');
    expect(prefill(EMAIL, answered({ typedForm: '12', outcome }))).toBe('12');
    expect(prefill(PHONE, answered({ typedForm: 'maria@', outcome }))).toBe('maria@');
  });
});
