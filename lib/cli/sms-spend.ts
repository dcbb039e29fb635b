// `latchkey sms-spend`: what text messages cost, and where none are sent for now.
import type { Command } from 'commander';
import { SMS_SPEND_PATH } from '@/lib/management/report-routes';
import type { SmsSpendReport } from '@/lib/management/reports';
import { print, printJson } from './command-line';
import { formatTable } from './layout';
import { ask, withApi } from './management-api';

/** Adds the command to the program. */
export function addSmsSpendCommand(program: Command): void {
  program
    .command('sms-spend')
    .description('text messages of the last days by day, country and provider, and what they cost')
    .option('--days <number>', 'how many, today included (UTC)', '7')
    .option('--json', 'print JSON, as the management API answers')
    .addHelpText('after', HELP)
    .action(showSpend);
}

const HELP = `
Costs are estimates: the segments of a message by the price list of its connection (option "prices").

Examples:
  $ latchkey sms-spend --days 30
  $ latchkey connections update sms --set 'prices={"currency":"EUR","by_country":{"DE":0.075}}'`;

async function showSpend({ days, json }: { days: string; json?: true }): Promise<void> {
  const path = `${SMS_SPEND_PATH}?days=${encodeURIComponent(days)}`;
  const report = await withApi((api) => ask<SmsSpendReport>(api, { method: 'GET', path }));
  if (json) return printJson(report);
  const { spend, closed_countries: closed } = report;
  if (spend.length === 0) {
    print(`No text message was sent since ${report.from}.`);
  } else {
    const rows = spend.map((sum) => [
      sum.day,
      sum.country,
      sum.provider,
      sum.connection,
      String(sum.messages),
      String(sum.segments),
      priceOf(sum.estimated_price, sum.currency),
    ]);
    print(formatTable(['DAY', 'COUNTRY', 'PROVIDER', 'CONNECTION', 'MESSAGES', 'SEGMENTS', 'COST'], rows));
    print(`\n${describeTotal(spend)}`);
  }
  for (const { country, until } of closed) {
    print(`Nothing is sent to ${country} until ${until}: too few messages were answered.`);
  }
}

function describeTotal(spend: SmsSpendReport['spend']): string {
  const messages = spend.reduce((sum, { messages }) => sum + messages, 0);
  const costs = new Map<string, number>();
  for (const { currency, estimated_price: price } of spend) {
    if (currency !== null && price !== null) costs.set(currency, (costs.get(currency) ?? 0) + price);
  }
  const unpriced = spend.some(({ estimated_price: price }) => price === null);
  const total = [...costs].map(([currency, price]) => priceOf(price, currency)).join(' and ');
  return [
    `${messages} messages${total === '' ? '' : `, about ${total}`}`,
    ...(unpriced ? ['some have no price: see "latchkey sms-spend --help"'] : []),
  ].join('; ');
}

function priceOf(price: number | null, currency: string | null): string {
  return price === null || currency === null ? 'unknown' : `${price.toFixed(2)} ${currency}`;
}
