// `latchkey messages`: what became of the messages to somebody, for whoever is asked why one did not arrive.
import type { Command } from 'commander';
import { MESSAGE_SEARCH_PATH } from '@/lib/management/report-routes';
import type { MessageDocument, MessagesDocument } from '@/lib/management/reports';
import { CommandFailure, print, printJson } from './command-line';
import { ask, withApi } from './management-api';

/** Adds the command to the program. */
export function addMessagesCommand(program: Command): void {
  program
    .command('messages')
    .description('messages of the last week and what became of each: tried, accepted, delivered, returned')
    .argument('[address or number]', 'to whom; a number with its country code; left out: to anybody')
    .option('--limit <number>', 'how many, the newest first', '20')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText(
      'after',
      '\nExamples:\n  $ latchkey messages ann@example.com\n  $ latchkey messages "+49 151 23456789" --json',
    )
    .action(showMessages);
}

async function showMessages(
  recipient: string | undefined,
  { limit, json }: { limit: string; json?: true },
): Promise<void> {
  if (!/^\d{1,4}$/.test(limit)) throw new CommandFailure('--limit takes a whole number.', 2);
  const body = { recipient, limit: Number(limit) };
  const found = await withApi((api) =>
    ask<MessagesDocument>(api, { method: 'POST', path: MESSAGE_SEARCH_PATH, body }),
  );
  if (json) return printJson(found);
  if (found.messages.length === 0) return print('There was no message in the last week.');
  print(found.messages.map(describe).join('\n\n'));
}

function describe(message: MessageDocument): string {
  const { kind, channel, recipient, connection, language, status } = message;
  const title = `${kind} by ${channel} to ${recipient ?? 'somebody'}, connection ${connection ?? 'deleted'}, ${language}: ${status}`;
  return [title, ...message.steps.map(describeStep)].join('\n');
}

function describeStep(step: MessageDocument['steps'][number]): string {
  const said = [step.outcome, step.reason].filter((part) => part != null).join(' ');
  const took = step.duration_ms === undefined ? '' : ` after ${step.duration_ms} ms`;
  const by = step.provider === undefined ? '' : ` by ${step.provider}`;
  return `  ${step.at}  ${step.kind}${by}${took}${said === '' ? '' : `: ${said}`}`;
}
