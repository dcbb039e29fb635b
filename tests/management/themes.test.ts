// The theme and the page template as operators and Auth0's tools see them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { borderRules, shownBranding } from '@/lib/login/theme';
import { type Asked, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('themes');
});
afterAll(() => office?.close());
beforeEach(() => office.reset());

const THEMES = '/api/v2/branding/themes';
const TEMPLATE = '/api/v2/branding/templates/universal-login';
const PICTURE = 'https://cdn.acme.test/wall.png';
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);
const serving = (files: Record<string, Uint8Array>): Partial<Asked> => ({
  deps: {
    fetchFile: async (url) =>
      files[url] === undefined
        ? { failed: 'its server does not answer' }
        : { bytes: new Uint8Array(files[url]) },
  },
});

const get = async (path: string) => (await office.ask({ path })).json();
const send = (method: string, path: string, body?: unknown, more: Partial<Asked> = {}) =>
  office.ask({ method, path, body, ...more });
async function refusal(method: string, path: string, body: unknown): Promise<string> {
  const response = await send(method, path, body);
  const { statusCode, message } = (await response.json()) as { statusCode: number; message: string };
  return `${statusCode} ${message.replace('Payload validation error: ', '')}`;
}
const settings = () => office.deps.settings.read();
const rules = async () => borderRules((await settings()).theme);

describe('the theme', () => {
  it('is not there at first, is there once, and goes', async () => {
    expect((await office.ask({ path: `${THEMES}/default` })).status).toBe(404);
    const made = await send('POST', THEMES, { displayName: 'Acme', borders: { buttons_style: 'pill' } });
    expect(made.status).toBe(200);
    const theme = (await made.json()) as { themeId: string };
    expect(theme).toMatchObject({
      displayName: 'Acme',
      borders: { buttons_style: 'pill', widget_corner_radius: 16, show_widget_shadow: true },
      colors: { primary_button: '#17181a', error: '#b3261e' },
      widget: { logo_url: '' },
    });
    expect(await get(`${THEMES}/default`)).toEqual(theme);
    expect(await get(`${THEMES}/${theme.themeId}`)).toEqual(theme);
    expect(await refusal('POST', THEMES, {})).toMatch(/^409 There is a theme already/);
    expect((await send('DELETE', `${THEMES}/${theme.themeId}`)).status).toBe(204);
    for (const [method, path] of [
      ['GET', `${THEMES}/${theme.themeId}`],
      ['PATCH', `${THEMES}/${theme.themeId}`],
      ['DELETE', `${THEMES}/${theme.themeId}`],
      ['GET', `${THEMES}/another`],
    ] as const)
      expect((await send(method, path, method === 'PATCH' ? {} : undefined)).status).toBe(404);
  });

  it('takes what it answered, and is the same afterwards', async () => {
    const { themeId, ...theme } = await (
      await send('POST', THEMES, { borders: { input_border_radius: 3 } })
    ).json();
    expect((await send('PATCH', `${THEMES}/${themeId}`, theme)).status).toBe(200);
    expect(await get(`${THEMES}/default`)).toEqual({ themeId, ...theme });
    // Our own colours mean ours, which by night are others.
    expect(shownBranding(await settings())).toEqual({});
  });

  it('draws corners and lines, and leaves to us what it does not say', async () => {
    await send('POST', THEMES, { borders: { widget_corner_radius: 0, buttons_style: 'sharp' } });
    expect(await rules()).toBe('--radius-card:0px;--radius-button:0px');
    await send('PATCH', `${THEMES}/theme`, {
      borders: {
        ...{ widget_corner_radius: null, buttons_style: 'rounded', button_border_radius: 10 },
        ...{ inputs_style: 'pill', input_border_weight: 0, button_border_weight: 3 },
        ...{ widget_border_weight: 0, show_widget_shadow: false },
      },
    });
    expect(await rules()).toBe(
      '--radius-button:10px;--radius-field:999px;--border-card:0px;--border-button:3px;--border-field:1px;--shadow-card:none',
    );
    await send('PATCH', `${THEMES}/theme`, { borders: null });
    expect(await rules()).toBe('');
  });

  it('goes over the branding, as Auth0’s does, for as long as it is there', async () => {
    await send('PATCH', '/api/v2/branding', { colors: { primary: '#111111', page_background: '#222222' } });
    await send(
      'POST',
      THEMES,
      { colors: { primary_button: '#0A5FD9' }, widget: { logo_url: PICTURE } },
      serving({ [PICTURE]: PNG }),
    );
    expect(shownBranding(await settings())).toMatchObject({
      primaryColor: '#0a5fd9',
      pageBackground: '#222222',
      logo: { url: PICTURE },
    });
    await send('PATCH', '/api/v2/branding', { colors: { primary: '#333333' } });
    expect(await office.prisma.brandAsset.count()).toBe(1);
    expect(await get(`${THEMES}/default`)).toMatchObject({
      colors: { primary_button: '#0a5fd9' },
      page_background: { background_color: '#222222' },
      widget: { logo_url: PICTURE },
    });
    await send('DELETE', `${THEMES}/theme`);
    expect(shownBranding(await settings())).toEqual({ primaryColor: '#333333', pageBackground: '#222222' });
    expect(await office.prisma.brandAsset.count()).toBe(0);
  });

  it('keeps what pages do not go by, for the tools that wrote it', async () => {
    const fonts = { title: { bold: false, size: 120 }, links_style: 'normal' };
    await send('POST', THEMES, { colors: { error: '#FF0000AA' }, fonts });
    expect(await get(`${THEMES}/default`)).toMatchObject({ colors: { error: '#FF0000AA' }, fonts });
  });

  it.each([
    [
      { borders: { button_border_radius: 11 } },
      '400 borders.button_border_radius must be a number from 1 to 10.',
    ],
    [
      { borders: { buttons_style: 'round' } },
      '400 borders.buttons_style must be one of pill, rounded, sharp.',
    ],
    [
      { borders: { widget_corner_radius: '5px;}body{display:none' } },
      /widget_corner_radius must be a number/,
    ],
    [{ colors: { primary_button: '#0a5fd980' } }, /primary_button must be one colour such as/],
    [{ colors: { error: 'red' } }, /colors\.error must be a colour/],
    [{ widget: { logo_url: 'http://acme.test/x' } }, /widget\.logo_url must be an https URL/],
    [{ displayName: '<b>' }, /displayName may not hold < or >/],
    [{ shape: {} }, /holds a field shape that is not one of displayName, borders,/],
    [{ borders: { radius: 1 } }, /borders holds a field radius that is not one of button_border_radius/],
  ])('MGT-2: refuses %j', async (body, sentence) => {
    expect(await refusal('POST', THEMES, body)).toMatch(sentence);
    expect((await settings()).theme).toBeNull();
  });
});

