// What the production build knows of pages and the front needs to write them: how to render, which stylesheets pages
// of a login have, and under which names forms reach server actions. Read from Next's own manifests; a build that has them in another
// place stops the start, so that no page is ever half of one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} dir the project's folder
 * @returns {Promise<import('../lib/runtime/front-pages').PageBuild>}
 */
export async function readPageBuild(dir) {
  const server = join(dir, '.next', 'server');
  const { node } = JSON.parse(readFileSync(join(server, 'server-reference-manifest.json'), 'utf8'));
  const { renderToStaticMarkup } = await import('react-dom/server');
  return {
    render: renderToStaticMarkup,
    stylesheets: stylesheetsOfLayout(join(server, 'app', ANY_PAGE)),
    actionIds: new Map(
      Object.entries(node).map(([id, { filename, exportedName }]) => [`${filename}#${exportedName}`, id]),
    ),
  };
}

const ANY_PAGE = '(login)/login/[interaction]/identifier/page_client-reference-manifest.js';

/** A script that assigns one JSON object. */
function stylesheetsOfLayout(manifest) {
  const script = readFileSync(manifest, 'utf8');
  const { entryCSSFiles } = JSON.parse(script.slice(script.indexOf('] = ') + 4).replace(/;\s*$/, ''));
  return entryCSSFiles['[project]/app/(login)/layout'].map(({ path }) => `/_next/${path}`);
}
