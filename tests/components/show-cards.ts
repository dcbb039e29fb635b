// Shows the sample cards in a browser without Next: the markup React makes of them, the stylesheet Tailwind makes of
// app/globals.css, public/login.js, and the policy the pages have. Remembers what forms sent.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import tailwind from '@tailwindcss/postcss';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { findLanguage, type Language } from '@/lib/login/languages';
import { SAMPLE_NONCE, sampleCards } from './sample-cards';

const root = path.resolve(import.meta.dirname, '../..');

export type CardShow = Readonly<{
  /** English unless another language is named. */
  addressOf(card: string, language?: Language): string;
  /** What forms sent since the last call: path and fields, oldest first. */
  takeAnswers(): readonly Readonly<{ path: string; fields: Record<string, string> }>[];
  /** What the message's fate is from now on. */
  deliver(state: Delivery): void;
  close(): void;
}>;

type Delivery = 'under_way' | 'failed' | 'proven' | 'finished';

type Postcss = (plugins: unknown[]) => {
  process(css: string, options: { from: string }): PromiseLike<{ css: string }>;
};

/** The stylesheet of the pages, as a production build makes it but for its minification. */
export async function compileStyles(): Promise<string> {
  const from = path.join(root, 'app/globals.css');
  // Tailwind's own copy, so that both are always of one version.
  const ofTailwind = createRequire(createRequire(import.meta.url).resolve('@tailwindcss/postcss'));
  const postcss: Postcss = ofTailwind('postcss');
  const plugin = tailwind({ base: root, optimize: true });
  return (await postcss([plugin]).process(await readFile(from, 'utf8'), { from })).css;
}

/**
 * Starts showing. An answer takes `answerAfterMs` and leads to the card `next`. With `stays` a card that sends its form by
 * itself comes without the script that would, so that it can be looked at.
 */
export async function showCards({
  answerAfterMs = 0,
  next = 'code wrong',
  stays = false,
} = {}): Promise<CardShow> {
  const files: Record<string, { type: string; body: string }> = {
    '/globals.css': { type: 'text/css', body: await compileStyles() },
    ...Object.fromEntries(
      await Promise.all(
        ['login.js', 'passkeys.js'].map(async (name) => {
          const body = await readFile(path.join(root, 'public', name), 'utf8');
          return [`/${name}`, { type: 'text/javascript', body }] as const;
        }),
      ),
    ),
  };
  let delivery: Delivery = 'under_way';
  let answers: { path: string; fields: Record<string, string> }[] = [];

  const known = new Map<Language, ReturnType<typeof sampleCards>>();
  const cardsIn = (language: Language) => {
    const cards = known.get(language) ?? sampleCards(language);
    known.set(language, cards);
    return cards;
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const file = files[url.pathname];
    const [, language = '', name = ''] = url.pathname.split('/');
    if (file) {
      response.setHeader('Content-Type', file.type).setHeader('Cache-Control', 'max-age=3600');
      return response.end(file.body);
    }
    const card = cardsIn(findLanguage(language) ?? 'en')[decodeURIComponent(name)];
    if (card) {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.setHeader('Content-Security-Policy', POLICY);
      const html = documentOf(card);
      const isCalm = stays && html.includes('data-sends-itself');
      return response.end(isCalm ? html.replaceAll(/<script[^>]*><\/script>/g, '') : html);
    }
    if (url.pathname === '/delivery') {
      response.setHeader('Content-Type', 'application/json');
      return response.end(JSON.stringify({ state: delivery }));
    }
    answers.push({ path: url.pathname, fields: Object.fromEntries(url.searchParams) });
    setTimeout(
      () => response.writeHead(303, { Location: `/en/${encodeURIComponent(next)}` }).end(),
      answerAfterMs,
    );
    return response;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;

  return {
    addressOf: (card, language = 'en') => `${origin}/${language}/${encodeURIComponent(card)}`,
    deliver(state) {
      delivery = state;
    },
    takeAnswers() {
      const taken = answers;
      answers = [];
      return taken;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const POLICY =
  `default-src 'none'; script-src 'nonce-${SAMPLE_NONCE}'; style-src 'self' 'nonce-${SAMPLE_NONCE}'; ` +
  "img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A card is a whole document but for what Next puts into its head. */
function documentOf(card: ReactElement): string {
  const head =
    '<head><meta charset="utf-8"><title>Sample</title>' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    '<link rel="icon" href="data:,"><link rel="stylesheet" href="/globals.css"></head>';
  return `<!DOCTYPE html>${renderToStaticMarkup(card).replace('<body>', `${head}<body>`)}`;
}
