import { expect, it } from 'vitest';
import { APPLICATION_TYPES } from '@/lib/management/client-settings';
import { checkRegistrableRedirectUri } from '@/lib/oidc/redirect-uri';
import { LIBRARIES, librariesFor, writeQuickstart } from '@/lib/web/console/quickstarts';

const PLACE = { issuer: 'https://login.example.com/', audience: null };
const client = (app_type: (typeof APPLICATION_TYPES)[number], callbacks: string[] = []) => ({
  app_type,
  client_id: 'XbQ0vTz8',
  callbacks,
});

it('there is a quickstart for every kind of application, and an application for every library', () => {
  const offered = APPLICATION_TYPES.flatMap((type) => librariesFor({ app_type: type }));
  expect(new Set(offered)).toEqual(new Set(LIBRARIES));
});

it.each(
  APPLICATION_TYPES.flatMap((type) =>
    librariesFor({ app_type: type }).map((library) => [library, type] as const),
  ),
)('has the client and the place in it, and a callback that may be registered: %s, %s', (library, type) => {
  const { steps, callback } = writeQuickstart(library, client(type), PLACE);
  const code = steps.map((step) => step.code).join('\n');
  expect(code).toContain('XbQ0vTz8');
  expect(code).toContain('login.example.com');
  expect(code).not.toMatch(/\{(?:app|domain)\}|undefined|null/);
  if (callback !== null)
    checkRegistrableRedirectUri(callback, { applicationType: type, wildcardRedirectUris: false });
});

it('uses what is allowed already, and its origin for what is not', () => {
  const allowed = ['https://shop.example.com/done', 'http://localhost:4000/callback'];
  expect(writeQuickstart('express', client('regular_web', allowed), PLACE).callback).toBe(allowed[1]);
  expect(writeQuickstart('nextjs', client('regular_web', allowed), PLACE)).toMatchObject({
    callback: 'https://shop.example.com/auth/callback',
    steps: expect.arrayContaining([
      expect.objectContaining({ code: expect.stringContaining('APP_BASE_URL=https://shop.example.com') }),
    ]),
  });
  const ios = 'com.acme.shop://login.example.com/ios/com.acme.shop/callback';
  expect(writeQuickstart('ios', client('native', [ios]), PLACE).callback).toBe(ios);
});
