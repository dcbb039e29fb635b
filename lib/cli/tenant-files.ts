// A set-up in files, as Auth0's deploy CLI writes and reads them: one tenant.yaml, or a folder of JSON. The body of an e-mail and the
// template of pages are files of their own either way.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { CommandFailure } from './command-line';
import type { Document } from './tenant';

/** Where the folder keeps each list, a file an entry. */
const LISTS: Readonly<Record<string, string>> = {
  clients: 'clients',
  clientGrants: 'grants',
  connections: 'connections',
  databases: 'database-connections',
  resourceServers: 'resource-servers',
  roles: 'roles',
  rules: 'rules',
  hooks: 'hooks',
  actions: 'actions',
  organizations: 'organizations',
  logStreams: 'log-streams',
  customDomains: 'custom-domains',
  forms: 'forms',
  flows: 'flows',
  themes: 'themes',
};

/** Where it keeps what there is one of; `prompts.customText` lies inside of prompts. */
const SINGLES: Readonly<Record<string, string>> = {
  tenant: 'tenant.json',
  branding: 'branding/branding.json',
  prompts: 'prompts/prompts.json',
  'prompts.customText': 'prompts/custom-text.json',
  emailProvider: 'emails/provider.json',
  'attackProtection.breachedPasswordDetection': 'attack-protection/breached-password-detection.json',
  'attackProtection.bruteForceProtection': 'attack-protection/brute-force-protection.json',
  'attackProtection.suspiciousIpThrottling': 'attack-protection/suspicious-ip-throttling.json',
};

const CONNECTIONS = 'connections';

/** Where templates of pages are, beside a YAML file and in a folder. */
const PAGES = { beside: 'branding_templates', within: 'branding/templates' } as const;

/** @param path a YAML file, a folder with a tenant.yaml in it, or a folder of JSON. @throws {CommandFailure} 2 */
export async function readSetUp(path: string): Promise<Document> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => {
      throw new CommandFailure(`There is no file or folder ${basename(path)}.`, 2);
    },
  );
  if (!isFolder) return readYaml(path);
  const names = await readdir(path);
  return names.includes('tenant.yaml') ? readYaml(join(path, 'tenant.yaml')) : readFolder(path);
}

/** @param path ends with `.yaml` or `.yml` for one file; anything else is a folder */
export async function writeSetUp(path: string, document: Document): Promise<void> {
  if (/\.ya?ml$/.test(path)) return writeYaml(path, document);
  await writeFolder(path, document);
}

async function readYaml(file: string): Promise<Document> {
  const document = readObject(file, parse, await readFile(file, 'utf8'));
  const withPages = await withPageTemplates(document, dirname(file));
  return withBodies(withPages, join(dirname(file), CONNECTIONS));
}

async function readFolder(folder: string): Promise<Document> {
  const document: Document = {};
  for (const [name, file] of Object.entries(SINGLES)) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => null);
    if (text !== null) put(document, name.split('.'), readObject(file, JSON.parse, text));
  }
  for (const [name, below] of Object.entries(LISTS)) {
    const entries = await readAll(join(folder, below));
    if (entries.length > 0) document[name] = entries;
  }
  const pages = join(folder, PAGES.within);
  const templates = await readAll(pages);
  if (templates.length > 0) put(document, ['branding'], { templates });
  if (Object.keys(document).length === 0)
    throw new CommandFailure(`${basename(folder)} holds nothing that the deploy CLI of Auth0 writes.`, 2);
  return withBodies(await withPageTemplates(document, pages), join(folder, CONNECTIONS));
}

/** Every JSON file of a folder, which need not be there. */
async function readAll(folder: string): Promise<Document[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => extname(file) === '.json');
  return Promise.all(
    files
      .sort()
      .map(async (file) => readObject(file, JSON.parse, await readFile(join(folder, file), 'utf8'))),
  );
}

function readObject(file: string, read: (text: string) => unknown, text: string): Document {
  let found: unknown;
  try {
    found = read(text);
  } catch {
    throw new CommandFailure(`${basename(file)} cannot be read: it is no ${extname(file).slice(1)}.`, 2);
  }
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Document;
  throw new CommandFailure(`${basename(file)} holds no object.`, 2);
}

/** Puts templates of pages where their files are named. */
async function withPageTemplates(document: Document, folder: string): Promise<Document> {
  const { branding } = document as { branding?: Document };
  if (!Array.isArray(branding?.templates)) return document;
  const templates = await Promise.all(
    (branding.templates as Document[]).map(async (template) => ({
      ...template,
      body: await bodyOf(folder, template.body),
    })),
  );
  return { ...document, branding: { ...branding, templates } };
}

