// The words of a message as the editor's form holds them, and what is shown of a preview.
import type { MessagePreview } from '@/lib/login/preview-message';
import type { ConnectionDocument } from '@/lib/management/connections';
import { textOf } from '@/lib/web/answer';
import { consoleFormats } from '@/lib/web/console/formats';
import { t } from '@/lib/web/console/words';
import type { PriceList } from './prices';

/** The options of a message with the words that are being written; what is left empty is ours. */
export function withWords(
  { strategy, options }: Pick<ConnectionDocument, 'strategy' | 'options'>,
  form: FormData,
): Readonly<Record<string, unknown>> {
  const typed = (name: string) => (textOf(form, name).trim() === '' ? null : textOf(form, name));
  if (strategy === 'sms') return { template: typed('options.template') };
  const { email } = options as { email?: Record<string, unknown> };
  return {
    email: {
      ...email,
      from: typed('options.email.from')?.trim() ?? null,
      subject: typed('options.email.subject')?.trim() ?? null,
      body: typed('options.email.body'),
    },
  };
}

/** What the API is asked to show of them. */
export function previewBodyOf(form: FormData, connection: ConnectionDocument) {
  const kind = textOf(form, 'kind');
  const language = textOf(form, 'language');
  return {
    options: { ...connection.options, ...withWords(connection, form) },
    ...(kind !== '' && { kind }),
    ...(language !== '' && { language }),
  };
}

/** What the editor shows beside the words: the HTML of an e-mail comes by an address of its own, in a sandbox. */
export async function describePreview(
  preview: MessagePreview,
  { options }: Pick<ConnectionDocument, 'options'>,
): Promise<Record<string, string>> {
  const problems = preview.problems.map((problem) => t('connections.message.problem', problem)).join('\n');
  if (preview.kind === 'email') {
    const { from, subject, text } = preview;
    return { problems, from, subject, text };
  }
  const { body, segments, characters, encoding, warning } = preview;
  return {
    problems,
    text: body,
    size: t('connections.message.segments', { segments, characters, encoding }),
    cost: await costOf(segments, (options as { prices?: PriceList | null }).prices ?? null),
    warning: warning ?? '',
  };
}

/** Countries whose price is said each; of more the lowest and the highest. */
const COUNTRIES_SAID = 3;

async function costOf(segments: number, prices: PriceList | null): Promise<string> {
  const priced = Object.entries(prices?.by_country ?? {}).sort(([, one], [, other]) => one - other);
  const [[, lowest = 0] = [], [, highest = 0] = []] = [priced.at(0), priced.at(-1)];
  if (prices === null || priced.length === 0) return t('connections.message.unpriced');
  const { money, country } = await consoleFormats();
  const amount = (price: number) => money(price * segments, prices.currency);
  if (priced.length > COUNTRIES_SAID)
    return t('connections.message.costs', { lowest: amount(lowest), highest: amount(highest) });
  const each = priced.map(([code, price]) => `${amount(price)} (${country(code)})`);
  return t('connections.message.cost', { each: each.join(', ') });
}
