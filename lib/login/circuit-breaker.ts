// The circuit breaker: what one process has learnt of the ways it sends by. A way that fails several times in a row is left
// alone for a while, so that no message waits ten seconds for it; then one message probes it, and the pause grows while the
// probes fail. Processes learn each for themselves. Knows no provider, and no clock but the one it is handed.
import type { SendOutcome } from './message';

/** Failures in a row, with nothing else in between, after which a way is left alone. */
const FAILURES_TO_OPEN = 5;
/** Seconds before the first, second and any later probe. */
const PAUSES_SECONDS = [5, 10, 20, 40, 60] as const;
/** Seconds after which a probe that nobody reported is taken for lost: an attempt takes at most ten. */
const PROBE_SECONDS = 12;
/** Seconds before those look again who came while a probe was out. */
const LOOK_AGAIN_SECONDS = 2;

/** The operator is told of these, once each. `way` is the name that attempts were reported under. */
export type CircuitChange = Readonly<
  { kind: 'opened'; way: string; failures: number; probeAt: Date } | { kind: 'closed'; way: string }
>;

export type CircuitBreaker = Readonly<{
  /**
   * Null: an attempt may begin, and what comes of it is to be reported. Otherwise the instant at which it is worth asking
   * again. Of all who ask once a pause is over, one is let through.
   */
  admit(way: string): Date | null;
  /** Takes note of an outcome that was not cut short. Answers as `admit` does, but lets nobody through. */
  report(way: string, outcome: SendOutcome): Date | null;
  /** Notes that nothing can be sent for a connection before that instant; null: that something can. */
  halt(connection: string, until: Date | null): void;
  /** The connections for which nothing can be sent at the moment: their messages need not be looked at. */
  halted(): string[];
}>;

type Circuit = Readonly<
  | { kind: 'closed'; failures: number }
  | { kind: 'open'; probeAt: Date; failedProbes: number }
  | { kind: 'probing'; lostAt: Date; failedProbes: number }
>;

/** A breaker for all ways of one process. */
export function createCircuitBreaker(deps: {
  clock: () => Date;
  onChange(change: CircuitChange): void;
}): CircuitBreaker {
  const circuits = new Map<string, Circuit>();
  const halts = new Map<string, Date>();
  const circuitOf = (way: string): Circuit => circuits.get(way) ?? CLOSED;
  return {
    admit(way) {
      const circuit = circuitOf(way);
      const now = deps.clock();
      if (circuit.kind === 'closed') return null;
      if (circuit.kind === 'open' && now < circuit.probeAt) return circuit.probeAt;
      if (circuit.kind === 'probing' && now < circuit.lostAt) return later(now, LOOK_AGAIN_SECONDS);
      const { failedProbes } = circuit;
      circuits.set(way, { kind: 'probing', lostAt: later(now, PROBE_SECONDS), failedProbes });
      return null;
    },
    report(way, outcome) {
      const before = circuitOf(way);
      const after = isFailure(outcome) ? afterFailure(before, deps.clock()) : CLOSED;
      circuits.set(way, after);
      if (before.kind === 'closed' && after.kind === 'open') {
        deps.onChange({ kind: 'opened', way, failures: FAILURES_TO_OPEN, probeAt: after.probeAt });
      }
      if (before.kind !== 'closed' && after.kind === 'closed') deps.onChange({ kind: 'closed', way });
      return after.kind === 'open' ? after.probeAt : null;
    },
    halt(connection, until) {
      if (until === null) halts.delete(connection);
      else halts.set(connection, until);
    },
    halted() {
      const now = deps.clock();
      return [...halts].flatMap(([connection, until]) => (now < until ? [connection] : []));
    },
  };
}

const CLOSED: Circuit = { kind: 'closed', failures: 0 };

function afterFailure(circuit: Circuit, now: Date): Circuit {
  switch (circuit.kind) {
    case 'closed': {
      const failures = circuit.failures + 1;
      return failures < FAILURES_TO_OPEN ? { kind: 'closed', failures } : open(0, now);
    }
    case 'probing':
      return open(circuit.failedProbes + 1, now);
    case 'open':
      // An attempt that began before it opened: known already.
      return circuit;
  }
}

function open(failedProbes: number, now: Date): Circuit {
  const pauseSeconds = PAUSES_SECONDS[Math.min(failedProbes, PAUSES_SECONDS.length - 1)] ?? 0;
  return { kind: 'open', probeAt: later(now, pauseSeconds), failedProbes };
}

/**
 * Whether an outcome says that the provider is down. A refusal counts when it names the server's own trouble: an HTTP status
 * of 5xx (20500 and the like at Twilio), or before SMTP came to the message a reply of 5xx, or 421. Anything else is an
 * answer, and must not count: strangers choose the addresses that a mail server wants to see later (451), and nobody may
 * shut a provider for others by typing them.
 */
function isFailure(outcome: SendOutcome): boolean {
  if (outcome.kind === 'accepted') return false;
  return outcome.kind !== 'refused' || (!outcome.permanent && SERVER_TROUBLE.test(outcome.reason));
}

const SERVER_TROUBLE = /^(?:(?:20)?5\d\d|421)$/;

function later(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}