describe('the page template', () => {
  const source = (more = '') => `<html>{%- auth0:head -%}<body>${more}{%- auth0:widget -%}</body></html>`;

  it('is not there at first, is made, replaced and removed', async () => {
    expect((await office.ask({ path: TEMPLATE })).status).toBe(404);
    expect((await send('PUT', TEMPLATE, { template: source() })).status).toBe(201);
    expect((await send('PUT', TEMPLATE, JSON.stringify(source('Hello')))).status).toBe(204);
    expect(await get(TEMPLATE)).toEqual({ body: source('Hello') });
    expect((await send('DELETE', TEMPLATE)).status).toBe(204);
    expect((await send('DELETE', TEMPLATE)).status).toBe(204);
    expect((await office.ask({ path: TEMPLATE })).status).toBe(404);
  });

  it('is taken as HTML too', async () => {
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    expect((await send('PUT', TEMPLATE, source('Grüße'), { headers })).status).toBe(201);
    const elsewhere = await send('PATCH', '/api/v2/branding', '{}', { headers });
    expect(elsewhere.status).toBe(415);
    expect(await get(TEMPLATE)).toEqual({ body: source('Grüße') });
  });

  it('keeps what it shows here', async () => {
    const body = { template: source(`<img src="${PICTURE}">`) };
    expect(await refusal('PUT', TEMPLATE, body)).toMatch(
      /^400 template names a file that could not be fetched/,
    );
    expect((await send('PUT', TEMPLATE, body, serving({ [PICTURE]: PNG }))).status).toBe(201);
    const { pageTemplate } = await settings();
    expect(pageTemplate?.files).toEqual([{ url: PICTURE, id: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    await send('PATCH', '/api/v2/branding', { logo_url: null });
    expect(await office.prisma.brandAsset.count()).toBe(1);
    expect((await send('PUT', TEMPLATE, body, serving({}))).status, 'known already').toBe(204);
    await send('DELETE', TEMPLATE);
    expect(await office.prisma.brandAsset.count()).toBe(0);
  });

  it.each([
    [{ template: '<html></html>' }, '400 template: Line 1: must hold {%- auth0:head -%}.'],
    [{ template: source('\n<script>') }, /^400 template: Line 2: may hold no <script>: nothing here runs/],
    [{ template: 1 }, /^400 /],
    [{ template: source(), more: 1 }, /^400 /],
    [{ template: source('\0') }, /whole characters/],
    [{ template: source('a'.repeat(102_400)) }, /may hold 102400 bytes at most/],
  ])('MGT-2: refuses %.80j with its line', async (body, sentence) => {
    expect(await refusal('PUT', TEMPLATE, body)).toMatch(sentence);
    expect((await settings()).pageTemplate).toBeNull();
  });

  it('SRF-1: fetches nothing from where it may not', async () => {
    const body = { template: source('<img src="https://169.254.169.254/latest">') };
    expect(await refusal('PUT', TEMPLATE, body)).toMatch(/not reached from here/);
  });
});
