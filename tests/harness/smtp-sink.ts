// An SMTP server on loopback that stands for the operator's mail server: it keeps what it accepts, to the byte, and can
// be told to refuse, dawdle or be away. Speaks plain SMTP with AUTH, as `SMTP_URL` would name it inside a network.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { createMailbox, type Mailbox } from './mailbox';
import { type ParsedMail, parseMail } from './mime';

/** A message as it came over the wire. */
export type ReceivedMail = ParsedMail & {
  /** The envelope (RFC 5321), which need not agree with the headers. */
  from: string;
  to: string[];
  /** Every byte between DATA and the dot. */
  raw: Buffer;
};

/** How the server treats the next messages, until told otherwise. */
export type SmtpBehaviour =
  | { kind: 'accept' }
  /** 550 is for ever, 451 for now. `recipient` refuses at RCPT TO, `data` after the whole message. */
  | { kind: 'refuse'; status: 550 | 451; at: 'recipient' | 'data' }
  /** Accepts, but only after so long. */
  | { kind: 'slow'; delayMilliseconds: number }
  /** Nobody listens on the port: connections are refused. */
  | { kind: 'down' };

/** A running sink. */
export type SmtpSink = Omit<Mailbox<ReceivedMail>, 'deliver'> & {
  /** Fit for `SMTP_URL`, with the only user name and password it takes. */
  url: string;
  behave: (behaviour: SmtpBehaviour) => Promise<void>;
  close: () => Promise<void>;
};

const USER = 'latchkey';
const PASSWORD = 'correct-horse';

/** Starts the sink on a free loopback port. */
export async function startSmtpSink(): Promise<SmtpSink> {
  const mailbox = createMailbox<ReceivedMail>();
  let behaviour: SmtpBehaviour = { kind: 'accept' };

  const smtp = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'], // a client that sees it would upgrade, and reject the certificate
    disableReverseLookup: true,
    logger: false, // also silences its word about the test certificate
    onAuth({ username, password }, _session, callback) {
      if (username === USER && password === PASSWORD) callback(null, { user: USER });
      else callback(replyError(535, 'Authentication credentials invalid'));
    },
    onRcptTo(_address, _session, callback) {
      callback(refusalAt('recipient'));
    },
    async onData(stream, session, callback) {
      const raw = await readAll(stream);
      if (behaviour.kind === 'slow') await sleep(behaviour.delayMilliseconds);
      const refusal = refusalAt('data');
      if (refusal) return callback(refusal);
      const { mailFrom, rcptTo } = session.envelope;
      const to = rcptTo.map((recipient) => recipient.address);
      mailbox.deliver(to, { ...parseMail(raw), from: mailFrom ? mailFrom.address : '', to, raw });
      callback();
    },
  });
  // A client that hangs up half-way is part of the tests, not a fault of the sink.
  smtp.on('error', () => {});

  function refusalAt(stage: 'recipient' | 'data'): Error | null {
    if (behaviour.kind !== 'refuse' || behaviour.at !== stage) return null;
    const words = behaviour.status === 550 ? 'Mailbox unavailable' : 'Try again later';
    return replyError(behaviour.status, words);
  }

  // The door is ours, so that it can be shut and opened on one port while the SMTP server lives.
  const sockets = new Set<Socket>();
  const door = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    smtp.connect(socket);
  });
  const port = await listen(door, 0);

  async function shut(): Promise<void> {
    if (!door.listening) return;
    const closed = once(door, 'close');
    door.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return {
    url: `smtp://${USER}:${PASSWORD}@127.0.0.1:${port}`,
    messages: mailbox.messages,
    waitForMessage: mailbox.waitForMessage,
    async behave(next) {
      behaviour = next;
      if (next.kind === 'down') await shut();
      else if (!door.listening) await listen(door, port);
    },
    close: shut,
  };
}

async function listen(door: Server, port: number): Promise<number> {
  door.listen(port, '127.0.0.1');
  await once(door, 'listening');
  return (door.address() as AddressInfo).port;
}

function replyError(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode });
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
