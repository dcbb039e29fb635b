// The page around the cards as a process shows it: remembered, made anew when it was changed, and left out where it cannot be made.
import { createElement, Fragment } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { surroundingsOf } from '@/app/(login)/surroundings';
import type { PageContext, RenderedPage } from '@/lib/login/page-template';
import { NO_SETTINGS } from '@/lib/login/settings';
import { createPageTemplates } from '@/lib/runtime/page-templates';

const CONTEXT: PageContext = {
  application: { id: 'shop', name: 'Shop' },
  branding: { logoSrc: null, primary: null, pageBackground: null },
  tenant: { friendlyName: null, supportEmail: null, supportUrl: null, locales: ['en'] },
  ...{ language: 'en', direction: 'ltr', host: 'login.acme.test', prompt: 'login-id', screen: 'login-id' },
};
const page = (body: string) => `<html>{%- auth0:head -%}<body>${body}</body></html>`;
const WIDGET = '{%- auth0:widget -%}';

let source: string | null;
let now: Date;
let warnings: object[];
const show = createPageTemplates({
  settings: () => ({ ...NO_SETTINGS, pageTemplate: source === null ? null : { source, files: [] } }),
  clock: () => now,
  log: { warn: (message, details) => void warnings.push({ message, ...details }) },
});
beforeEach(() => {
  source = null;
  now = new Date('2026-11-29T23:59:00Z');
  warnings = [];
});

describe('a page template', () => {
  it('is not there where there is none, and is made once until it is another', () => {
    expect(show(CONTEXT)).toBeNull();
    source = page(`One ${WIDGET}{{ 'now' | date: '%d' }}`);
    const made = show(CONTEXT);
    expect(made?.markup).toMatch(/One.*29/);
    expect(show({ ...CONTEXT })).toBe(made);
    expect(show({ ...CONTEXT, language: 'de' })).not.toBe(made);
    now = new Date('2026-11-30T00:00:00Z');
    expect(show(CONTEXT)?.markup).toMatch(/One.*30/);
    source = page(`Two ${WIDGET}`);
    expect(show(CONTEXT)?.markup).toContain('Two');
  });

  it('MSG-8: is left out and told of where it cannot be made, and tried again a minute later', () => {
    source = page(`{% if locale == 'en' %}{% for i in (1..9999999) %}x{% endfor %}{% endif %}${WIDGET}`);
    expect(show(CONTEXT)).toBeNull();
    expect(show(CONTEXT)).toBeNull();
    expect(warnings).toEqual([
      expect.objectContaining({ message: 'page template left out', screen: 'login-id', line: 1 }),
    ]);
    expect(show({ ...CONTEXT, language: 'de' }), 'others have it').not.toBeNull();
    now = new Date(now.getTime() + 61_000);
    expect(show(CONTEXT)).toBeNull();
    expect(warnings).toHaveLength(2);
  });
});

describe('what is around a card', () => {
  const rendered = (markup: string, bodyClass = ''): RenderedPage => ({ markup, styles: '', bodyClass });
  const drawn = (markup: string) =>
    renderToStaticMarkup(
      createElement(
        Fragment,
        null,
        surroundingsOf(rendered(markup)).around(createElement('main', null, 'card')),
      ),
    );

  it('has the card in it, and marks what the card lies in', () => {
    expect(drawn('<p>a</p><div><div>b<auth0-widget></auth0-widget></div><p>c</p></div>')).toBe(
      '<p>a</p><div data-way=""><div data-way="">b<main>card</main></div><p>c</p></div>',
    );
  });

  it('ADM-4: is written anew, whatever it was', () => {
    expect(drawn('<p title="&quot;&gt;&lt;script&gt;">&lt;script&gt;</p><auth0-widget></auth0-widget>')).toBe(
      '<p title="&quot;&gt;&lt;script&gt;">&lt;script&gt;</p><main>card</main>',
    );
  });

  it('puts the card in the middle of the window where the body says so', () => {
    const markup = '<auth0-widget></auth0-widget>';
    expect(surroundingsOf(rendered(markup)).place).toBe('given');
    expect(surroundingsOf(rendered(markup, 'own-a own-_widget-auto-layout')).place).toBe('middle');
  });
});
