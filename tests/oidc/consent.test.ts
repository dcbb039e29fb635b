import { describe, expect, it } from 'vitest';
import { neededConsent } from '@/lib/oidc/consent';
import { confidentialClient } from '../memory/clients';
import { api } from '../memory/resource-servers';

const OURS = confidentialClient();
const THEIRS = confidentialClient({ isFirstParty: false });
const ASKS = api({ skipConsent: false });

function request(scope: string, changes: { audience?: string; prompt?: 'consent' | 'none' | 'login' } = {}) {
  const { audience = null, prompt } = changes;
  return { clientId: 'web', scope, audience, prompt: prompt === undefined ? [] : [prompt] } as const;
}

describe('consent (OpenID Connect Core §3.1.2.4)', () => {
  it.each(['openid', 'openid profile email offline_access'])(
    'of a client of another house is needed for everything it asks for: %s',
    (scope) => {
      expect(neededConsent(request(scope), THEIRS, null)).toEqual({
        clientId: 'web',
        audience: null,
        scopes: scope.split(' '),
        asksAgain: false,
      });
    },
  );

  it('of another house is needed for an API, whatever that says of our own clients', () => {
    const asked = request('openid read:things', { audience: api().identifier });
    expect(neededConsent(asked, THEIRS, api())).toMatchObject({
      audience: 'https://api.test/',
      scopes: ['openid', 'read:things'],
    });
  });

  it('of our own clients is needed for the scopes of an API that wants it, and for nothing else', () => {
    const audience = ASKS.identifier;
    const asked = request('openid email read:things write:things offline_access', { audience });
    expect(neededConsent(asked, OURS, ASKS)).toMatchObject({ scopes: ['read:things', 'write:things'] });
    expect(neededConsent(asked, OURS, api())).toBeNull();
    expect(neededConsent(request('openid email'), OURS, null)).toBeNull();
    // The API itself, where no scope of it is asked for.
    expect(neededConsent(request('openid', { audience }), OURS, ASKS)).toMatchObject({ scopes: [] });
  });

  it('is asked again for prompt=consent, whoever the client is', () => {
    for (const client of [OURS, THEIRS])
      expect(neededConsent(request('openid email', { prompt: 'consent' }), client, null)).toMatchObject({
        scopes: ['openid', 'email'],
        asksAgain: true,
      });
    expect(neededConsent(request('openid', { prompt: 'login' }), OURS, null)).toBeNull();
  });
});
