// "Stop this sign-in" in a message of an application with pages of its own: the link is the application's, the way to stop
// it is ours, and that is all our pages do with it.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLinkDeriver } from '@/lib/keys/magic-link';
import { createCodeDeriver } from '@/lib/keys/one-time-code';
import { LINK_PATH } from '@/lib/login/magic-link';
import { openLinkElsewhere, stopSignIn, visitLink } from '@/lib/login/open-link';
import type { RequestContext } from '@/lib/login/request-context';
import { NO_SETTINGS, sessionLifetimes } from '@/lib/login/settings';
import { emailConnection, memoryConnections } from '@/tests/memory/connections';
import { box } from '@/tests/store/conformance/stores';
import { type ApplicationDesk, openApplicationDesk } from './application-desk';

let desk: ApplicationDesk;
beforeAll(async () => {
  desk = await openApplicationDesk();
});
beforeEach(() => desk.reset());
afterAll(() => desk?.close());

const WEB = { client_id: 'web', client_secret: 's3cret' };
const REQUEST = {
  redirect_uri: 'https://rp.test/cb',
  response_type: 'code',
  scope: 'openid',
  state: 'S1',
};

const depsOf = () => ({
  challenges: desk.stage.first.challenges,
  connections: memoryConnections(emailConnection({ signInOnOtherDevice: true })),
  codes: createCodeDeriver(box),
  links: createLinkDeriver(box),
  hashSubject: (subject: string) => box.hash('subject', subject),
});

const contextOf = (): RequestContext => ({
  ip: null,
  userAgent: null,
  language: 'en',
  knownBrowserId: null,
  now: desk.stage.now,
});

/** The token in the newest message's way to stop it. */
function stopToken(): string {
  const path = desk.messages.at(-1)?.stopLink?.replace('https://op.test', '') ?? '';
  const [, token = ''] = path.match(new RegExp(`^${LINK_PATH}/([\\w-]+)/stop$`)) ?? [];
  return token;
}

const look = (magicLinkToken: string) =>
  visitLink(depsOf(), {
    magicLinkToken,
    findInteraction: async () => null,
    findAccountId: async () => null,
    now: desk.stage.now,
  });

it('leads to the page of ours that stops it, where a link is the application’s', async () => {
  await desk.start({ ...WEB, send: 'link', authParams: REQUEST });
  expect(desk.messages.at(-1)?.link).toMatch(/^https:\/\/op\.test\/passwordless\/verify_redirect\?/);
  expect(await look(stopToken())).toEqual({ kind: 'stoppable', clientId: 'web' });
  expect(await stopSignIn(depsOf(), { magicLinkToken: stopToken(), context: contextOf() })).toBe(true);
  expect(await look(stopToken())).toMatchObject({ kind: 'cancelled', clientId: 'web' });
});

it('MAG-4: shows no code, and signs nobody in, whatever the connection allows', async () => {
  await desk.start({ ...WEB, send: 'link', authParams: REQUEST });
  expect(await look(stopToken())).not.toHaveProperty('relayCode');
  const opened = await openLinkElsewhere(
    {
      ...depsOf(),
      random: { id: () => 'id', secret: () => 'secret', hex24: () => '0'.repeat(24) },
      limitOverrides: () => ({}),
      sessionLifetimes: () => sessionLifetimes(NO_SETTINGS),
      spendGuard: { admit: async () => null, answered: async () => {} },
    },
    {
      magicLinkToken: stopToken(),
      applicationNameOf: async () => 'Acme',
      accountId: null,
      mayEndOther: true,
      replacedSessionSecret: null,
      contextOf: async () => contextOf(),
    },
  );
  expect(opened).toEqual({ kind: 'dead' });
  expect(await desk.stage.prisma.session.count()).toBe(0);
});

it('is not in a message that carries a code only', async () => {
  await desk.start();
  expect(desk.messages).toMatchObject([{ link: null, stopLink: null }]);
});
