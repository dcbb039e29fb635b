// Settings of the installation as operators and Auth0's tools see them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Asked, box, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('settings');
});
afterAll(() => office?.close());
beforeEach(() => office.reset());

const TENANT = '/api/v2/tenants/settings';
const BRANDING = '/api/v2/branding';
const PROVIDER = '/api/v2/emails/provider';
const BRUTE_FORCE = '/api/v2/attack-protection/brute-force-protection';
const THROTTLING = '/api/v2/attack-protection/suspicious-ip-throttling';
const TEMPLATE = '/api/v2/email-templates/passwordless_email';

const get = async (path: string) => (await office.ask({ path })).json();
const send = (method: string, path: string, body: unknown, more: Partial<Asked> = {}) =>
  office.ask({ method, path, body, ...more });
/** What an operator is told of a refusal. */
async function refusal(method: string, path: string, body: unknown): Promise<string> {
  const response = await send(method, path, body);
  const { statusCode, message } = (await response.json()) as { statusCode: number; message: string };
  expect(statusCode).toBe(response.status);
  return `${statusCode} ${message.replace('Payload validation error: ', '')}`;
}

describe('tenant settings', () => {
  it('have defaults, and change one by one', async () => {
    expect(await get(TENANT)).toMatchObject({
      session_lifetime: 168,
      idle_session_lifetime: 72,
      enabled_locales: expect.arrayContaining(['en', 'de', 'zh-CN', 'zh-TW']),
      passkey_offer: false,
      flags: { enable_dynamic_client_registration: false },
    });
    await send('PATCH', TENANT, { friendly_name: 'Acme', support_url: 'https://help.acme.test/' });
    await send('PATCH', TENANT, { session_lifetime_in_minutes: 90, idle_session_lifetime: 0.5 });
    await send('PATCH', TENANT, { enabled_locales: ['de', 'zh-TW', 'de'], passkey_offer: true });
    expect(await get(TENANT)).toMatchObject({
      friendly_name: 'Acme',
      support_url: 'https://help.acme.test/',
      session_lifetime: 1.5,
      idle_session_lifetime: 0.5,
      enabled_locales: ['de', 'zh-TW'],
      passkey_offer: true,
    });
    await send('PATCH', TENANT, { friendly_name: '', support_url: null });
    expect(await get(TENANT)).not.toHaveProperty('friendly_name');
    expect(await get(TENANT)).not.toHaveProperty('support_url');
  });

  it('take what they answered, and are the same afterwards', async () => {
    await send('PATCH', TENANT, { friendly_name: 'Acme', default_redirection_uri: 'https://acme.test/' });
    const before = await get(TENANT);
    expect((await send('PATCH', TENANT, before)).status).toBe(200);
    expect(await get(TENANT)).toEqual(before);
  });

  it('name the API and the addresses of requests that name none', async () => {
    const identifier = 'https://orders.acme.test/v1';
    await send('POST', '/api/v2/resource-servers', { identifier, name: 'Orders' });
    const named = { default_audience: identifier, allowed_logout_urls: ['https://acme.test/bye'] };
    expect((await send('PATCH', TENANT, named)).status).toBe(200);
    expect(await get(TENANT)).toMatchObject(named);
    await send('DELETE', `/api/v2/resource-servers/${encodeURIComponent(identifier)}`, undefined);
    expect((await send('PATCH', TENANT, await get(TENANT))).status).toBe(200);
    await send('PATCH', TENANT, { default_audience: '', allowed_logout_urls: [] });
    expect(await get(TENANT)).toMatchObject({ allowed_logout_urls: [] });
    expect(await get(TENANT)).not.toHaveProperty('default_audience');
  });

  it('SCP-1: have no default audience that gives away what is managed here', async () => {
    const apis: { identifier: string; is_system: boolean }[] = await get('/api/v2/resource-servers');
    const { identifier } = apis.find(({ is_system }) => is_system) ?? {};
    expect(await refusal('PATCH', TENANT, { default_audience: identifier })).toMatch(
      /^400 default_audience must be the identifier of an API of yours/,
    );
  });

  it.each([
    [{ default_audience: 'https://nobody.test/' }, /^400 default_audience must be the identifier of an API/],
    [{ default_directory: 'users' }, /^400 default_directory must be empty: there are no databases/],
    [{ allowed_logout_urls: ['https://*.acme.test/'] }, /^400 allowed_logout_urls\[0\]: .* holds a \*/],
    [{ allowed_logout_urls: ['javascript:alert(1)'] }, /^400 allowed_logout_urls\[0\]/],
    [
      { flags: { enable_dynamic_client_registration: true } },
      /^400 flags\.enable_dynamic_client_registration must be false/,
    ],
    [
      { sessions: { oidc_logout_prompt_enabled: false } },
      /^400 sessions\.oidc_logout_prompt_enabled must be/,
    ],
    [
      { oidc_logout: { rp_logout_end_session_endpoint_discovery: false } },
      /^400 oidc_logout\.rp_logout_end_session_endpoint_discovery must be true/,
    ],
    [{ sandbox_version: '18' }, /^400 the body holds a field sandbox_version/],
    [{ enabled_locales: [] }, /^400 enabled_locales must name a language/],
    [{ enabled_locales: ['tlh'] }, /^400 enabled_locales\[0\] must be one of/],
    [{ support_url: 'javascript:alert(1)' }, /^400 support_url must be an https URL/],
    [{ support_email: 'a@b.test\r\nBcc: c@d.test' }, /^400 support_email must be/],
    [{ default_redirection_uri: 'http://acme.test/' }, /^400 default_redirection_uri must be an https URL/],
    [{ friendly_name: '<b>Acme' }, /^400 friendly_name may not hold </],
    [{ session_lifetime: 1, idle_session_lifetime: 2 }, /^400 idle_session_lifetime may not be more/],
    [{ passkey_offer: 'yes' }, /^400 passkey_offer must be true or false/],
    [{ session_lifetime: 0 }, /^400 session_lifetime must be hours/],
  ])('MGT-2: refuse %j by name, and nothing is changed', async (body, sentence) => {
    const before = await get(TENANT);
    expect(await refusal('PATCH', TENANT, body)).toMatch(sentence);
    expect(await get(TENANT)).toEqual(before);
  });

  it('of two operators at once, both are heard', async () => {
    await Promise.all([
      send('PATCH', TENANT, { friendly_name: 'Acme' }),
      send('PATCH', TENANT, { support_email: 'help@acme.test' }),
    ]);
    expect(await get(TENANT)).toMatchObject({ friendly_name: 'Acme', support_email: 'help@acme.test' });
  });
});

