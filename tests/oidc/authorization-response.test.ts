import { describe, expect, it } from 'vitest';
import { addressOutcome } from '@/lib/oidc/authorization-response';
import type { ReturnAddress } from '@/lib/oidc/errors';

const ISSUER = 'https://op.test/';
const CODE = { kind: 'issued', authorizationCode: 'C1', tokens: null } as const;
const ERROR = { kind: 'error', error: 'login_required', description: 'Login required' } as const;

function address(changes: Partial<ReturnAddress> = {}): ReturnAddress {
  return {
    clientId: 'web',
    redirectUri: 'https://rp.test/cb',
    responseMode: 'query',
    state: 'S1',
    ...changes,
  };
}

describe('the answer to a client', () => {
  it('carries code, state and iss (STA-3, RFC 9207)', () => {
    expect(addressOutcome(CODE, address(), ISSUER)).toEqual({
      kind: 'redirect',
      location: 'https://rp.test/cb?code=C1&state=S1&iss=https%3A%2F%2Fop.test%2F',
    });
  });

  it('carries error, its description, state and iss (STA-3, RED-5)', () => {
    expect(addressOutcome(ERROR, address(), ISSUER)).toEqual({
      kind: 'redirect',
      location:
        'https://rp.test/cb?error=login_required&error_description=Login%20required&state=S1&iss=https%3A%2F%2Fop.test%2F',
    });
  });

  it.each(['%20+&=#"<é', ' ', '\'"><script>', '😀', 'x'.repeat(2048)])(
    'returns the state byte for byte: %s (STA-1)',
    (state) => {
      const response = addressOutcome(CODE, address({ state }), ISSUER);
      if (response.kind !== 'redirect') throw new Error('not a redirect');
      expect(new URL(response.location).searchParams.get('state')).toBe(state);
      expect(decodeURIComponent(/state=([^&]*)/.exec(response.location)?.[1] ?? '')).toBe(state);
    },
  );

  it('leaves state out when there was none', () => {
    const response = addressOutcome(CODE, address({ state: null }), ISSUER);
    expect(response).toMatchObject({ location: expect.not.stringContaining('state') });
  });

  it('keeps the query that the redirect URI was registered with (RED-10)', () => {
    const redirectUri = 'https://rp.test/cb?tenant=%C3%A4+b&x';
    expect(addressOutcome(CODE, address({ redirectUri }), ISSUER)).toMatchObject({
      location: expect.stringMatching(/^https:\/\/rp\.test\/cb\?tenant=%C3%A4\+b&x&code=C1&/),
    });
  });

  it('goes into the fragment when asked to, behind the registered query', () => {
    const target = address({ redirectUri: 'https://rp.test/cb?a=1', responseMode: 'fragment' });
    expect(addressOutcome(CODE, target, ISSUER)).toMatchObject({
      location: expect.stringMatching(/^https:\/\/rp\.test\/cb\?a=1#code=C1&state=S1&iss=/),
    });
  });

  it('reaches a native client at its own scheme, untouched', () => {
    const target = address({ redirectUri: 'com.example.app://cb' });
    expect(addressOutcome(CODE, target, ISSUER)).toMatchObject({
      location: expect.stringMatching(/^com\.example\.app:\/\/cb\?code=C1&/),
    });
  });

  it('is a list of fields for a form post', () => {
    expect(addressOutcome(CODE, address({ responseMode: 'form_post', state: '"<' }), ISSUER)).toEqual({
      kind: 'form_post',
      action: 'https://rp.test/cb',
      fields: [
        ['code', 'C1'],
        ['state', '"<'],
        ['iss', ISSUER],
      ],
    });
  });

  it('is a message to the origin of the redirect URI', () => {
    const target = address({ redirectUri: 'https://rp.test:8443/cb?a=1', responseMode: 'web_message' });
    expect(addressOutcome(CODE, target, ISSUER)).toEqual({
      kind: 'web_message',
      origin: 'https://rp.test:8443',
      fields: [
        ['code', 'C1'],
        ['state', 'S1'],
        ['iss', ISSUER],
      ],
    });
  });
});
