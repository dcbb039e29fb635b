import { describe, expect, it } from 'vitest';
import { createPressPage } from '@/lib/runtime/plain-page';
import { confidentialClient } from '../memory/clients';

const show = createPressPage({ random: { id: () => 'nonce1' }, isHttps: true, origin: 'https://op.test' });

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