describe('branding', () => {
  const PNG = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
    'base64',
  );
  const LOGO = 'https://cdn.acme.test/logo.png';
  const serving = (files: Record<string, Uint8Array | string>): Partial<Asked> => ({
    deps: {
      fetchFile: async (url) => {
        const file = files[url];
        return file === undefined
          ? { failed: 'its server does not answer' }
          : { bytes: new Uint8Array(Buffer.from(file)) };
      },
    },
  });

  it('is nothing at first, and a colour or two', async () => {
    expect(await get(BRANDING)).toEqual({});
    await send('PATCH', BRANDING, { colors: { primary: '#0A5FD9' } });
    await send('PATCH', BRANDING, { colors: { page_background: '#abc' } });
    expect(await get(BRANDING)).toEqual({ colors: { primary: '#0a5fd9', page_background: '#aabbcc' } });
    await send('PATCH', BRANDING, { colors: { primary: null } });
    expect(await get(BRANDING)).toEqual({ colors: { page_background: '#aabbcc' } });
    await send('PATCH', BRANDING, { colors: null });
    expect(await get(BRANDING)).toEqual({});
  });

  it('keeps the bytes of a logo, for as long as pages show them', async () => {
    await send('PATCH', BRANDING, { logo_url: LOGO }, serving({ [LOGO]: PNG }));
    expect(await get(BRANDING)).toEqual({ logo_url: LOGO });
    const [asset] = await office.prisma.brandAsset.findMany();
    expect(asset).toMatchObject({ mediaType: 'image/png', bytes: new Uint8Array(PNG) });
    expect((await office.deps.settings.read()).branding.logo).toEqual({ url: LOGO, id: asset?.id });
    expect((await send('PATCH', BRANDING, { logo_url: LOGO }, serving({}))).status).toBe(200);
    await send('PATCH', BRANDING, { logo_url: '' });
    expect(await office.prisma.brandAsset.count()).toBe(0);
  });

  it.each([
    ['a page', { logo_url: LOGO }, '<!doctype html><svg>', /^400 logo_url must name a PNG/],
    ['a font', { logo_url: LOGO }, 'wOF2', /^400 logo_url must name a PNG/],
    [
      'nothing',
      { logo_url: 'https://gone.acme.test/' },
      'wOF2',
      /^400 logo_url names a file that could not be fetched/,
    ],
    ['a picture', { font: { url: LOGO } }, PNG, /^400 font\.url must name a WOFF2/],
  ])('refuses %s where it does not belong', async (_, body, file, sentence) => {
    const response = await send('PATCH', BRANDING, body, serving({ [LOGO]: file }));
    const { statusCode, message } = (await response.json()) as { statusCode: number; message: string };
    expect(`${statusCode} ${message.replace('Payload validation error: ', '')}`).toMatch(sentence);
    expect(await office.prisma.brandAsset.count()).toBe(0);
  });

  it.each(['http://cdn.acme.test/a.png', 'file:///etc/passwd', 'data:image/png;base64,AA==', 'not a url'])(
    'SRF-1: fetches nothing from %s',
    async (logo_url) => {
      expect(await refusal('PATCH', BRANDING, { logo_url })).toBe('400 logo_url must be an https URL.');
    },
  );

  it.each(['https://127.0.0.1/a.png', 'https://169.254.169.254/', 'https://[::1]/', 'https://localhost:22/'])(
    'SRF-1: is not led to %s',
    async (logo_url) => {
      expect(await refusal('PATCH', BRANDING, { logo_url })).toMatch(/not reached from here/);
    },
  );

  it.each([
    [{ primary: 'red' }, /colors\.primary must be one colour/],
    [{ primary: '#0a5fd9;}body{display:none' }, /colors\.primary must be one colour/],
    [{ page_background: { type: 'linear-gradient' } }, /colors\.page_background must be/],
  ])('refuses %j, which is no colour', async (colors, sentence) => {
    expect(await refusal('PATCH', BRANDING, { colors })).toMatch(sentence);
  });
});

