import { describe, expect, it } from 'vitest';
import { claimsOfScope } from '@/lib/oidc/claims';
import { SUBJECT } from '../memory/deps';

describe('claims about a person', () => {
  it('come with the scope that asks for them (oidcc-scope-profile, oidcc-scope-email, oidcc-scope-phone, oidcc-scope-address)', () => {
    expect(claimsOfScope(SUBJECT, 'openid')).toEqual({});
    expect(claimsOfScope(SUBJECT, 'openid email')).toEqual({
      email: 'ada@example.com',
      email_verified: true,
    });
    expect(claimsOfScope(SUBJECT, 'openid phone')).toEqual({
      phone_number: '+4915112345678',
      phone_number_verified: false,
    });
    expect(claimsOfScope(SUBJECT, 'openid address')).toEqual({});
    expect(claimsOfScope(SUBJECT, 'openid profile')).toEqual({
      name: 'ada@example.com',
      nickname: 'ada',
      given_name: 'Ada',
      updated_at: 1_767_225_600,
    });
  });

  it('come all together (oidcc-scope-all)', () => {
    expect(Object.keys(claimsOfScope(SUBJECT, 'openid profile email phone address'))).toHaveLength(8);
  });

  it('fall back to the number for someone who has no e-mail address', () => {
    const byPhone = { ...SUBJECT, email: null };
    expect(claimsOfScope(byPhone, 'profile email')).toEqual({
      name: '+4915112345678',
      given_name: 'Ada',
      updated_at: 1_767_225_600,
    });
  });

  it('are what the person or an operator set, where they did', () => {
    const named = { ...SUBJECT, name: 'Ada L.', nickname: 'al', picture: 'https://img.test/a.png' };
    expect(claimsOfScope(named, 'profile')).toMatchObject({
      name: 'Ada L.',
      nickname: 'al',
      picture: 'https://img.test/a.png',
    });
  });
});
