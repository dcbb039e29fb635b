import { describe, expect, it } from 'vitest';
import { NO_SETTINGS, type Settings } from '@/lib/login/settings';
import { createErrorPage, createPressPage } from '@/lib/runtime/plain-page';
import { confidentialClient } from '../memory/clients';

const DEPS = {
  ...{ random: { id: () => 'nonce1' }, isHttps: true, origin: 'https://op.test' },
  settings: (): Settings => NO_SETTINGS,
};
const show = createPressPage(DEPS);

describe('the page with one button', () => {
  const response = show({
    client: confidentialClient({ name: 'Acme & <Sons>' }),
    maskedIdentifier: 'a***@x.test',
    action: '/passwordless/verify_redirect',
    fields: [['state', '"><script>alert(1)</script>']],
    acceptLanguage: 'de',
  });

  it('HDR-1: is not stored, framed or scripted, and says where it comes from to us alone', () => {
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("'nonce-nonce1'");
    expect(policy).not.toContain('unsafe-inline');
    // Browsers send `Origin: null` with the form of a page that hides where it is.
    expect(response.headers.get('referrer-policy')).toBe('same-origin');
    expect(response.headers.get('strict-transport-security')).toMatch(/^max-age=/);
  });

  it('speaks the language of the browser, and nothing it carries becomes markup', async () => {
    const page = await response.text();
    expect(page).toContain('<html lang="de" dir="ltr">');
    expect(page).toContain('Acme &amp; &lt;Sons&gt;');
    expect(page).toContain('a***@x.test');
    expect(page).toContain('<form method="post" action="/passwordless/verify_redirect">');
    expect(page).not.toContain('<script');
  });
});

describe('a plain page of an operator who has a brand', () => {
  const settings = (): Settings => ({
    ...NO_SETTINGS,
    tenant: { friendlyName: 'Acme & Sons', languages: ['fr', 'de'] },
    branding: {
      primaryColor: '#0a5fd9',
      pageBackground: '#eef2f7',
      logo: { id: 'a1', url: 'https://acme.test/l.png' },
    },
  });
  const missing = {
    status: 404,
    error: 'invalid_request',
    description: 'No page.',
    reference: null,
  } as const;
  const showError = createErrorPage({
    ...DEPS,
    ...{ settings, clock: () => new Date(0), issuer: 'https://op.test/', showsDetail: true },
  });
  const pageFor = (acceptLanguage: string) => showError({ ...missing, client: null, acceptLanguage }).text();

  it('has its logo, served from here, and its colours', async () => {
    const page = await pageFor('de');
    expect(page).toMatch(/<img class="logo" src="\/[^"]+a1[^"]*" alt="Acme &amp; Sons">/);
    expect(page).toContain('--brand:#0a5fd9;--on-brand:#ffffff');
    expect(page).toContain('--page:#eef2f7');
    expect(page).not.toContain('acme.test');
  });

  it('speaks the languages that its pages speak, the first where the browser asks for another', async () => {
    expect(await pageFor('de')).toContain('<html lang="de"');
    expect(await pageFor('ja')).toContain('<html lang="fr"');
  });

  it('tells no reference where there is none to look for', async () => {
    expect(await pageFor('de')).not.toContain('<dl>');
  });
});