describe('texts of the pages', () => {
  const [CLIENT, EMAIL] = ['clientName', 'email'].map((name) => `\${${name}}`) as [string, string];
  const path = (prompt = 'login-id', language = 'en') => `/api/v2/prompts/${prompt}/custom-text/${language}`;

  it('take the place of all of one prompt in one language', async () => {
    expect(await get(path())).toEqual({});
    const first = { 'login-id': { title: `Hello, ${CLIENT}`, buttonText: 'Go on' } };
    expect(await (await send('PUT', path(), first)).json()).toEqual(first);
    await send('PUT', path('consent', 'de'), { consent: { title: `Darf ${CLIENT} das?` } });
    await send('PUT', path(), { 'login-id': { title: 'Hi' } });
    expect(await get(path())).toEqual({ 'login-id': { title: 'Hi' } });
    expect(await get(path('consent', 'de'))).toEqual({ consent: { title: `Darf ${CLIENT} das?` } });
    await send('PUT', path(), {});
    expect(await get(path())).toEqual({});
  });

  it.each([
    [path(), { 'login-id': { shout: 'a' } }, /login-id\.shout must be one of title/],
    [path(), { elsewhere: { title: 'a' } }, /elsewhere must be one of login-id/],
    [path('mfa'), { mfa: { title: 'a' } }, /mfa is not on any page of this prompt/],
    [path(), { constructor: { name: 'a' } }, /constructor must be one of login-id/],
    [path(), { 'login-id': { toString: 'a' } }, /login-id\.toString must be one of title/],
    [path(), { 'login-id': { title: EMAIL } }, /title may hold no placeholder but \$\{clientName\}/],
    [path(), { 'login-id': { buttonText: CLIENT } }, /buttonText may hold no placeholder/],
    [path(), { 'login-id': { title: ' ' } }, /title must not be empty/],
    [path(), { 'login-id': { title: 'a\u202eb' } }, /title may not hold invisible characters/],
    [path(), { 'login-id': { title: 'a'.repeat(1025) } }, /title may hold 1024 characters/],
    [path(), { 'login-id': { title: 1 } }, /login-id\.title must be a string/],
    [path('nonsense'), {}, /prompt must be the name of a prompt/],
    [path('login-id', 'tlh'), {}, /language must be one that pages speak/],
  ])('MGT-2: %s refuses %j', async (where, body, sentence) => {
    expect(await refusal('PUT', where, body)).toMatch(sentence);
  });
});

