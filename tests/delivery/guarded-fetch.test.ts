// The one way out to addresses that somebody typed: what it refuses to connect to, and what it refuses to wait for.
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createGuardedDownload,
  createGuardedFetch,
  findUrlRefusal,
  type OutboundOutcome,
} from '@/lib/delivery/guarded-fetch';
import { findFreePort } from '@/tests/harness/free-port';
import { type GatewaySink, startGatewaySink, talk } from '@/tests/harness/gateway-sink';
import { startTlsProxy, type TlsProxy } from '@/tests/harness/tls-proxy';
import { unhurried } from './an-email';

const LOOPBACK = ['127.0.0.0/8'];
const REFUSED = { kind: 'refused', reason: 'not_in_OUTBOUND_PRIVATE_NETWORKS' };

let sink: GatewaySink;
let port: string;
let tls: TlsProxy;
beforeAll(async () => {
  sink = await startGatewaySink();
  ({ port } = new URL(sink.url));
  tls = await startTlsProxy(sink.url);
});
beforeEach(() => {
  sink.behave({ kind: 'accept' });
  sink.messages.length = 0;
});
afterAll(async () => {
  await tls.close();
  await sink.close();
});

type Way = { privateNetworks?: readonly string[]; lookup?: LookupFunction; signal?: AbortSignal };

function send(url: string, { privateNetworks = [], lookup, signal = unhurried() }: Way = {}) {
  const fetch = createGuardedFetch({ privateNetworks, ...(lookup && { lookup }) });
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ recipient: '+447700900123', body: '482913', sender: null });
  return fetch({ url, headers, body, signal });
}

/** A DNS server that gives these answers one after the other, the last one for ever. */
function answering(...answers: string[][]): { lookup: LookupFunction; asked: () => number } {
  let asked = 0;
  return {
    asked: () => asked,
    lookup(_hostname, options, done) {
      const addresses: LookupAddress[] = (answers[Math.min(asked, answers.length - 1)] ?? []).map(
        (address) => ({ address, family: address.includes(':') ? 6 : 4 }),
      );
      asked += 1;
      process.nextTick(() => {
        if (options.all) return done(null, addresses);
        return done(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 4);
      });
    },
  };
}

/** Sends, and sees to it that nothing arrived anywhere. */
async function expectNoHit(sending: Promise<OutboundOutcome>, outcome: object): Promise<void> {
  const before = sink.requestCount();
  expect(await sending).toEqual(outcome);
  expect(sink.requestCount()).toBe(before);
  expect(sink.connectionCount()).toBe(0);
}

