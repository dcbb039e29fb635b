// The SMTP sender against a real SMTP server that keeps every byte.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSmtpSender } from '@/lib/delivery/smtp';
import { composeEmail } from '@/lib/login/compose-email';
import type { EmailSender } from '@/lib/login/message';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';
import { anEmail, unhurried } from './an-email';

let sink: SmtpSink;
let sender: EmailSender;

beforeAll(async () => {
  sink = await startSmtpSink();
  sender = createSmtpSender({ url: sink.url });
});
beforeEach(async () => {
  await sink.behave({ kind: 'accept' });
  sink.messages.length = 0;
});
afterAll(() => sink.close());

describe('SMTP', () => {
  it('MSG-1: one recipient in the envelope and in the header, and the parts as they were made', async () => {
    const email = anEmail();
    const outcome = await sender.send(email, unhurried());
    const [mail] = sink.messages;
    expect(mail).toMatchObject({ from: 'login@acme.test', to: ['Ann@x.test'], subject: email.subject });
    expect(mail?.html?.trim()).toBe(email.html);
    expect(mail?.text?.trim()).toBe(email.text.trim());
    expect(mail?.headers.get('to')).toBe('Ann@x.test');
    expect(mail?.headers.get('from')).toMatch(/“Notes”.*<login@acme\.test>/);
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.headers.get('content-language')).toBe('en');
    expect(outcome).toEqual({ kind: 'accepted', providerMessageId: mail?.headers.get('message-id') });
  });

  it('AVL-5: a repeated attempt has the same Message-ID', async () => {
    await sender.send(anEmail(), unhurried());
    await sender.send(anEmail(), unhurried());
    const ids = sink.messages.map(({ headers }) => headers.get('message-id'));
    expect(ids).toEqual(Array(2).fill('<login-message-q83vASNFZ4mrze8BI0VniQ@acme.test>'));
  });

  it.each([
    'Acme\r\nBcc: evil@y.test\r\n\r\n<h1>evil</h1>',
    'Acme\nBcc: evil@y.test',
    'Acme\rBcc: evil@y.test',
    'Acme\u2028Bcc: evil@y.test',
    '=?utf-8?q?Acme=0d=0aBcc:_evil=40y.test?=',
    `Acme ${'long '.repeat(200)}`,
  ])('MSG-2: an application called %j adds no header', async (applicationName) => {
    const message = {
      messageId: 'm1',
      kind: 'login',
      channel: 'email',
      connection: 'email',
      recipient: 'ann@x.test',
      oneTimeCode: '482913',
      link: null,
      stopLink: null,
      language: 'en',
      applicationName,
      reference: 'K7',
      askedAt: new Date('2026-11-20T14:02:31Z'),
      expiresAt: new Date('2026-11-20T14:12:31Z'),
      userAgent: null,
      ip: null,
    } as const;
    const letterhead = { from: 'login@acme.test', issuerHost: 'login.acme.test' };
    const email = composeEmail(message, letterhead);
    if ('unsendable' in email) throw new Error(email.unsendable);
    await sender.send(email, unhurried());
    const [mail] = sink.messages;
    expect([...(mail?.headers.keys() ?? [])].sort()).toEqual(HEADERS);
    expect(mail?.raw.toString('latin1')).not.toMatch(/^Bcc/im);
    expect(mail?.to).toEqual(['ann@x.test']);
    expect(mail?.subject).toContain('482 913 is your');
    expect(mail?.subject).not.toMatch(/[\r\n]/);
  });

  it('MSG-1: even an address that slipped through is one recipient or none', async () => {
    for (const to of [
      'a@x.test, evil@y.test',
      'a@x.test>\r\nRCPT TO:<evil@y.test',
      'a@x.test\r\nBcc: evil@y.test',
    ]) {
      await sender.send(anEmail({ to }), unhurried());
    }
    expect(sink.messages.flatMap((mail) => mail.to)).not.toContain('evil@y.test');
  });

  it.each([
    [550, 'recipient', true],
    [550, 'data', true],
    [451, 'recipient', false],
    [451, 'data', false],
  ] as const)(
    'MSG-6: tells of %i at %s by its number alone (for good: %s)',
    async (status, at, permanent) => {
      await sink.behave({ kind: 'refuse', status, at });
      const outcome = await sender.send(anEmail(), unhurried());
      expect(outcome).toEqual({ kind: 'refused', reason: `${status}`, permanent });
    },
  );

  it('MSG-6: a wrong password is nothing the message could help', async () => {
    const url = sink.url.replace('correct-horse', 'wrong');
    const outcome = await createSmtpSender({ url }).send(anEmail(), unhurried());
    expect(outcome).toEqual({ kind: 'refused', reason: '535', permanent: false });
  });

  it('MSG-6: gives up on a slow server when told to, and sends again when it is quick', async () => {
    await sink.behave({ kind: 'slow', delayMilliseconds: 3_000 });
    const startedAt = performance.now();
    expect(await sender.send(anEmail(), AbortSignal.timeout(300))).toEqual({ kind: 'timed_out' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    await sink.behave({ kind: 'accept' });
    expect(await sender.send(anEmail(), unhurried())).toMatchObject({ kind: 'accepted' });
  });

  it('MSG-6: a server that is down is unreachable, and is found again when it is back', async () => {
    await sink.behave({ kind: 'down' });
    expect(await sender.send(anEmail(), unhurried())).toEqual({
      kind: 'unreachable',
      reason: 'ECONNREFUSED',
    });
    await sink.behave({ kind: 'accept' });
    expect(await sender.send(anEmail(), unhurried())).toMatchObject({ kind: 'accepted' });
  });
});

/** Every header of our mail. */
const HEADERS = [
  'auto-submitted',
  'content-language',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'subject',
  'to',
];

describe('SMTP with servers that misbehave', () => {
  const sockets = new Set<Socket>();
  let port: number;
  let converse: (socket: Socket) => void;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    converse(socket);
  });

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  });

  const send = (signal: AbortSignal = unhurried()) =>
    createSmtpSender({ url: `smtp://127.0.0.1:${port}` }).send(anEmail(), signal);

  it('MSG-6: silence ends with the signal, and leaves no connection open', async () => {
    converse = () => {};
    expect(await send(AbortSignal.timeout(200))).toEqual({ kind: 'timed_out' });
    const [socket] = sockets;
    if (socket && !socket.closed) await once(socket, 'close');
  });

  it('MSG-6: a hang-up instead of a greeting', async () => {
    converse = (socket) => socket.end();
    expect(await send()).toMatchObject({ kind: 'unreachable' });
  });

  it('MSG-6: a greeting that sends us away for now', async () => {
    converse = (socket) => socket.end('421 Too many connections\r\n');
    expect(await send()).toEqual({ kind: 'refused', reason: '421', permanent: false });
  });

  it('MSG-6: a greeting that sends us away for good is about us, not about the message', async () => {
    converse = (socket) => socket.end('554 Go away\r\n');
    expect(await send()).toEqual({ kind: 'refused', reason: '554', permanent: false });
  });

  it('MSG-6: words that are not SMTP', async () => {
    converse = (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(await send()).toMatchObject({ kind: 'unreachable' });
  });

  it('MSG-6: a hang-up after the message, before the answer', async () => {
    converse = (socket) => {
      socket.write('220 hello\r\n');
      socket.on('data', (bytes) => {
        const line = bytes.toString();
        if (/^\.\r\n|\r\n\.\r\n$/.test(line)) socket.destroy();
        else if (/^DATA/.test(line)) socket.write('354 go on\r\n');
        else if (/^(EHLO|MAIL|RCPT)/.test(line)) socket.write('250 ok\r\n');
      });
    };
    expect(await send()).toMatchObject({ kind: 'unreachable' });
  });
});