describe('the e-mail provider', () => {
  const SMTP = { smtp_host: 'mail.acme.test', smtp_user: 'login', smtp_pass: 'a password of the operator' };

  it('MGT-4: keeps its secret sealed, and shows the rest', async () => {
    expect((await office.ask({ path: PROVIDER })).status).toBe(404);
    const body = { name: 'smtp', default_from_address: 'Acme <login@acme.test>', credentials: SMTP };
    const shown = {
      name: 'smtp',
      enabled: true,
      default_from_address: 'Acme <login@acme.test>',
      credentials: { smtp_host: 'mail.acme.test', smtp_port: 587, smtp_user: 'login' },
      settings: {},
    };
    expect(await (await send('POST', PROVIDER, body)).json()).toEqual(shown);
    expect(await get(PROVIDER)).toEqual(shown);
    expect(await refusal('POST', PROVIDER, body)).toMatch(/^409/);
    const kept = (await office.deps.settings.read()).emailProvider;
    if (kept?.name !== 'smtp' || kept.sealedPassword === null) throw new Error('not kept');
    expect(kept.sealedPassword).not.toContain('password');
    expect(box.unseal('email-provider', kept.sealedPassword)).toBe(SMTP.smtp_pass);
  });

  it('takes what it answered, and hands a password to no other host', async () => {
    await send('POST', PROVIDER, { name: 'smtp', credentials: SMTP });
    const before = await office.deps.settings.read();
    expect((await send('PATCH', PROVIDER, await get(PROVIDER))).status).toBe(200);
    expect(await office.deps.settings.read()).toEqual(before);
    const elsewhere = { credentials: { smtp_host: 'mail.evil.test' } };
    expect(await refusal('PATCH', PROVIDER, elsewhere)).toMatch(/credentials\.smtp_pass must be there/);
    expect(await refusal('PATCH', PROVIDER, { name: 'resend' })).toMatch(
      /credentials\.api_key must be there/,
    );
    await send('PATCH', PROVIDER, { name: 'resend', credentials: { api_key: 're_1' } });
    expect(await get(PROVIDER)).toMatchObject({ name: 'resend', credentials: {} });
    await send('DELETE', PROVIDER, undefined);
    expect((await office.ask({ path: PROVIDER })).status).toBe(404);
  });

  it('forgets name and password where the name is null, which is a server that asks for neither', async () => {
    await send('POST', PROVIDER, { name: 'smtp', credentials: SMTP });
    await send('PATCH', PROVIDER, { credentials: { smtp_user: null } });
    expect((await get(PROVIDER)).credentials).toEqual({ smtp_host: 'mail.acme.test', smtp_port: 587 });
    expect((await office.deps.settings.read()).emailProvider).toMatchObject({
      user: null,
      sealedPassword: null,
    });
  });

  it('says when the environment comes first', async () => {
    await send('POST', PROVIDER, { name: 'resend', credentials: { api_key: 're_1' } });
    const deps = { environmentSendsEmail: true };
    expect(await (await office.ask({ path: PROVIDER, deps })).json()).toMatchObject({
      overridden_by_environment: true,
    });
  });

  it.each([
    [{ name: 'mailgun' }, /name must be one of resend, smtp/],
    [{ name: 'smtp', credentials: { smtp_host: '10.0.0.1' } }, /smtp_host is not reached from here/],
    [{ name: 'smtp', credentials: { smtp_host: 'a@b' } }, /smtp_host must be the name of a host/],
    [{ name: 'resend', credentials: { api_key: 'a', smtp_host: 'a.test' } }, /smtp_host is for smtp/],
    [
      { name: 'resend', credentials: { api_key: 'a' }, default_from_address: 'a\nb@c.test' },
      /default_from_address must be/,
    ],
  ])('refuses %j', async (body, sentence) => {
    expect(await refusal('POST', PROVIDER, body)).toMatch(sentence);
  });
});

