import { expect, it } from 'vitest';
import { explainAddress } from '@/lib/management/client-addresses';
import { APPLICATION_TYPES } from '@/lib/management/client-settings';
import { LIBRARIES, librariesFor, QUICKSTART_LISTS, writeQuickstart } from '@/lib/web/console/quickstarts';

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
  const { steps, addresses } = writeQuickstart(library, client(type), PLACE);
  const code = steps.map((step) => step.code).join('\n');
  expect(code).toContain('XbQ0vTz8');
  expect(code).toContain('login.example.com');
  expect(code).not.toMatch(/\{(?:app|domain)\}|undefined|null/);
  const setting = { applicationType: type, wildcardRedirectUris: false };
  for (const list of QUICKSTART_LISTS)
    if (addresses[list] !== undefined)
      expect(explainAddress(list, addresses[list], setting), list).toBeNull();
});

it('uses what is allowed already, and its origin for what is not', () => {
  const allowed = ['https://shop.example.com/done', 'http://localhost:4000/callback'];
  expect(writeQuickstart('express', client('regular_web', allowed), PLACE).addresses.callbacks).toBe(
    allowed[1],
  );
  expect(writeQuickstart('nextjs', client('regular_web', allowed), PLACE)).toMatchObject({
    addresses: {
      callbacks: 'https://shop.example.com/auth/callback',
      allowed_logout_urls: 'https://shop.example.com',
    },
    steps: expect.arrayContaining([
      expect.objectContaining({ code: expect.stringContaining('APP_BASE_URL=https://shop.example.com') }),
    ]),
  });
  const ios = 'com.acme.shop://login.example.com/ios/com.acme.shop/callback';
  expect(writeQuickstart('ios', client('native', [ios]), PLACE).addresses.callbacks).toBe(ios);
});

it('works on the machine of whoever tries it, and says where a library cannot', () => {
  const here = { issuer: 'http://localhost:3000/', audience: null };
  const codeOf = (library: (typeof LIBRARIES)[number], type: (typeof APPLICATION_TYPES)[number]) =>
    writeQuickstart(library, client(type), here)
      .steps.map((step) => step.code)
      .join('\n');
  expect(writeQuickstart('nextjs', client('regular_web'), here).heed).toBe('stand_in');
  expect(codeOf('nextjs', 'regular_web')).toContain('AUTH0_ISSUER=http://localhost:3000\n');
  // Without a scheme these put https before it.
  expect(codeOf('react', 'spa')).toContain('domain="http://localhost:3000"');
  expect(codeOf('vue', 'spa')).toContain("domain: 'http://localhost:3000'");
  // The port is the login's own.
  expect(writeQuickstart('nextjs', client('regular_web'), here).addresses.callbacks).toBe(
    'http://localhost:4000/api/auth/callback/auth0',
  );
  expect(writeQuickstart('react', client('spa'), here).addresses.callbacks).toBe('http://localhost:4000');
  for (const library of ['nextjs', 'react', 'vue'] as const)
    expect(codeOf(library, library === 'nextjs' ? 'regular_web' : 'spa')).toContain(
      'npm run dev -- --port 4000',
    );
  expect(codeOf('express', 'regular_web')).toContain('app.listen(4000)');
  expect(codeOf('curl', 'regular_web')).toContain(encodeURIComponent('http://localhost:4000/callback'));
  expect(writeQuickstart('ios', client('native'), here).heed).toBe('https_needed');
  for (const library of LIBRARIES) expect(writeQuickstart(library, client('spa'), PLACE).heed).toBeNull();
});

it('has a page that keeps no secret listed for its scripts and for signing out', () => {
  expect(writeQuickstart('react', client('spa', ['http://localhost:4000']), PLACE).addresses).toEqual({
    callbacks: 'http://localhost:4000',
    allowed_logout_urls: 'http://localhost:4000',
    web_origins: 'http://localhost:4000',
  });
});
