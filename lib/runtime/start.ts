// Starts the one Latchkey of this process and leaves its front for scripts/serve.mjs. A start that fails prints one line and
// ends the process: Next would go on without us.
import { randomBytes } from 'node:crypto';
import { shareRuntime } from './boot';
import { composeRuntime } from './compose';
import { EnvironmentError, readEnvironment } from './environment';
import { createFront, type Front } from './front';
import type { CreateFrontPages } from './front-pages';
import { findSentence } from './operations';

const FRONT = Symbol.for('latchkey.front');

/** @param createPages the pages that the front answers itself */
export async function startLatchkey(createPages: CreateFrontPages): Promise<void> {
  try {
    const given = { frontSecret: drawSecret(), operatorToken: drawSecret() };
    const runtime = await shareRuntime(composeRuntime(readEnvironment(), given));
    (globalThis as { [FRONT]?: Front })[FRONT] = createFront(runtime, createPages);
  } catch (error) {
    process.stderr.write(`Latchkey did not start: ${reasonOf(error)}\n`);
    process.exit(1);
  }
}

function drawSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A mistake of the operator is one sentence; anything else is a bug and shows where it is. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isSentence = error instanceof EnvironmentError || /(Held|Failed|AnotherSecret)/.test(error.name);
  if (isSentence) return error.message;
  return findSentence(readEnvironment(), error) ?? error.stack ?? error.message;
}
