// The operator's page around a card, as this process shows it: made once for each screen, application and language, and made anew
// when it was changed. What cannot be made is left out, and told: a sign-in goes on without it.

import { brandAssetPath } from '@/lib/endpoints/brand-asset';
import {
  type PageContext,
  type RenderedPage,
  type RenderedTemplate,
  renderPageTemplate,
} from '@/lib/login/page-template';
import type { PageTemplate, SettingsNow } from '@/lib/login/settings';
import type { Log } from './log';

/** The page around a card; null where the operator has none, or it cannot be made. */
export type PageTemplates = (context: PageContext) => RenderedPage | null;

/** Screens, applications and languages that are remembered. */
const REMEMBERED_MAX = 200;
/** How long a page is left out before it is tried again. */
const BROKEN_MS = 60_000;

export function createPageTemplates({
  settings,
  clock,
  log,
}: {
  settings: SettingsNow;
  clock: () => Date;
  log: Pick<Log, 'warn'>;
}): PageTemplates {
  let made: { of: string; pages: Map<string, { page: RenderedTemplate; at: number }> } | null = null;

  return (context) => {
    const { pageTemplate } = settings();
    if (pageTemplate === null) return null;
    const now = clock();
    // It may tell the date.
    const of = `${now.toISOString().slice(0, 10)} ${pageTemplate.source}`;
    if (made?.of !== of || made.pages.size >= REMEMBERED_MAX) made = { of, pages: new Map() };
    const key = JSON.stringify(context);
    const known = made.pages.get(key);
    if (known !== undefined && (known.page.kind === 'rendered' || known.at + BROKEN_MS > now.getTime()))
      return known.page.kind === 'rendered' ? known.page : null;
    const page = renderPageTemplate(pageTemplate.source, { context, now, files: fileSources(pageTemplate) });
    made.pages.set(key, { page, at: now.getTime() });
    if (page.kind === 'rendered') return page;
    const { prompt, screen } = context;
    log.warn('page template left out', { prompt, screen, ...page.problem });
    return null;
  };
}

/** Where its files are served from. */
export function fileSources({ files }: Pick<PageTemplate, 'files'>): ReadonlyMap<string, string> {
  return new Map(files.map(({ url, id }) => [url, brandAssetPath(id)]));
}
