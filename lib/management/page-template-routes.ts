// `/api/v2/branding/templates/universal-login`: the operator's page around the card of every login page, as Auth0 takes it. Pictures
// and fonts that it names are fetched when it is kept, and served from here. No custom domain is asked for: the login is at the
// operator's own (docs/decisions/0051).
import { z } from 'zod';
import { respondEmpty } from '@/lib/endpoints/respond';
import type { TemplateProblem } from '@/lib/login/liquid-engine';
import { checkPageTemplate, namedFiles, PAGE_TEMPLATE_MAX_BYTES } from '@/lib/login/page-template';
import { type BrandAsset, brandAssetIds } from '@/lib/login/settings';
import { type BrandingDeps, fetchAsset } from './brand-files';
import { fieldsOf } from './fields';
import { ManagementProblem } from './problem';
import { badBody, routeFor } from './route';
import { changeSettings } from './settings';

export const PAGE_TEMPLATE_PATH = '/api/v2/branding/templates/universal-login';

const route = routeFor<BrandingDeps>();

/** JSON writes a character in six bytes at most. */
const BODY_MAX_BYTES = 6 * PAGE_TEMPLATE_MAX_BYTES;

/** Each is fetched while the request waits. */
const FILES_MAX = 10;

const template = () => z.string({ error: 'must be a string' });

export const pageTemplateBody = fieldsOf({ template: template() });

/** Auth0's library of today sends the text alone, in JSON. */
const sentBody = z.union([pageTemplateBody, template()], {
  error: 'must be a JSON object with a template, or text/html',
});

export const PAGE_TEMPLATE_ROUTES = [
  route({
    method: 'GET',
    path: PAGE_TEMPLATE_PATH,
    summary: 'Get the page template',
    scope: 'read:branding',
    result: z.strictObject({ body: z.string() }),
    async answer({ settings }) {
      const { pageTemplate } = await settings.read();
      if (pageTemplate === null)
        throw new ManagementProblem(404, 'inexistent_page_template', 'There is no page template');
      return { body: pageTemplate.source };
    },
  }),
  route({
    method: 'PUT',
    path: PAGE_TEMPLATE_PATH,
    summary: 'Set the page template',
    description:
      'A Liquid document of 102,400 bytes at most, as JSON `{"template": …}` or as `text/html`, with `{%- auth0:head -%}` and `{%- auth0:widget -%}` once each. It may hold text, pictures, links and `<style>`, and nothing that runs or asks for something. Pictures and fonts that it names by an https address are fetched now (10 of them) and served from here. Answers 201 where there was none, else 204.',
    scope: 'update:branding',
    takesHtml: true,
    statusOfNew: 201,
    body: sentBody,
    bodyMaxBytes: BODY_MAX_BYTES,
    async answer(deps, { body }) {
      const source = typeof body === 'string' ? body : body.template;
      const problem = checkPageTemplate(source, deps.clock());
      if (problem !== null) throw badBody('template', sentenceOf(problem));
      const before = (await deps.settings.read()).pageTemplate;
      const files = await fetchFiles(deps, source, before?.files ?? []);
      let isNew = true;
      const settings = await changeSettings(deps, 'pageTemplate', (kept) => {
        isNew = kept === null;
        return { source, files };
      });
      await deps.brandAssets.keepOnly(brandAssetIds(settings));
      return respondEmpty(isNew ? 201 : 204);
    },
  }),
  route({
    method: 'DELETE',
    path: PAGE_TEMPLATE_PATH,
    summary: 'Delete the page template',
    description: 'Pages are ours again. There need not have been one.',
    scope: 'delete:branding',
    async answer(deps) {
      const settings = await changeSettings(deps, 'pageTemplate', () => null);
      await deps.brandAssets.keepOnly(brandAssetIds(settings));
    },
  }),
];

/** What is wrong with a template, and where. */
export function sentenceOf({ line, reason }: TemplateProblem): string {
  return `Line ${line}: ${reason}.`;
}

/** @throws {ManagementProblem} 400 */
async function fetchFiles(
  deps: BrandingDeps,
  source: string,
  kept: readonly BrandAsset[],
): Promise<BrandAsset[]> {
  const urls = namedFiles(source);
  if (urls.length > FILES_MAX) throw badBody('template', `may name ${FILES_MAX} pictures and fonts at most`);
  const files: BrandAsset[] = [];
  for (const url of urls) {
    const use = /\.woff2?(?:\?|$)/i.test(url) ? 'font' : 'picture';
    const file = await fetchAsset(deps, 'template', {
      url,
      kept: kept.find((each) => each.url === url),
      use,
    });
    if (file) files.push(file);
  }
  return files;
}
