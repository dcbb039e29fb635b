import { describe, expect, it } from 'vitest';
import { grantScope, hasScope } from '@/lib/oidc/scope';

const CLIENT = { mayRefresh: false, api: null };
const invalidScope = expect.objectContaining({ error: 'invalid_scope' });

describe('the scope that is granted', () => {
  it('is openid profile email when none is asked for', () => {
    expect(grantScope(null, CLIENT)).toBe('openid profile email');
  });

  it('is what is known of what was asked for, once, in its order', () => {
    expect(grantScope('email openid unknown email', CLIENT)).toBe('email openid');
  });

  it('holds offline_access only for a client that may refresh (RFT-9)', () => {
    expect(grantScope('openid offline_access', CLIENT)).toBe('openid');
    expect(grantScope('openid offline_access', { ...CLIENT, mayRefresh: true })).toBe(
      'openid offline_access',
    );
  });

  it.each([
    'openid  email',
    ' openid',
    'openid ',
    'openid\temail',
    'openid\nemail',
    'openid "email"',
    'openid \\',
    'openid é',
  ])('is refused when it is malformed: %j (SCP-2, RFC 6749 §3.3)', (scope) => {
    expect(() => grantScope(scope, CLIENT)).toThrow(invalidScope);
  });

  it.each(['OPENID', 'openid_connect', '<svg/onload=1>'])(
    'is refused when nothing of it is known: %s (SCP-2, RED-5)',
    (scope) => {
      expect(() => grantScope(scope, CLIENT)).toThrow(invalidScope);
    },
  );

  it('is tokenised by spaces, never searched for a part (SCP-2)', () => {
    expect(hasScope('openid read:users_app', 'read:users')).toBe(false);
    expect(hasScope('openid read:users_app', 'openid')).toBe(true);
  });
});
