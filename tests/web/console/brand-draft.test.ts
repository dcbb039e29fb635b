// The look as it is being typed: what is shown of it, what the API would refuse, and what may stand in a style sheet.
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  bordersBody,
  draftLook,
  draftTemplate,
  draftTexts,
  lookBody,
  lookProblems,
  textProblems,
  typedTexts,
} from '@/lib/web/console/brand-draft';

const KEPT = {
  primaryColor: '#0a5fd9',
  logo: { url: 'https://acme.test/logo.svg', id: 'a'.repeat(64) },
};
const typed = (fields: Record<string, string>) => new URLSearchParams(fields);

describe('a look that is being typed', () => {
  it('is what is kept where nothing was typed, and ours where a field was emptied', () => {
    expect(draftLook({ branding: KEPT, theme: null }, typed({}))).toEqual({
      colors: { primaryColor: '#0a5fd9' },
      logoSrc: `/branding/${'a'.repeat(64)}`,
      faviconSrc: null,
      fontSrc: null,
      borders: '',
    });
    const emptied = draftLook({ branding: KEPT, theme: null }, typed({ 'colors.primary': '', logo_url: '' }));
    expect(emptied).toMatchObject({ colors: {}, logoSrc: null });
  });

  it('takes what will do, and leaves what will not do yet', () => {
    const look = draftLook(
      { branding: KEPT, theme: null },
      typed({ 'colors.primary': '#12', 'colors.page_background': '#ABC', logo_url: 'http://acme.test/x' }),
    );
    expect(look.colors).toEqual({ primaryColor: '#0a5fd9', pageBackground: '#aabbcc' });
    expect(look.logoSrc).toMatch(/^\/branding\//);
  });

  it('ADM-4: puts no address into a style sheet that could end what it stands in', () => {
    const { fontSrc } = draftLook(
      { branding: {}, theme: null },
      typed({ 'font.url': "https://evil.test/f);}a{b:url('c')<\\\"" }),
    );
    expect(fontSrc).toMatch(/^https:\/\/evil\.test\//);
    expect(fontSrc).not.toMatch(/[()'"\\;{}<>\s]/);
  });

  it('says all that the API would refuse, by field', () => {
    expect(
      lookProblems(typed({ 'colors.primary': 'red', 'font.url': 'acme', favicon_url: '', logo_url: 'x' })),
    ).toEqual({
      'colors.primary': 'must be one colour such as #0a5fd9',
      'font.url': 'must be an https URL',
      logo_url: 'must be an https URL',
    });
  });

  it('is all ours for a form without fields', () => {
    expect(lookBody(new FormData())).toEqual({
      logo_url: null,
      favicon_url: null,
      font: null,
      colors: { primary: null, page_background: null },
    });
  });
});

describe('texts that are being typed', () => {
  const form = typed({
    'login-id/title': ' Moin ',
    'login-id/buttonText': ' ',
    in: 'de',
    '__proto__/x': 'y',
  });

  it('are read by screen and name; empty ones are ours', () => {
    expect(typedTexts(typed({ 'login-id/title': ' Moin ', 'login-id/buttonText': ' ', in: 'de' }))).toEqual({
      'login-id': { title: 'Moin' },
    });
  });

  it('ADM-4: are shown where they fit, beside those that are kept, and are no way into an object', () => {
    const query = new URLSearchParams([...form, ['prompt', 'login-id']]);
    const customTexts = { de: { 'login-id': { 'login-id': { buttonText: 'Los', description: 'Da' } } } };
    expect(draftTexts({ customTexts }, { language: 'de', query }).de?.['login-id']?.['login-id']).toEqual({
      title: 'Moin',
      description: 'Da',
    });
    expect(({} as { x?: string }).x).toBeUndefined();
  });

  it('are refused by field', () => {
    const wrong = typed({ 'login-id/title': `Hi $${'{nobody}'}`, 'login-id/buttonText': 'Go' });
    expect(textProblems('login-id', typedTexts(wrong))).toEqual({
      'login-id/title': expect.stringContaining('may hold no placeholder but'),
    });
  });
});

describe('corners that are being typed', () => {
  const theme = { said: { borders: { widget_corner_radius: 4, buttons_style: 'pill' as const } } };
  const bordersOf = (fields: Record<string, string>) =>
    draftLook({ branding: {}, theme }, typed(fields)).borders;

  it('are what is kept where nothing was typed, ours where a field was emptied, and what will do', () => {
    expect(bordersOf({})).toBe('--radius-card:4px;--radius-button:999px');
    expect(bordersOf({ 'borders.widget_corner_radius': '' })).toBe('--radius-button:999px');
    expect(bordersOf({ 'borders.widget_corner_radius': '9', 'borders.buttons_style': 'sharp' })).toBe(
      '--radius-card:9px;--radius-button:0px',
    );
    expect(bordersOf({ 'borders.widget_corner_radius': '51' })).toContain('--radius-card:4px');
    expect(lookProblems(typed({ 'borders.widget_corner_radius': 'x' }))).toEqual({
      'borders.widget_corner_radius': 'must be a number from 0 to 50',
    });
  });

  it('say nothing of what is ours', () => {
    expect(
      bordersBody(typed({ 'borders.buttons_style': 'rounded', 'borders.show_widget_shadow': 'true' })),
    ).toEqual({});
    expect(bordersBody(typed({ 'borders.show_widget_shadow': 'false' }))).toEqual({
      show_widget_shadow: false,
    });
  });
});

describe('a page template that is being typed', () => {
  const pageTemplate = { source: 'kept', files: [{ url: 'https://acme.test/p.png', id: 'p' }] };
  const draft = (packed?: Buffer | string) =>
    draftTemplate(
      { pageTemplate },
      typed(packed === undefined ? {} : { template: Buffer.from(packed).toString('base64url') }),
    );

  it('is what is kept where nothing was typed, and nothing where it was emptied', () => {
    expect(draft()).toBe(pageTemplate);
    expect(draft(deflateRawSync(' '))).toBeNull();
    expect(draft(deflateRawSync('„typed“'))).toEqual({ source: '„typed“', files: pageTemplate.files });
  });

  it('INP-1: is not unpacked beyond what a template may be', () => {
    expect(draft(deflateRawSync('a'.repeat(50_000_000)))).toBeNull();
    expect(draft('not deflated')).toBeNull();
  });
});
