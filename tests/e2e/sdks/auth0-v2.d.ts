// What the tests use of auth0 2.44, which has no types of its own. @see https://auth0.github.io/node-auth0/2.44.1
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

  export class ManagementClient {
    constructor(options: { domain: string; clientId: string; clientSecret: string });
    connections: { getAll(asked: { strategy: string }): Promise<{ id: string; name: string }[]> };
    users: {
      create(user: Record<string, unknown>): Promise<Record<string, unknown>>;
      get(asked: { id: string }): Promise<Record<string, unknown>>;
      getAll(asked: { q: string; search_engine: 'v3' }): Promise<Record<string, unknown>[]>;
      getByEmail(email: string): Promise<Record<string, unknown>[]>;
      update(asked: { id: string }, changes: Record<string, unknown>): Promise<Record<string, unknown>>;
      logs(asked: { id: string }): Promise<Record<string, unknown>[]>;
      delete(asked: { id: string }): Promise<void>;
      link(id: string, identity: { provider: string; user_id: string }): Promise<Record<string, unknown>[]>;
      unlink(asked: { id: string; provider: string; user_id: string }): Promise<Record<string, unknown>[]>;
    };
    userBlocks: { getByIdentifier(asked: { identifier: string }): Promise<Record<string, unknown>> };
    jobs: {
      importUsersJob(job: {
        connection_id: string;
        users_json: string;
        upsert?: boolean;
      }): Promise<Record<string, unknown>>;
      exportUsers(job: Record<string, unknown>): Promise<Record<string, unknown>>;
      get(asked: { id: string }): Promise<Record<string, unknown>>;
      errors(asked: { id: string }): Promise<Record<string, unknown>[]>;
    };
  }
}
