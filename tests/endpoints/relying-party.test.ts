// A whole sign-in as a certified client library sees it: oauth4webapi checks every answer against the specifications.
import * as oauth from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { confidentialClient, publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SESSION_COOKIE, SUBJECT } from '../memory/deps';

function browse(deps: MemoryDeps): (url: string, init?: object) => Promise<Response> {
  return async (url, init) => {
    const route = findRoute(new URL(url).pathname);
    if (route === null) throw new Error(`${url} is not the protocol's`);
    return answerRoute(deps, route, new Request(url, init));
  };
}

describe('a relying party built on oauth4webapi', () => {
  it.each([
    ['none', publicClient(), oauth.None()],
    [
      'client_secret_basic',
      confidentialClient({ secretHashes: ['hash of s:%+ é'] }),
      oauth.ClientSecretBasic('s:%+ é'),
    ],
    [
      'client_secret_post',
      confidentialClient({ tokenEndpointAuthMethod: 'client_secret_post' }),
      oauth.ClientSecretPost('s3cret'),
    ],
  ])(
    'signs somebody in with %s (oidcc-server, oidcc-alternate-happy-flow)',
    async (_, registered, authentication) => {
      const deps = memoryDeps(registered);
      deps.beginSession();
      const fetch = browse(deps);
      const options = { [oauth.customFetch]: fetch };
      const client: oauth.Client = {
        client_id: registered.clientId,
        // Tokens are stamped by the hand-moved clock of the test.
        [oauth.clockSkew]: Math.round((deps.clock().getTime() - Date.now()) / 1000),
      };
      const redirectUri = registered.redirectUris[0] ?? '';

      const issuer = new URL(ISSUER);
      const server = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, options),
      );

      const verifier = oauth.generateRandomCodeVerifier();
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
      const url = new URL(server.authorization_endpoint ?? '');
      url.search = new URLSearchParams({
        client_id: registered.clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid profile email',
        state,
        nonce,
        max_age: '1000',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString();
      const answer = await fetch(url.href, { headers: { Cookie: SESSION_COOKIE } });
      const callback = oauth.validateAuthResponse(
        server,
        client,
        new URL(answer.headers.get('location') ?? ''),
        state,
      );

      const tokens = await oauth.processAuthorizationCodeResponse(
        server,
        client,
        await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          callback,
          redirectUri,
          verifier,
          options,
        ),
        { expectedNonce: nonce, maxAge: 1000, requireIdToken: true },
      );
      expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({
        sub: SUBJECT.sub,
        email: 'ada@example.com',
      });

      const userinfo = await oauth.processUserInfoResponse(
        server,
        client,
        SUBJECT.sub,
        await oauth.userInfoRequest(server, client, tokens.access_token, options),
      );
      expect(userinfo.nickname).toBe('ada');
    },
  );
});
