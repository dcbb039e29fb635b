// What we use of auth0 2, which brings no types. @see https://auth0.github.io/node-auth0/2.44.1
declare module 'auth0-v2' {
  type Document = Record<string, unknown>;

  export class ManagementClient {
    constructor(options: { domain: string; clientId: string; clientSecret: string });
    connections: { getAll(asked: { strategy: string }): Promise<{ id: string; name: string }[]> };
    users: {
      create(user: Document): Promise<Document>;
      get(asked: { id: string }): Promise<Document>;
      getAll(asked: { q: string; search_engine: 'v3' }): Promise<Document[]>;
      getByEmail(email: string): Promise<Document[]>;
      update(asked: { id: string }, changes: Document): Promise<Document>;
      logs(asked: { id: string }): Promise<Document[]>;
      delete(asked: { id: string }): Promise<void>;
    };
    userBlocks: { getByIdentifier(asked: { identifier: string }): Promise<Document> };
    jobs: {
      importUsersJob(job: { connection_id: string; users_json: string; upsert?: boolean }): Promise<Document>;
      exportUsers(job: Document): Promise<Document>;
      get(asked: { id: string }): Promise<Document>;
      errors(asked: { id: string }): Promise<Document[]>;
    };
  }
}
