// What a Prometheus is told of this process: requests by endpoint, messages by provider, what waits, how old the signing key
// is, and the process itself. Every label is one of few words of ours; nothing of a person or a client is in it.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DeliveryAttempt } from '@/lib/login/outbox';

export type Metrics = Readonly<{
  /** @param endpoint path of a route, as the table has it */
  answered(request: Readonly<{ endpoint: string; method: string; status: number; seconds: number }>): void;
  delivered(attempts: readonly DeliveryAttempt[]): void;
  /** The text format of Prometheus. */
  render(): Promise<Readonly<{ contentType: string; text: string }>>;
}>;

/** Seconds. A login's steps take milliseconds; beyond a second somebody waits. */
const DURATION_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** @param read asked when somebody scrapes, not before; what cannot be read is left out */
export function createMetrics(read: {
  /** Messages that wait to be sent. */
  outboxSize(): Promise<number>;
  /** When the key that signs began to; null before there is one. */
  keySince(): Promise<Date | null>;
}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'latchkey_http_request_duration_seconds',
    help: 'Time until a request of the protocol or the management API was answered.',
    labelNames: ['endpoint', 'method', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const attempts = new Counter({
    name: 'latchkey_delivery_attempts_total',
    help: 'Attempts to hand a message to a provider, by what it said.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  new Gauge({
    name: 'latchkey_outbox_messages',
    help: 'Messages that wait to be sent, in all processes.',
    registers,
    async collect() {
      await setTo(this, read.outboxSize());
    },
  });
  new Gauge({
    name: 'latchkey_signing_key_activated_timestamp_seconds',
    help: 'When the key that signs began to.',
    registers,
    async collect() {
      await setTo(
        this,
        read.keySince().then((since) => since && since.getTime() / 1000),
      );
    },
  });

  return {
    answered: ({ endpoint, method, status, seconds }) =>
      requests.observe({ endpoint, method, status: String(status) }, seconds),
    delivered(tried) {
      for (const { provider, outcome } of tried) attempts.inc({ provider, outcome: outcome.kind });
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/** Storage that is away must not hide what else there is to tell. */
async function setTo(gauge: Gauge, value: Promise<number | null>): Promise<void> {
  const known = await value.catch(() => null);
  if (known === null) gauge.reset();
  else gauge.set(known);
}
