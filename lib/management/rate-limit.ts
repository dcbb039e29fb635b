// How often a caller may ask the management API, counted over all processes and told in the headers of every answer.
// Auth0's header names; RFC 9110 §10.2.3 for Retry-After. RLM-1.
import { type CountedLimit, countLimit, type LimitOverrides } from '@/lib/login/limits';
import type { Caller } from './caller';
import { ManagementProblem } from './problem';

export type RateLimitStore = Readonly<{
  /** Counts one more in the limit's window, full or not, in one statement; how many there are now. */
  take(limit: CountedLimit): Promise<number>;
}>;

export type RateLimitDeps = Readonly<{
  rateLimits: RateLimitStore;
  limitOverrides: () => LimitOverrides;
  clock: () => Date;
}>;

/**
 * Counts a request of that caller, and gives the headers that say where it stands. The command line of this machine counts
 * for nothing: it is the operator.
 * @throws {ManagementProblem} 429
 */
export async function countRequest(
  { rateLimits, limitOverrides, clock }: RateLimitDeps,
  caller: Caller,
): Promise<Readonly<Record<string, string>>> {
  if (caller.kind === 'command_line') return {};
  const now = clock();
  const key = caller.accountId ?? caller.clientId ?? '';
  const limit = countLimit('management_requests', { key, now, overrides: limitOverrides() });
  const count = await rateLimits.take(limit);
  const resetAt = new Date(limit.windowStart.getTime() + limit.windowSeconds * 1000);
  const headers = {
    'X-RateLimit-Limit': String(limit.max),
    'X-RateLimit-Remaining': String(Math.max(0, limit.max - count)),
    'X-RateLimit-Reset': String(resetAt.getTime() / 1000),
  };
  if (count <= limit.max) return headers;
  throw new ManagementProblem(429, 'too_many_requests', 'Global limit has been reached', {
    ...headers,
    'Retry-After': String(Math.max(1, Math.ceil((resetAt.getTime() - now.getTime()) / 1000))),
  });
}
