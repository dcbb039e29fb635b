// Why a log stream is not taken, as an owner reads it.
import { describe, expect, it } from 'vitest';
import { failureWords } from '@/lib/web/console/stream-words';

describe('why nobody took a batch', () => {
  it.each([
    ['answered 401', 'does not know us'],
    ['answered 404', 'nothing takes entries at that address'],
    ['answered 302', 'a redirect, which is not followed'],
    ['answered 503', 'trouble of its own'],
    ['answered 422', 'The receiver answered 422.'],
    ['timed out', 'within ten seconds'],
    ['refused not_in_OUTBOUND_PRIVATE_NETWORKS', 'Name that network in OUTBOUND_PRIVATE_NETWORKS'],
    ['refused not_https', 'not called from here: not_https'],
    ['unreachable ENOTFOUND', 'no server by that name'],
    ['unreachable ECONNREFUSED', 'Nothing listens'],
    ['unreachable DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate is not trusted'],
    ['unreachable ECONNRESET', 'cannot be reached: ECONNRESET'],
    ['SECRET cannot open what it is sent with', 'draw a new signing secret'],
    ['what no version has told yet', 'what no version has told yet'],
  ])('%s: %s', (told, said) => {
    expect(failureWords(told)).toContain(said);
  });
});
