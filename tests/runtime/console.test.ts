import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSecretBox } from '@/lib/keys/secret-box';
import { composeConsole, describeConsole } from '@/lib/runtime/console';

const ISSUER = 'https://login.example.com/';
const ORIGIN = 'https://login.example.com';

type Parts = Parameters<typeof composeConsole>[0];

function consoleOf(consoleNetworks: string[] = [], box = createSecretBox([randomBytes(32).toString('hex')])) {
  return composeConsole({
    environment: { issuer: ISSUER, origin: ORIGIN, consoleAdmins: [], consoleNetworks },
    box,
    client: describeConsole(box, ORIGIN),
    management: { teamRandom: {} } as Parts['management'],
    protocol: {} as Parts['protocol'],
  });
}

it.each<[string, string | null, boolean]>([
  ['its own network', '10.1.2.3', true],
  ['its own network, as IPv6 writes it', '::ffff:10.1.2.3', true],
  ['its own network of IPv6', '2001:db8::1', true],
  ['another', '11.1.2.3', false],
  ['another of IPv6', '2001:db9::1', false],
  ['the same bytes of another family', 'a01:203::', false],
  ['nobody knows where', null, false],
  ['what is no address', 'unknown', false],
])('ADM-6: the console is open to whom its networks name: from %s', (_, address, isOpen) => {
  expect(consoleOf(['10.0.0.0/8', '2001:db8::/32']).isOpenTo(address)).toBe(isOpen);
  expect(consoleOf().isOpenTo(address)).toBe(true);
});

it('NXT-2: a session of the console is a cookie that was sealed here, and no other', async () => {
  const mine = consoleOf();
  const name = mine.cookieName('session');
  const sealed = await mine.seal.seal({ session: 'secret' });
  expect(await mine.holdsSession(`a=b; ${name}=${sealed}`)).toBe(true);
  const others = await consoleOf().seal.seal({ session: 'secret' });
  const empty = await mine.seal.seal({});
  for (const cookie of [
    null,
    '',
    `${name}=`,
    `${name}=x`,
    `${name}=${others}`,
    `${name}=${empty}`,
    `x${name}=${sealed}`,
  ])
    expect(await mine.holdsSession(cookie), cookie ?? 'none').toBe(false);
});