describe('e-mail templates', () => {
  it('are that of the connection for e-mail, by a name', async () => {
    expect(await get(TEMPLATE)).toEqual({
      template: 'passwordless_email',
      body: '',
      from: '',
      subject: '',
      syntax: 'liquid',
      enabled: true,
    });
    await send('PATCH', TEMPLATE, { subject: 'Your code: {{ code }}', body: '<p>{{ code }}</p>' });
    const [email] = (await get('/api/v2/connections?strategy=email')) as { options: { email: unknown } }[];
    expect(email?.options.email).toMatchObject({
      subject: 'Your code: {{ code }}',
      body: '<p>{{ code }}</p>',
    });
    await send('PUT', TEMPLATE, { subject: 'Sign in: {{ code }}' });
    expect(await get(TEMPLATE)).toMatchObject({ subject: 'Sign in: {{ code }}', body: '' });
    await send('DELETE', TEMPLATE, undefined);
    expect(await get(TEMPLATE)).toMatchObject({ subject: '' });
  });

  it('of Auth0 are none, and a broken one is refused', async () => {
    expect((await office.ask({ path: '/api/v2/email-templates/verify_email' })).status).toBe(404);
    expect(await refusal('PATCH', TEMPLATE, { body: '{% for %}' })).toMatch(/^400 options\.email\.body/);
  });
});

describe('attack protection', () => {
  it('moves limits of ours, and shows where they are', async () => {
    expect(await get(BRUTE_FORCE)).toMatchObject({ enabled: true, max_attempts: 100 });
    await send('PATCH', BRUTE_FORCE, { max_attempts: 20 });
    await send('PATCH', THROTTLING, { stage: { 'pre-login': { max_attempts: 100 } } });
    expect(await get(BRUTE_FORCE)).toMatchObject({ max_attempts: 20 });
    expect(await get(THROTTLING)).toMatchObject({
      stage: {
        'pre-login': { max_attempts: 100, rate: 36_000 },
        'pre-user-registration': { max_attempts: 50, rate: 72_000 },
      },
    });
    expect((await office.deps.settings.read()).limits).toEqual({
      guesses_per_identifier: 20,
      guesses_per_ip: 100,
    });
  });

  it.each([
    [BRUTE_FORCE, { enabled: false }, /enabled must be true: limits are always on/],
    [BRUTE_FORCE, { max_attempts: 1000 }, /max_attempts must be a whole number from 1 to 100/],
    [BRUTE_FORCE, { allowlist: ['192.0.2.1'] }, /allowlist must be empty/],
    [THROTTLING, { shields: ['admin_notification'] }, /shields\[0\] must be block/],
    ['/api/v2/attack-protection/breached-password-detection', { enabled: true }, /there are no passwords/],
  ])('%s refuses %j', async (path, body, sentence) => {
    expect(await refusal('PATCH', path, body)).toMatch(sentence);
  });

  it('has no puzzles', async () => {
    expect((await office.ask({ path: '/api/v2/attack-protection/captcha' })).status).toBe(403);
  });
});

describe('what a login without passwords has not', () => {
  it.each(['roles', 'rules', 'organizations', 'actions/actions', 'hooks', 'custom-domains'])(
    'is an empty list: %s',
    async (name) => {
      const answer = (await get(`/api/v2/${name}`)) as object;
      expect(
        Object.values(answer)
          .flat()
          .filter((item) => typeof item === 'object'),
      ).toEqual([]);
      expect((await send('POST', `/api/v2/${name}`, {})).status).toBe(405);
    },
  );
});