/** What a file holds that is named in the place of it. A name leads to no other folder. */
async function bodyOf(folder: string, named: unknown): Promise<unknown> {
  if (typeof named !== 'string' || !named.endsWith('.html')) return named;
  const file = resolve(folder, named);
  if (relative(folder, file).startsWith('..'))
    throw new CommandFailure(`${basename(file)} lies outside of the set-up.`, 2);
  return readFile(file, 'utf8').catch(() => {
    throw new CommandFailure(`${basename(file)} is named, and not there.`, 2);
  });
}

/** Puts bodies of e-mails where their files are named. */
async function withBodies(document: Document, folder: string): Promise<Document> {
  if (!Array.isArray(document.connections)) return document;
  const connections = await Promise.all(
    (document.connections as Document[]).map(async (connection) => {
      const { options = {} } = connection as { options?: Document };
      const email = options.email as Document | undefined;
      if (typeof email?.body !== 'string') return connection;
      const body = await bodyOf(folder, email.body);
      return { ...connection, options: { ...options, email: { ...email, body } } };
    }),
  );
  return { ...document, connections };
}

async function writeYaml(file: string, document: Document): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const withNames = await writePageTemplates(document, { folder: dirname(file), below: PAGES.beside });
  const written = await writeBodies(withNames, join(dirname(file), CONNECTIONS));
  await writeFile(file, stringify(written, { sortMapEntries: false, lineWidth: 0 }));
}

async function writeFolder(folder: string, document: Document): Promise<void> {
  await mkdir(folder, { recursive: true });
  // What is no longer there must not come back with the next import.
  for (const name of Object.keys(document))
    if (LISTS[name] !== undefined) await rm(join(folder, LISTS[name]), { recursive: true, force: true });
  const written = await writeBodies(document, join(folder, CONNECTIONS));
  const write = async (file: string, value: unknown) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
  };
  for (const [name, file] of Object.entries(SINGLES)) {
    const [outer = '', inner] = name.split('.');
    const value = written[outer] as Document | undefined;
    if (value === undefined) continue;
    const { customText: _, templates: __, ...settings } = value;
    await write(file, inner === undefined ? settings : (value[inner] ?? {}));
  }
  await rm(join(folder, PAGES.within), { recursive: true, force: true });
  const pages = await writePageTemplates(document, { folder: join(folder, PAGES.within), below: '.' });
  for (const template of (pages.branding as { templates?: Document[] })?.templates ?? [])
    await write(`${PAGES.within}/${template.template}.json`, template);
  for (const [name, below] of Object.entries(LISTS)) {
    const entries = (written[name] ?? []) as Document[];
    const taken = new Set<string>();
    for (const entry of entries) {
      const stem = stemOf(entry);
      const file = taken.has(stem) ? `${stem}-${taken.size}` : stem;
      taken.add(file);
      await write(`${below}/${file}.json`, entry);
    }
  }
}

/** What a file may be called everywhere. */
function stemOf({ name, client_id: client, audience }: Document): string {
  // Of a theme, which there is one of, the deploy CLI says no more either.
  const called = typeof name === 'string' ? name : client === undefined ? 'theme' : `${client} ${audience}`;
  return called.replaceAll(/[^\p{L}\p{N}._ -]+/gu, '_').slice(0, 100);
}

/** @param given.below from the folder, as names have it */
async function writePageTemplates(
  document: Document,
  { folder, below }: { folder: string; below: string },
): Promise<Document> {
  const { branding } = document as { branding?: Document };
  if (!Array.isArray(branding?.templates)) return document;
  const templates = await Promise.all(
    (branding.templates as { template: string; body: string }[]).map(async ({ template, body }) => {
      await mkdir(join(folder, below), { recursive: true });
      await writeFile(join(folder, below, `${template}.html`), body);
      return { template, body: `./${below === '.' ? '' : `${below}/`}${template}.html` };
    }),
  );
  return { ...document, branding: { ...branding, templates } };
}

async function writeBodies(document: Document, folder: string): Promise<Document> {
  const connections = await Promise.all(
    ((document.connections ?? []) as Document[]).map(async (connection) => {
      const { options = {}, name } = connection as { options?: Document; name?: string };
      const email = options.email as Document | undefined;
      if (typeof email?.body !== 'string') return connection;
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${name}.html`), email.body);
      return { ...connection, options: { ...options, email: { ...email, body: `./${name}.html` } } };
    }),
  );
  return { ...document, connections };
}

function put(document: Document, [key = '', ...below]: readonly string[], value: Document): void {
  if (below.length === 0) document[key] = { ...(document[key] as Document | undefined), ...value };
  else {
    const inside = (document[key] ?? {}) as Document;
    document[key] = inside;
    put(inside, below, value);
  }
}