describe('an address inside the network', () => {
  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback, short', '127.1'],
    ['loopback, decimal', '2130706433'],
    ['loopback, hexadecimal', '0x7f000001'],
    ['loopback, octal', '0177.0.0.1'],
    ['loopback, full-width', '１２７.０.０.１'],
    ['loopback, percent-encoded', '%31%32%37.0.0.1'],
    ['loopback, with a dot at the end', '127.0.0.1.'],
    ['loopback of IPv6', '[::1]'],
    ['loopback, mapped', '[::ffff:127.0.0.1]'],
    ['loopback, mapped, hexadecimal', '[::ffff:7f00:1]'],
    ['loopback, compatible', '[::127.0.0.1]'],
    ['loopback, translated (RFC 2765)', '[::ffff:0:127.0.0.1]'],
    ['loopback by NAT64', '[64:ff9b::7f00:1]'],
    ['loopback by local NAT64', '[64:ff9b:1::7f00:1]'],
    ['loopback by 6to4', '[2002:7f00:1::]'],
    ['a Teredo tunnel', '[2001:0:7f00:1::]'],
    ['no address', '0.0.0.0'],
    ['no address, short', '0'],
    ['no address of IPv6', '[::]'],
    ['this network', '0.1.2.3'],
    ['private, class A', '10.1.2.3'],
    ['private, class B', '172.16.0.1'],
    ['private, class C', '192.168.1.1'],
    ['a carrier’s network, and Alibaba’s metadata', '100.100.100.200'],
    ['the metadata of most clouds', '169.254.169.254'],
    ['the metadata of Azure', '168.63.129.16'],
    ['the metadata of Oracle', '192.0.0.192'],
    ['the metadata of Amazon over IPv6', '[fd00:ec2::254]'],
    ['unique local', '[fc00::1]'],
    ['link local', '[fe80::1]'],
    ['site local', '[fec0::1]'],
    ['documentation', '203.0.113.7'],
    ['documentation of IPv6', '[2001:db8::1]'],
    ['benchmarking', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['multicast of IPv6', '[ff02::1]'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['given to nobody', '[4000::1]'],
  ])('SRF-1: %s (%s) is refused, typed or resolved', async (_, host) => {
    await expectNoHit(send(`https://${host}:${port}/sms`), REFUSED);
    await expectNoHit(send(`https://${host}/sms`), REFUSED);
    const address = new URL(`https://${host}`).hostname.replace(/[[\]]/g, '');
    const { lookup } = answering([address]);
    await expectNoHit(send(`https://sms.test:${port}/sms`, { lookup }), REFUSED);
  });

  it.each(['localhost', 'LOCALHOST', 'ｌｏｃａｌｈｏｓｔ'])(
    'SRF-1: the name %s is refused by what it resolves to',
    async (host) => {
      await expectNoHit(send(`https://${host}:${port}/sms`), REFUSED);
    },
  );

  it.each(['localhost.', 'any.localhost', 'localhost.localdomain'])(
    'SRF-1: the name %s is refused, or known to nobody',
    async (host) => {
      const before = sink.requestCount();
      const outcome = await send(`https://${host}:${port}/sms`);
      expect(['refused', 'unreachable']).toContain(outcome.kind);
      expect(sink.requestCount()).toBe(before);
    },
  );

  it('SRF-1: a metadata host is refused by what it resolves to', async () => {
    const { lookup } = answering(['169.254.169.254']);
    for (const host of ['metadata.google.internal', 'metadata.goog', 'instance-data.ec2.internal'])
      await expectNoHit(send(`https://${host}/computeMetadata/v1/`, { lookup }), REFUSED);
  });

  it('SRF-1: a name with a public and a private address is refused, whichever comes first', async () => {
    for (const addresses of [
      ['93.184.216.34', '127.0.0.1'],
      ['127.0.0.1', '93.184.216.34'],
      ['2606:2800:220:1::1', '::1'],
    ])
      await expectNoHit(send(`https://sms.test:${port}/`, { lookup: answering(addresses).lookup }), REFUSED);
  });

  it('SRF-1: a name is resolved once: what its server answers later is never asked for', async () => {
    const rebinding = answering(['192.0.2.1'], ['127.0.0.1']);
    const way = { privateNetworks: ['192.0.2.0/24'], lookup: rebinding.lookup };
    const before = sink.requestCount();
    const outcome = await send(`http://sms.test:${port}/sms`, { ...way, signal: AbortSignal.timeout(300) });
    expect(['timed_out', 'unreachable']).toContain(outcome.kind);
    expect(rebinding.asked()).toBe(1);
    await expectNoHit(send(`http://sms.test:${port}/sms`, way), REFUSED);
    expect(sink.requestCount()).toBe(before);
  });
});

