// The words of a message as the editor's form holds them, and what is shown of a preview.
import type { MessagePreview } from '@/lib/login/preview-message';
import type { ConnectionDocument } from '@/lib/management/connections';
import { textOf } from '@/lib/web/answer';
import { t } from '@/lib/web/console/words';

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
export function describePreview(preview: MessagePreview): Record<string, string> {
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
    warning: warning ?? '',
  };
}
