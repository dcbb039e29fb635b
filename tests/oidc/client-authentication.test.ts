import { describe, expect, it } from 'vitest';
import type { Client } from '@/lib/oidc/client';
import { authenticateClient, parseClientCredentials } from '@/lib/oidc/client-authentication';
import { parseFormParameters } from '@/lib/oidc/parameters';
import { confidentialClient, publicClient } from '../memory/clients';
import { memoryDeps } from '../memory/deps';

const deps = {
  ...memoryDeps(),
  verifySecret: async (secret: string, hashes: readonly string[]) => hashes.includes(`hash of ${secret}`),
};

function basic(text: string): string {
  return `Basic ${Buffer.from(text, 'utf8').toString('base64')}`;
}

async function authenticate(client: Client | null, authorization: string | null, form = ''): Promise<Client> {
  return authenticateClient(deps, client, parseClientCredentials(authorization, parseFormParameters(form)));
}

const invalidClient = expect.objectContaining({ error: 'invalid_client', status: 401 });
const invalidRequest = expect.objectContaining({ error: 'invalid_request', status: 400 });

describe('client_secret_basic', () => {
  const SECRET = 'a:b%c+d é';

  it.each(['a%3Ab%25c%2Bd%20%C3%A9', 'a%3Ab%25c%2Bd+%C3%A9', 'a:b%25c%2Bd+é'])(
    'takes id and secret form-urlencoded: %s (CLI-1, RFC 6749 §2.3.1)',
    async (encoded) => {
      const client = confidentialClient({ secretHashes: [`hash of ${SECRET}`] });
      await expect(authenticate(client, basic(`web:${encoded}`))).resolves.toBe(client);
      expect(parseClientCredentials(basic(`w%3Ae%20b:${encoded}`), parseFormParameters(''))).toMatchObject({
        clientId: 'w:e b',
        clientSecret: SECRET,
      });
    },
  );

  it.each([
    basic('web:a%zz'),
    basic('web:%ff'),
    basic('web:'),
    basic(':s3cret'),
    basic('web'),
    'Basic',
    'Basic ***',
    'Basic d2ViOv8=',
    'Bearer abc',
    'web:s3cret',
  ])('refuses what does not decode, and asks for Basic: %s (CLI-1, CLI-3)', (authorization) => {
    expect(() => parseClientCredentials(authorization, parseFormParameters(''))).toThrow(
      expect.objectContaining({
        error: 'invalid_client',
        status: 401,
        wwwAuthenticate: expect.stringMatching(/^Basic /),
      }),
    );
  });

  it('takes either secret while a rotation lasts (CLI-4)', async () => {
    const client = confidentialClient({ secretHashes: ['hash of new', 'hash of old'] });
    await expect(authenticate(client, basic('web:new'))).resolves.toBe(client);
    await expect(authenticate(client, basic('web:old'))).resolves.toBe(client);
    await expect(authenticate(client, basic('web:older'))).rejects.toThrow(invalidClient);
  });

  it('takes the former secret until its time has come, and the newest for good (CLI-4)', async () => {
    const { clock } = deps;
    const at = (seconds: number) => new Date(clock().getTime() + seconds * 1000);
    const secretHashes = ['hash of new', 'hash of old'];
    const lasting = confidentialClient({ secretHashes, formerSecretExpiresAt: at(1) });
    await expect(authenticate(lasting, basic('web:old'))).resolves.toBe(lasting);
    const over = confidentialClient({ secretHashes, formerSecretExpiresAt: at(0) });
    await expect(authenticate(over, basic('web:old'))).rejects.toThrow(invalidClient);
    await expect(authenticate(over, basic('web:new'))).resolves.toBe(over);
  });

  it('may be accompanied by the same client_id and no other (CLI-2)', async () => {
    const client = confidentialClient();
    await expect(authenticate(client, basic('web:s3cret'), 'client_id=web')).resolves.toBe(client);
    await expect(authenticate(client, basic('web:s3cret'), 'client_id=spa')).rejects.toThrow(invalidRequest);
  });
});

describe('a request', () => {
  it('authenticates in one way only (CLI-2)', async () => {
    const form = 'client_id=web&client_secret=s3cret';
    await expect(authenticate(confidentialClient(), basic('web:s3cret'), form)).rejects.toThrow(
      invalidRequest,
    );
  });

  it('authenticates in the way the client is registered for (CLI-2)', async () => {
    const post = confidentialClient({ tokenEndpointAuthMethod: 'client_secret_post' });
    await expect(authenticate(post, null, 'client_id=web&client_secret=s3cret')).resolves.toBe(post);
    await expect(authenticate(post, basic('web:s3cret'))).rejects.toThrow(invalidClient);
    await expect(authenticate(post, null, 'client_id=web')).rejects.toThrow(invalidClient);
    await expect(
      authenticate(confidentialClient(), null, 'client_id=web&client_secret=s3cret'),
    ).rejects.toThrow(invalidClient);
  });

  it('may use either way of a secret where nobody chose one, and only one of them (CLI-2)', async () => {
    const client = confidentialClient({ tokenEndpointAuthMethod: 'client_secret' });
    const basic = `Basic ${btoa('web:s3cret')}`;
    expect(await authenticate(client, basic)).toBe(client);
    expect(await authenticate(client, null, 'client_id=web&client_secret=s3cret')).toBe(client);
    await expect(authenticate(client, basic, 'client_secret=s3cret')).rejects.toMatchObject({
      error: 'invalid_request',
    });
    await expect(authenticate(client, null, 'client_id=web')).rejects.toMatchObject({
      error: 'invalid_client',
    });
    await expect(authenticate(client, `Basic ${btoa('web:wrong')}`)).rejects.toMatchObject({
      error: 'invalid_client',
    });
  });

  it('of a public client carries no secret (CLI-2)', async () => {
    const spa = publicClient();
    await expect(authenticate(spa, null, 'client_id=spa')).resolves.toBe(spa);
    await expect(authenticate(spa, null, 'client_id=spa&client_secret=')).resolves.toBe(spa);
    await expect(authenticate(spa, null, 'client_id=spa&client_secret=x')).rejects.toThrow(invalidClient);
    await expect(authenticate(spa, basic('spa:x'))).rejects.toThrow(invalidClient);
  });

  it('without a client is invalid (OTP-14)', async () => {
    await expect(authenticate(null, null, '')).rejects.toThrow(invalidRequest);
    await expect(authenticate(null, null, 'client_id=')).rejects.toThrow(invalidRequest);
  });

  it('is refused in the same words for an unknown client and a wrong secret', async () => {
    const unknown = await authenticate(null, basic('nobody:x')).catch((error: Error) => error.message);
    const wrong = await authenticate(confidentialClient(), basic('web:x')).catch(
      (error: Error) => error.message,
    );
    expect(unknown).toBe(wrong);
  });

  it('in a script is not answered with a password prompt', async () => {
    await expect(authenticate(null, null, 'client_id=nobody')).rejects.toThrow(
      expect.objectContaining({ status: 401, wwwAuthenticate: null }),
    );
  });
});