describe('an address that is no way out', () => {
  it.each([
    ['a file', 'file:///etc/passwd', 'not_https'],
    ['gopher', 'gopher://127.0.0.1:70/_', 'not_https'],
    ['data', 'data:text/plain,hello', 'not_https'],
    ['a script', 'javascript:alert(1)', 'not_https'],
    ['HTTP', 'http://sms.example.com/', 'not_https'],
    ['a public address by HTTP', 'http://93.184.216.34/', 'not_https'],
    ['a user', 'https://user@sms.example.com/', 'credentials_in_url'],
    ['a password', 'https://user:password@sms.example.com/', 'credentials_in_url'],
    ['a host that is a user', 'https://sms.example.com@127.0.0.1/', 'credentials_in_url'],
    ['SSH', 'https://sms.example.com:22/', 'port_not_allowed'],
    ['SMTP', 'https://sms.example.com:25/', 'port_not_allowed'],
    ['port 80 by HTTPS', 'https://sms.example.com:80/', 'port_not_allowed'],
    ['port 0', 'https://sms.example.com:0/', 'port_not_allowed'],
    ['no port there is', 'https://sms.example.com:65536/', 'not_a_url'],
    ['no host', 'https://', 'not_a_url'],
    ['a path', '/sms', 'not_a_url'],
    ['nothing', '', 'not_a_url'],
    ['a host with a space', 'https://sms example.com/', 'not_a_url'],
    ['a zone', 'https://[fe80::1%25eth0]/', 'not_a_url'],
  ])('SRF-1: %s is refused when it is typed, and when it is used', async (_, url, reason) => {
    expect(findUrlRefusal(url, [])).toBe(reason);
    const { lookup, asked } = answering(['127.0.0.1']);
    await expectNoHit(send(url, { lookup }), { kind: 'refused', reason });
    expect(asked()).toBe(0);
  });

  it('has nothing against an ordinary address', () => {
    for (const url of [
      'https://sms.example.com/send?key=1',
      'https://sms.example.com:8443/',
      'https://93.184.216.34/',
      'https://[2606:2800:220:1::1]/',
      'https://bücher.example/',
    ])
      expect(findUrlRefusal(url, [])).toBeNull();
  });
});

describe('a network that the operator named', () => {
  it('SRF-2: is reached, by HTTP too, and nothing beside it', async () => {
    const privateNetworks = ['127.0.0.1/32'];
    expect(await send(sink.url, { privateNetworks })).toEqual({ kind: 'answered', status: 200 });
    expect(sink.messages).toMatchObject([{ recipient: '+447700900123', body: '482913' }]);

    const name = `http://sms.test:${port}/sms`;
    const { lookup } = answering(['127.0.0.1']);
    expect(await send(name, { privateNetworks, lookup })).toEqual({ kind: 'answered', status: 200 });

    await expectNoHit(send(`http://127.0.0.2:${port}/`, { privateNetworks }), REFUSED);
    await expectNoHit(send('http://10.0.0.1/', { privateNetworks }), REFUSED);
    await expectNoHit(send(`http://[::1]:${port}/`, { privateNetworks }), REFUSED);
    const mixed = answering(['127.0.0.1', '10.0.0.1']).lookup;
    await expectNoHit(send(name, { privateNetworks, lookup: mixed }), REFUSED);
  });

  it('SRF-2: may be written in either family, and a mapped address is the address it maps', async () => {
    expect(findUrlRefusal('http://[fd12::5]/', ['fd12::/16'])).toBeNull();
    expect(findUrlRefusal('http://10.1.2.3/', ['fd12::/16', '10.0.0.0/8'])).toBeNull();
    expect(findUrlRefusal('http://[::ffff:10.1.2.3]/', ['10.0.0.0/8'])).toBeNull();
    expect(findUrlRefusal('http://[fd13::5]/', ['fd12::/16'])).toBe(REFUSED.reason);
  });

  it('SRF-2: opens no way to the public by HTTP', async () => {
    const way = { privateNetworks: LOOPBACK, lookup: answering(['93.184.216.34']).lookup };
    await expectNoHit(send('http://sms.test/', way), { kind: 'refused', reason: 'not_https' });
    await expectNoHit(send('http://93.184.216.34/', way), { kind: 'refused', reason: 'not_https' });
  });

  it('SRF-1: never talks TLS to somebody with a certificate that nobody signed', async () => {
    const { lookup } = answering(['127.0.0.1']);
    for (const url of [tls.url, tls.url.replace('127.0.0.1', 'sms.test')])
      expect(await send(url, { privateNetworks: LOOPBACK, lookup })).toMatchObject({
        kind: 'unreachable',
        reason: expect.stringMatching(/CERT|SELF_SIGNED/),
      });
    expect(sink.messages).toEqual([]);
  });
});

