// What the messages of a connection look like, before anybody is sent one: the same words by the same way, of a sample
// message. For operators; what is wrong with a template stands beside what is sent in its place.
import type { Letterhead } from './compose-email';
import { countSegments, type SmsSegments } from './compose-sms';
import type { Connection, EmailConnection, SmsConnection } from './connection';
import { LINK_PATH } from './magic-link';
import type { Email, LoginMessage, MessageKind } from './message';
import { type BrokenTemplate, prepareEmail, prepareSms } from './prepare-message';
import { checkTemplate } from './template';

export type MessagePreview =
  | (Readonly<{ kind: 'email' } & Problems> & Pick<Email, 'subject' | 'from' | 'html' | 'text'>)
  | (Readonly<{ kind: 'sms'; body: string; warning: string | null } & Problems> & SmsSegments);

/** In the order of the connection's options; empty when all is well. */
type Problems = { problems: readonly BrokenTemplate[] };

/** What a preview asks of a connection, kept or not yet. */
export type PreviewedConnection =
  | Pick<EmailConnection, 'strategy' | 'template' | 'sendMode' | 'codeLength' | 'codeLifetimeSeconds'>
  | Pick<SmsConnection, 'strategy' | 'template' | 'codeLength' | 'codeLifetimeSeconds'>;

/**
 * A message of the connection to a person who does not exist. Text messages sign in, or confirm a number.
 *
 * @param sample.language BCP 47 tag, as a request would name it
 */
export function previewMessage(
  connection: PreviewedConnection,
  sample: { kind: MessageKind; language: string; applicationName: string },
  letterhead: Letterhead,
): MessagePreview {
  return connection.strategy === 'email'
    ? previewEmail(connection, sample, letterhead)
    : previewSms(connection, sample, letterhead);
}

type Sample = Parameters<typeof previewMessage>[1];
type Previewed<Strategy extends Connection['strategy']> = Extract<
  PreviewedConnection,
  { strategy: Strategy }
>;

function previewEmail(
  connection: Previewed<'email'>,
  sample: Sample,
  letterhead: Letterhead,
): MessagePreview {
  const kind = sample.kind === 'change_phone_number' ? 'change_email' : sample.kind;
  const carriesLink = kind === 'login' && connection.sendMode !== 'code';
  const carriesCode = kind === 'change_email' || (kind === 'login' && connection.sendMode !== 'link');
  const sampleLink = `https://${letterhead.issuerHost}${LINK_PATH}/sample`;
  const message: LoginMessage = {
    ...sampleMessage(connection, { ...sample, kind }),
    channel: 'email',
    recipient: 'ann@example.com',
    oneTimeCode: carriesCode ? sampleCode(connection) : null,
    link: carriesLink ? sampleLink : null,
    stopLink: carriesLink ? `${sampleLink}/stop` : null,
  };
  const prepared = prepareEmail(message, connection, letterhead);
  if ('unsendable' in prepared) throw new TypeError(`a sample is unsendable: ${prepared.unsendable}`);
  const { subject, from, html, text } = prepared.email;
  const { template } = connection;
  const problems = [
    ...problemsOf('from', template.from, { context: 'sender' }),
    ...problemsOf('subject', template.subject, { context: 'subject' }),
    ...problemsOf('body', template.body, { context: 'html' }),
  ];
  return { kind: 'email', subject, from, html, text, problems: withSent(problems, prepared.templateProblem) };
}

function previewSms(connection: Previewed<'sms'>, sample: Sample, letterhead: Letterhead): MessagePreview {
  const message: LoginMessage = {
    ...sampleMessage(connection, { ...sample, kind: smsKind(sample.kind) }),
    channel: 'sms',
    recipient: '+12025550123',
    oneTimeCode: sampleCode(connection),
    link: null,
    stopLink: null,
  };
  const prepared = prepareSms(message, connection, letterhead);
  if ('unsendable' in prepared) throw new TypeError(`a sample is unsendable: ${prepared.unsendable}`);
  const { body } = prepared.sms;
  const { template } = connection;
  const problems = template
    ? problemsOf('template', template.text, { context: 'text', syntax: template.syntax })
    : [];
  const counted = countSegments(body);
  return {
    kind: 'sms',
    body,
    ...counted,
    warning: warnOf(counted),
    problems: withSent(problems, prepared.templateProblem),
  };
}

/** A text message signs in or confirms a number: there are no notices by text. */
function smsKind(kind: MessageKind): MessageKind {
  return kind === 'change_phone_number' || kind === 'change_email' ? 'change_phone_number' : 'login';
}

/** What a carrier charges for, in a sentence; null where it is one segment. */
function warnOf({ segments, encoding }: SmsSegments): string | null {
  if (segments < 2) return null;
  const holds =
    encoding === 'GSM-7' ? '160 characters' : '70 characters, because some of these are not in GSM-7';
  return `This is sent and paid for as ${segments} messages. One holds ${holds}.`;
}

function problemsOf(
  part: BrokenTemplate['part'],
  source: string | null,
  kind: Parameters<typeof checkTemplate>[1],
): BrokenTemplate[] {
  const problem = source === null ? null : checkTemplate(source, kind);
  return problem === null ? [] : [{ part, ...problem }];
}

/** What only shows when this very message is sent, unless its template was found broken before. */
function withSent(
  problems: readonly BrokenTemplate[],
  sent: BrokenTemplate | null,
): readonly BrokenTemplate[] {
  return sent === null || problems.some(({ part }) => part === sent.part) ? problems : [...problems, sent];
}

function sampleMessage(
  { codeLifetimeSeconds }: PreviewedConnection,
  { kind, language, applicationName }: Sample,
) {
  return {
    messageId: 'sample',
    kind,
    connection: 'sample',
    language,
    applicationName,
    reference: 'K7',
    askedAt: SAMPLE_TIME,
    expiresAt: new Date(SAMPLE_TIME.getTime() + codeLifetimeSeconds * 1000),
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
    ip: null,
  };
}

const SAMPLE_TIME = new Date('2026-01-31T14:02:00Z');

function sampleCode({ codeLength }: PreviewedConnection): string {
  return '4829137560'.slice(0, codeLength);
}
