// Who sends e-mail: the environment's providers, else the one in the settings, else the inbox.
import { expect, it } from 'vitest';
import { createSecretBox } from '@/lib/keys/secret-box';
import type { EmailProviderSettings } from '@/lib/login/settings';
import { createEmailChain, EMAIL_PROVIDER_SECRET } from '@/lib/runtime/delivery';
import { anEmail } from '@/tests/delivery/an-email';
import { startSmtpSink } from '@/tests/harness/smtp-sink';

const box = createSecretBox(['kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa']);

function chainOf(given: { declared?: boolean; onSealed?: () => void } = {}) {
  return createEmailChain({
    environment: {
      emailProviders: given.declared ? [{ kind: 'resend', apiKey: 're_1', baseUrl: null }] : [],
      inbox: { email: true, sms: false, operatorsOnly: false },
      outboundPrivateNetworks: ['127.0.0.1/32'],
    },
    box,
    inbox: {
      inbox: { add: async () => {}, newest: async () => [], purge: async () => {} } as never,
      sealing: { seal: (plain) => plain },
      clock: () => new Date(),
    },
    onSealed: given.onSealed ?? (() => {}),
  });
}

const kept = (changes: object = {}): EmailProviderSettings =>
  ({
    name: 'smtp',
    enabled: true,
    from: null,
    host: '127.0.0.1',
    port: 587,
    user: null,
    sealedPassword: null,
    ...changes,
  }) as EmailProviderSettings;

it('the provider in the settings sends where the environment names none', async () => {
  const sink = await startSmtpSink();
  try {
    const { port, username, password } = new URL(sink.url);
    const login = {
      user: decodeURIComponent(username),
      sealedPassword: box.seal(EMAIL_PROVIDER_SECRET, decodeURIComponent(password)),
    };
    const [sender] = chainOf()({ emailProvider: kept({ port: Number(port), ...login }) });
    expect(await sender?.send(anEmail(), AbortSignal.timeout(5_000))).toMatchObject({ kind: 'accepted' });
  } finally {
    await sink.close();
  }
});

it('the environment comes first, and the inbox last', () => {
  const providersOf = (chain: ReturnType<typeof chainOf>, emailProvider: EmailProviderSettings | null) =>
    chain({ emailProvider }).map(({ provider }) => provider);
  expect(providersOf(chainOf({ declared: true }), kept())).toEqual(['resend']);
  expect(providersOf(chainOf(), kept())).toEqual(['smtp']);
  expect(providersOf(chainOf(), kept({ enabled: false }))).toEqual(['inbox']);
  expect(providersOf(chainOf(), null)).toEqual(['inbox']);
});

it('a secret that cannot be opened is told, and nobody sends', () => {
  const told: string[] = [];
  const chain = chainOf({ onSealed: () => told.push('told') });
  const sealedPassword = createSecretBox(['Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b']).seal(
    EMAIL_PROVIDER_SECRET,
    'x',
  );
  expect(chain({ emailProvider: kept({ user: 'a', sealedPassword }) })).toEqual([]);
  expect(told).toEqual(['told']);
});
