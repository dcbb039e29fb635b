// The pages that the front answers itself, as the front sees them: the floors above write them and hand them in, and so is
// handed in what they take from the build. Every other page is Next's.
import type { ReactElement } from 'react';
import type { LoginMessage } from '@/lib/login/message';
import type { Runtime } from './compose';

/** What the production build knows of pages; scripts/serve.mjs reads it. */
export type PageBuild = Readonly<{
  /** `renderToStaticMarkup` of react-dom/server, which Next lets nothing import that it bundles for the server. */
  render(document: ReactElement): string;
  /** Addresses of the stylesheets that every page has. */
  stylesheets: readonly string[];
  /** What a form names the server action with that it is sent to, by `file#export`. */
  actionIds: ReadonlyMap<string, string>;
}>;

/** Finds the page of a path; null: it is Next's. */
export type FrontPages = (path: string) => FrontPage | null;

export type CreateFrontPages = (runtime: Runtime, build: PageBuild) => FrontPages;

export type FrontPage = Readonly<{
  show(headers: Headers, query: URLSearchParams): Promise<FrontAnswer>;
  /** What takes a form that a page of ours sent. Null: its action is none of these pages'. */
  find(form: FormData): ((headers: Headers) => Promise<FrontAnswer>) | null;
}>;

export type FrontAnswer = Readonly<
  | { kind: 'page'; html: string }
  | { kind: 'json'; value: unknown }
  /** For whoever asks there is nothing here. */
  | { kind: 'absent' }
  | {
      kind: 'redirect';
      location: string;
      /** Values of Set-Cookie. */
      setCookies: readonly string[];
      /** To be sent once the answer is on its way. */
      messages: readonly LoginMessage[];
    }
>;
