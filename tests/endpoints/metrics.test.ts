import { describe, expect, it } from 'vitest';
import { metrics } from '@/lib/endpoints/metrics';
import type { Caller } from '@/lib/management/caller';
import { ISSUER, memoryDeps } from '../memory/deps';

const scrape = (changes: { isOwnMachine?: boolean; caller?: Partial<Caller> | null }) =>
  metrics(
    {
      ...memoryDeps(),
      isOwnMachine: () => changes.isOwnMachine ?? false,
      operators: {
        callerOf: async () =>
          changes.caller
            ? {
                kind: 'client',
                clientId: 'prometheus',
                accountId: null,

                scopes: [],
                ...changes.caller,
              }
            : null,
      },
    },
    new Request(`${ISSUER}metrics`),
  );

describe('GET /metrics', () => {
  it('tells this machine without a token, in the format of Prometheus', async () => {
    const response = await scrape({ isOwnMachine: true });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toBe('up 1\n');
  });

  it('tells whoever holds read:stats', async () => {
    expect((await scrape({ caller: { scopes: ['read:stats'] } })).status).toBe(200);
  });

  it.each([
    ['strangers', null, 401],
    ['callers with other scopes', { scopes: ['read:logs'] }, 403],
    ['people, whatever their token says', { kind: 'person', scopes: ['read:stats'] }, 403],
  ] as const)('is closed to %s', async (_, caller, status) => {
    const response = await scrape({ caller });
    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty('error');
  });
});
