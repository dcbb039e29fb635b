// Sends through any SMTP server: one connection a message, used once. A pool would save a handshake, and hand a message to
// a connection that the server closed meanwhile, or leave one that timed out half-sent in it; a login message is worth the
// handshake. RFC 5321; RFC 3207 for STARTTLS.
import { once } from 'node:events';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { parseConnectionUrl } from 'nodemailer/lib/shared/index.js';
import SMTPConnection from 'nodemailer/lib/smtp-connection/index.js';
import type { Email, EmailSender, SendOutcome } from '@/lib/login/message';

/**
 * @param settings.url `smtp://user:pass@host:port` (STARTTLS where offered) or `smtps://…` (TLS from the first byte), with
 * nodemailer's options as its query. A password is sent in clear only to a loopback address, or with `?requireTLS=false`.
 * @param settings.lookup the system's resolver, unless not every address may be reached
 */
export function createSmtpSender(settings: { url: string; lookup?: LookupFunction }): EmailSender {
  const { lookup } = settings;
  const server = readServer(settings.url);
  return {
    provider: 'smtp',
    async send(email, signal) {
      try {
        const message = composeMime(email);
        const envelope = { from: message.getEnvelope().from, to: [email.to] };
        await transmit({ server, lookup, envelope, bytes: await message.build(), signal });
        return { kind: 'accepted', providerMessageId: message.messageId() };
      } catch (error) {
        return outcomeOf(error as SMTPConnection.SMTPError, signal);
      }
    },
  };
}

type Server = SMTPConnection.Options & {
  host: string;
  port: number;
  credentials: SMTPConnection.Credentials | null;
};

/** Milliseconds without a byte. The caller's signal comes first; this ends a server that never says goodbye. */
const SILENCE_TIMEOUT_MS = 10_000;

function readServer(url: string): Server {
  const { auth, ...given } = parseConnectionUrl(url);
  const credentials = auth ? (auth as SMTPConnection.Credentials) : null;
  const host = (given.host ?? 'localhost').replace(/^\[(.*)\]$/, '$1');
  const isLoopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  return {
    requireTLS: credentials !== null && !isLoopback,
    greetingTimeout: SILENCE_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    ...given,
    // No authority certifies a loopback address, and nobody is in between.
    tls: { rejectUnauthorized: !isLoopback, ...given.tls },
    host,
    port: given.port ?? (given.secure ? 465 : 587),
    credentials,
  };
}

/** The recipient is an object, not a string: nothing in it is parsed again. */
function composeMime({ from, to, subject, html, text, language, idempotencyKey }: Email) {
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/[^A-Za-z0-9.-]/g, '');
  const mail = new MailComposer({
    from,
    to: { name: '', address: to },
    subject,
    html,
    text,
    // The same for each attempt: where a message arrives twice after all, most mailboxes show it once.
    messageId: `<${idempotencyKey}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return mail.compile();
}

type Transmission = {
  server: Server;
  lookup: LookupFunction | undefined;
  envelope: SMTPConnection.Envelope;
  bytes: Buffer;
  signal: AbortSignal;
};

/**
 * Resolves once the server has taken the message. The signal destroys the socket wherever the conversation is; a message
 * whose last dot was sent by then may have been taken all the same, which SMTP cannot tell (RFC 5321 §4.5.3.2.6).
 */
async function transmit({ server, lookup, envelope, bytes, signal }: Transmission): Promise<void> {
  const { host, port } = server;
  const socket = connect({ host, port, signal, ...(lookup && { lookup }) });
  await once(socket, 'connect');
  await new Promise<void>((resolve, reject) => {
    const connection = new SMTPConnection({ ...server, connection: socket });
    const fail = (error: Error) => {
      reject(nameTlsProblem(error, connection._socket || socket));
      connection.close();
    };
    connection.on('error', fail);
    connection.on('end', () => reject(new Error('The server hung up.')));
    const send = () =>
      connection.send(envelope, bytes, (error) => {
        if (error) return fail(error);
        resolve();
        connection.quit();
      });
    connection.connect(() => {
      if (server.credentials === null) return send();
      connection.login({ credentials: server.credentials }, (error) => (error ? fail(error) : send()));
    });
  });
}

/** Nodemailer calls every broken socket ESOCKET; an operator wants to know that the certificate has expired. */
function nameTlsProblem(error: Error, socket: Socket): Error {
  const problem = socket instanceof TLSSocket && !socket.authorized && socket.authorizationError;
  return problem ? Object.assign(error, { code: `${problem}` }) : error;
}

/** Commands whose refusal is about this message. Before them it is about us, and after the operator's repair it passes. */
const MESSAGE_COMMANDS = new Set(['RCPT TO', 'DATA']);

function outcomeOf(error: SMTPConnection.SMTPError, signal: AbortSignal): SendOutcome {
  const { code = 'closed', command = '', responseCode } = error;
  if (signal.aborted || code === 'ETIMEDOUT') return { kind: 'timed_out' };
  if (!responseCode) return { kind: 'unreachable', reason: code };
  const permanent = responseCode >= 500 && MESSAGE_COMMANDS.has(command);
  return { kind: 'refused', reason: `${responseCode}`, permanent };
}
