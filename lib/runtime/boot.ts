// The one Latchkey of this process. Next bundles instrumentation, pages and routes apart, so what they share hangs on
// globalThis and not in a module. A start that fails prints one line and ends the process: Next would go on without us.
import { randomBytes } from 'node:crypto';
import { composeRuntime, type Runtime } from './compose';
import { EnvironmentError, readEnvironment } from './environment';
import { createFront, type Front } from './front';
import type { CreateFrontPages } from './front-pages';
import { findSentence } from './operations';

const RUNTIME = Symbol.for('latchkey.runtime');
const FRONT = Symbol.for('latchkey.front');

type Shared = { [RUNTIME]?: Promise<Runtime>; [FRONT]?: Front };
const shared = globalThis as Shared;

/** The running Latchkey; started by whoever asks first. */
export function runtime(): Promise<Runtime> {
  shared[RUNTIME] ??= composeRuntime(readEnvironment(), {
    frontSecret: drawSecret(),
    operatorToken: drawSecret(),
  });
  return shared[RUNTIME];
}

function drawSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Starts Latchkey and leaves its front for scripts/serve.mjs. Ends the process when it cannot start. */
export async function startLatchkey(createPages: CreateFrontPages): Promise<void> {
  try {
    shared[FRONT] = createFront(await runtime(), createPages);
  } catch (error) {
    process.stderr.write(`Latchkey did not start: ${reasonOf(error)}\n`);
    process.exit(1);
  }
}

/** A mistake of the operator is one sentence; anything else is a bug and shows where it is. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isSentence = error instanceof EnvironmentError || /(Held|Failed|AnotherSecret)/.test(error.name);
  if (isSentence) return error.message;
  return findSentence(readEnvironment(), error) ?? error.stack ?? error.message;
}
