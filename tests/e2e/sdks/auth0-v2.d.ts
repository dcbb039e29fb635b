// What the tests use of auth0 2.44, which has no types of its own.
declare module 'auth0-v2' {
  type Tokens = {
    access_token: string;
    id_token: string;
    refresh_token?: string;
    token_type: string;
    expires_in: number;
  };

  export class AuthenticationClient {
    constructor(options: { domain: string; clientId: string; clientSecret: string });
    requestEmailCode(data: { email: string }): Promise<unknown>;
    requestSMSCode(data: { phone_number: string }): Promise<unknown>;
    requestMagicLink(data: { email: string; authParams: Record<string, string> }): Promise<unknown>;
    getProfile(accessToken: string): Promise<Record<string, unknown>>;
    refreshToken(data: { refresh_token: string }): Promise<Tokens>;
    clientCredentialsGrant(data: { audience: string }): Promise<Tokens>;
    passwordless: { signIn(data: Record<string, string>): Promise<Tokens> };
    oauth: {
      authorizationCodeGrant(data: { code: string; redirect_uri: string }): Promise<Tokens>;
    };
    tokens: { revokeRefreshToken(data: { token: string }): Promise<unknown> };
  }
}
