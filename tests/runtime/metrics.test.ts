import { describe, expect, it } from 'vitest';
import { isFromOwnMachine } from '@/lib/runtime/client-address';
import { createMetrics } from '@/lib/runtime/metrics';

const away = () => Promise.reject(new Error('ECONNREFUSED'));

describe('what a Prometheus is told', () => {
  it('counts requests by endpoint and deliveries by provider, and measures what waits', async () => {
    const metrics = createMetrics({
      outboxSize: async () => 3,
      keySince: async () => new Date('2026-11-01T00:00:00Z'),
    });
    metrics.answered({ endpoint: '/oauth/token', method: 'POST', status: 200, seconds: 0.004 });
    metrics.delivered([
      { provider: 'resend', outcome: { kind: 'skipped' }, startedAt: new Date(), durationMs: 0 },
    ]);
    const { contentType, text } = await metrics.render();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain(
      'latchkey_http_request_duration_seconds_bucket{le="0.005",endpoint="/oauth/token",method="POST",status="200"} 1',
    );
    expect(text).toContain('latchkey_delivery_attempts_total{provider="resend",outcome="skipped"} 1');
    expect(text).toContain('latchkey_outbox_messages 3');
    expect(text).toContain(
      `latchkey_signing_key_activated_timestamp_seconds ${Date.UTC(2026, 10, 1) / 1000}`,
    );
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('still tells of the process while storage is away (AVL-1)', async () => {
    const { text } = await createMetrics({ outboxSize: away, keySince: away }).render();
    expect(text).toContain('process_cpu_seconds_total');
  });
});

describe('this machine', () => {
  const frontSecret = 'front';
  const from = (peer: string, more: Record<string, string> = {}) =>
    isFromOwnMachine(new Headers({ 'x-latchkey-front': frontSecret, 'x-latchkey-peer': peer, ...more }), {
      frontSecret,
    });

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('is at %s', (peer) => {
    expect(from(peer)).toBe(true);
  });

  it.each(['203.0.113.7', '10.0.0.1', 'fe80::1', 'localhost', ''])('is not at %j', (peer) => {
    expect(from(peer)).toBe(false);
  });

  it('is not where somebody speaks for others, or says so itself (RLM-2)', () => {
    expect(from('127.0.0.1', { 'x-forwarded-for': '203.0.113.7' })).toBe(false);
    expect(from('127.0.0.1', { 'x-latchkey-front': 'guessed' })).toBe(false);
    expect(isFromOwnMachine(new Headers({ 'x-latchkey-peer': '127.0.0.1' }), { frontSecret })).toBe(false);
  });
});