describe('what comes back', () => {
  const way = { privateNetworks: LOOPBACK };

  it.each([200, 201, 204, 400, 401, 404, 500])(
    'SRF-3: is the status and nothing else: %i',
    async (status) => {
      sink.behave({ kind: 'answer', status });
      expect(await send(sink.url, way)).toEqual({ kind: 'answered', status });
    },
  );

  it('SRF-1: is a redirect that is not followed', async () => {
    sink.behave({ kind: 'redirect', location: sink.url });
    const before = sink.requestCount();
    expect(await send(sink.url, way)).toEqual({ kind: 'answered', status: 307 });
    expect(sink.requestCount()).toBe(before + 1);
  });

  it('SRF-1: is read up to a size, and the connection closed', async () => {
    sink.behave({ kind: 'talk' });
    expect(await send(sink.url, way)).toEqual({ kind: 'answered', status: 200 });
    await expect.poll(sink.connectionCount, { timeout: 2_000 }).toBe(0);
  });

  it('is not waited for once its status is known', async () => {
    sink.behave({ kind: 'drip' });
    const startedAt = performance.now();
    expect(await send(sink.url, { ...way, signal: AbortSignal.timeout(500) })).toEqual({
      kind: 'answered',
      status: 200,
    });
    expect(performance.now() - startedAt).toBeLessThan(400);
    await expect.poll(sink.connectionCount, { timeout: 2_000 }).toBe(0);
  });

  it('is not waited for longer than the signal says, whether nothing comes or too little', async () => {
    for (const behaviour of [{ kind: 'slow', delayMilliseconds: 3_000 }, { kind: 'drip-headers' }] as const) {
      sink.behave(behaviour);
      const startedAt = performance.now();
      expect(await send(sink.url, { ...way, signal: AbortSignal.timeout(200) })).toEqual({
        kind: 'timed_out',
      });
      expect(performance.now() - startedAt).toBeLessThan(1_500);
    }
  });

  it('SRF-1: is not waited for longer than a request may take, where nobody sets a time', async () => {
    sink.behave({ kind: 'slow', delayMilliseconds: 3_000 });
    const fetch = createGuardedFetch({ ...way, timeoutMs: 100 });
    const post = { url: sink.url, headers: {}, body: '', signal: unhurried() };
    expect(await fetch(post)).toEqual({ kind: 'timed_out' });
  });

  it('is nothing when the signal was given before', async () => {
    await expect.poll(sink.connectionCount, { timeout: 4_000 }).toBe(0);
    await expectNoHit(send(sink.url, { ...way, signal: AbortSignal.abort() }), { kind: 'timed_out' });
  });

  it('is nothing where nobody answers', async () => {
    sink.behave({ kind: 'hang-up' });
    expect(await send(sink.url, way)).toEqual({ kind: 'unreachable', reason: 'ECONNRESET' });
    const nobody = `http://127.0.0.1:${await findFreePort()}/`;
    expect(await send(nobody, way)).toEqual({ kind: 'unreachable', reason: 'ECONNREFUSED' });
    const unknown = answering([]).lookup;
    expect(await send('https://sms.test/', { lookup: unknown })).toMatchObject({ kind: 'unreachable' });
  });
});

describe('a file that is fetched', () => {
  it('SRF-1: comes whole, or not at all where it is larger than it may be', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/endless') return talk(response);
      return response.end(Buffer.alloc(1024));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const download = createGuardedDownload({ privateNetworks: LOOPBACK });
    expect(await download({ url: `${origin}/`, maxBytes: 1024 })).toMatchObject({ kind: 'downloaded' });
    expect(await download({ url: `${origin}/`, maxBytes: 1023 })).toEqual({ kind: 'too_large' });
    expect(await download({ url: `${origin}/endless`, maxBytes: 1024 })).toEqual({ kind: 'too_large' });
    // Nothing is still being read: the server has nobody to wait for.
    await new Promise((resolve) => server.close(resolve));
  });
});
