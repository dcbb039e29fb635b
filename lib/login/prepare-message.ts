// Gives a message its words: an operator's template where the connection has one, ours otherwise, and ours again where the
// template fails. A broken template costs its own looks and never a sign-in (MSG-8); the log is told. The same message
// always gives the same words.
import { compile, type Formatter } from 'html-to-text';
import { composeEmail, type Letterhead } from './compose-email';
import { composeSms } from './compose-sms';
import type { EmailConnection, SmsConnection } from './connection';
import type { TemplateProblem } from './liquid-engine';
import { formatMailbox, type Mailbox, parseMailbox } from './mailbox';
import { type Email, isNotice, type LoginMessage, type Sms, type Unsendable } from './message';
import { renderTemplate, type Template, type TemplateVariables } from './template';

/** Which template of a connection is broken, as an operator knows it. Holds nothing of the message. */
export type BrokenTemplate = TemplateProblem & Readonly<{ part: 'from' | 'subject' | 'body' | 'template' }>;

export type PreparedEmail = Readonly<{
  email: Email;
  /** Why our own words stand where a template was wanted; null where none was, or it worked. */
  templateProblem: BrokenTemplate | null;
}>;

export type PreparedSms = Readonly<{ sms: Sms; templateProblem: BrokenTemplate | null }>;

/**
 * The e-mail for a message, to exactly one address. A notice has our words and the connection's sender:
 * templates are made for messages that carry a code or a link.
 */
export function prepareEmail(
  message: LoginMessage,
  { template }: Pick<EmailConnection, 'template'>,
  letterhead: Letterhead,
): PreparedEmail | Unsendable {
  const ours = composeEmail(message, letterhead);
  if ('unsendable' in ours) return ours;
  const sender = fillIn(message, 'from', { source: template.from, context: 'sender' });
  const mailbox = sender.text === null ? null : parseMailbox(sender.text);
  if (mailbox !== null && isAuth0(mailbox)) return { email: ours, templateProblem: AUTH0_SENDER };

  const email = { ...ours, from: mailbox === null ? ours.from : formatMailbox(mailbox) };
  if (isNotice(message.kind)) return { email, templateProblem: sender.problem };
  const subject = fillIn(message, 'subject', { source: template.subject, context: 'subject' });
  const body = fillInBody(message, template.body);
  return {
    email: { ...email, subject: subject.text ?? email.subject, ...body.parts },
    templateProblem: sender.problem ?? subject.problem ?? body.problem,
  };
}

/**
 * The text message for a message, to exactly one number. One that confirms a number has our words: templates do not say where
 * its code is typed.
 */
export function prepareSms(
  message: LoginMessage,
  { template }: Pick<SmsConnection, 'template'>,
  { issuerHost }: Pick<Letterhead, 'issuerHost'>,
): PreparedSms | Unsendable {
  const { text, problem } = fillIn(message, 'template', {
    source: message.kind === 'change_phone_number' ? null : (template?.text ?? null),
    context: 'text',
    syntax: template?.syntax ?? 'liquid',
  });
  const sms = composeSms(message, { issuerHost, text });
  return 'unsendable' in sms ? sms : { sms, templateProblem: problem };
}

type Filled = Readonly<{ text: string | null; problem: BrokenTemplate | null }>;

/** What a template gives; no text where there is no template, or where it is broken. */
function fillIn(
  message: LoginMessage,
  part: BrokenTemplate['part'],
  template: Pick<Template, 'context'> & { source: string | null; syntax?: Template['syntax'] },
): Filled {
  const { source, context, syntax = 'liquid' } = template;
  if (source === null) return { text: null, problem: null };
  const given = { variables: variablesOf(message), now: message.askedAt };
  const rendered = renderTemplate({ source, context, syntax }, given);
  if (rendered.kind === 'broken') return { text: null, problem: { part, ...rendered.problem } };
  return rendered.text.trim() === ''
    ? { text: null, problem: atStart(part, 'gives nothing') }
    : { text: rendered.text, problem: null };
}

function atStart(part: BrokenTemplate['part'], reason: string): BrokenTemplate {
  return { part, reason, line: 1, column: 1 };
}

function variablesOf(message: LoginMessage): TemplateVariables {
  const { oneTimeCode: code, link, channel, recipient } = message;
  return {
    code,
    link,
    send: code === null ? 'link' : link === null ? 'code' : 'both',
    email: channel === 'email' ? recipient : null,
    phoneNumber: channel === 'sms' ? recipient : null,
    applicationName: message.applicationName,
    requestLanguage: message.language,
    operation: message.kind === 'change_email' ? 'change_email' : null,
  };
}

// ---- Senders --------------------------------------------------------------------------------------------------------

/** What was exported from Auth0 with its own sender came with its own words, and goes with ours. @see auth0-contract §1.1 */
const AUTH0_SENDER = atStart('from', 'is an address of auth0.com, which cannot be sent from here');

const isAuth0 = ({ address }: Mailbox) => /[@.]auth0\.com$/i.test(address);

// ---- Bodies ---------------------------------------------------------------------------------------------------------

type Body = Readonly<{ parts: Pick<Email, 'html' | 'text'> | null; problem: BrokenTemplate | null }>;

/** Both parts of a body. One that lets nobody sign in (written for a code, and given a link) is not sent. */
function fillInBody(message: LoginMessage, source: string | null): Body {
  const { text: html, problem } = fillIn(message, 'body', { source, context: 'html' });
  if (html === null) return { parts: null, problem };
  const text = textOf(html);
  return isUsable(text, message)
    ? { parts: { html, text }, problem: null }
    : { parts: null, problem: atStart('body', 'shows nothing to sign in with') };
}

/** However the digits are grouped, and also where the link is part of another address. */
function isUsable(text: string, { oneTimeCode, link }: LoginMessage): boolean {
  const showsCode = oneTimeCode !== null && text.replace(/\D/g, '').includes(oneTimeCode);
  return showsCode || (link !== null && (text.includes(link) || text.includes(encodeURIComponent(link))));
}

/** Deeper than any letter, and less than what makes the walk costly; as long as a template may give. */
const BODY_MAX_DEPTH = 100;
const BODY_MAX_LENGTH = 100_000;

/** The words of a link, and its address alone on the next line. */
const layOutLink: Formatter = ({ attribs, children }, walk, builder) => {
  walk(children, builder);
  const address = attribs.href?.trim() ?? '';
  if (!/^https?:/i.test(address)) return;
  builder.addLineBreak();
  builder.addInline(address, { noWordTransform: true });
  builder.addLineBreak();
};

/** No line is broken, because an address in two halves opens nothing. */
const readHtml = compile({
  wordwrap: false,
  limits: { maxInputLength: BODY_MAX_LENGTH, maxDepth: BODY_MAX_DEPTH },
  formatters: { link: layOutLink },
  selectors: [
    { selector: 'a', format: 'link' },
    { selector: 'img', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** HTML as plain text. */
function textOf(html: string): string {
  return `${readHtml(html).trim()}\n`;
}