describe('SMTP with TLS', () => {
  const received: string[] = [];
  const listen = async (options: { secure: boolean }) => {
    // The package brings a certificate for tests, signed by nobody.
    const server = new SMTPServer({
      ...options,
      authOptional: true,
      logger: false,
      disableReverseLookup: true,
      onAuth: ({ username }, _, callback) => callback(null, { user: username }),
      onData: (stream, session, callback) => {
        stream.resume().on('end', () => {
          received.push(`${session.secure ? 'tls' : 'clear'} ${session.user ? 'user' : 'nobody'}`);
          callback();
        });
      },
    });
    server.on('error', () => {});
    const listener = server.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return { port: (listener.address() as AddressInfo).port, close: () => server.close() };
  };

  beforeEach(() => {
    received.length = 0;
  });

  it('is used where offered, also to a loopback server that nobody certifies', async () => {
    const server = await listen({ secure: false });
    const outcome = await createSmtpSender({ url: `smtp://ann:pass@127.0.0.1:${server.port}` }).send(
      anEmail(),
      unhurried(),
    );
    expect(outcome).toMatchObject({ kind: 'accepted' });
    expect(received).toEqual(['tls user']);
    server.close();
  });

  it('from the first byte with smtps', async () => {
    const server = await listen({ secure: true });
    const url = `smtps://ann:pass@127.0.0.1:${server.port}`;
    expect(await createSmtpSender({ url }).send(anEmail(), unhurried())).toMatchObject({ kind: 'accepted' });
    expect(received).toEqual(['tls user']);
    server.close();
  });

  it.each([true, false])(
    'a certificate nobody vouches for is named (from the first byte: %s)',
    async (secure) => {
      const server = await listen({ secure });
      const url = `${secure ? 'smtps' : 'smtp'}://127.0.0.1:${server.port}?tls.rejectUnauthorized=true`;
      const outcome = await createSmtpSender({ url }).send(anEmail(), unhurried());
      expect(outcome).toMatchObject({
        kind: 'unreachable',
        reason: expect.stringMatching(/^[A-Z_]*(CERT|SIGNATURE)[A-Z_]*$/),
      });
      expect(received).toEqual([]);
      server.close();
    },
  );

  it('is demanded before a password leaves this machine', async () => {
    const clear = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: () => {},
    });
    const listener = clear.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const url = `smtp://ann:pass@127.0.0.1:${port}?requireTLS=true`;
    const outcome = await createSmtpSender({ url }).send(anEmail(), unhurried());
    expect(outcome).toMatchObject({ kind: 'refused', permanent: false });
    clear.close();
  });
});
