// An installation as a document: what a set-up is made of, in the names and the shape that Auth0's deploy CLI writes to files. No
// secret is in it, and nothing that only one installation has, such as ids.

import { MASKED_SECRET } from '@/lib/login/connection-options';
import { PROMPTS_WITH_TEXTS } from '@/lib/login/custom-texts';
import { CLIENT_GRANTS_PATH } from '@/lib/management/client-grant-routes';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import { PAGE_TEMPLATE_PATH } from '@/lib/management/page-template-routes';
import { RESOURCE_SERVERS_PATH } from '@/lib/management/resource-server-routes';
import { THEMES_PATH } from '@/lib/management/theme-routes';
import type { ManagementApi } from '@/lib/runtime/operations';
import { ask } from './management-api';

/** A JSON object. */
export type Document = Record<string, unknown>;

/** What an installation has, as the management API answers. */
export type Tenant = Readonly<{
  settings: Document;
  branding: Document;
  theme: Document | null;
  pageTemplate: string | null;
  prompts: Document;
  /** By language and prompt; only what is there. */
  customText: Record<string, Record<string, Document>>;
  attackProtection: Record<string, Document>;
  emailProvider: Document | null;
  resourceServers: readonly Document[];
  clients: readonly Document[];
  clientGrants: readonly Document[];
  connections: readonly Document[];
}>;

export const SETTINGS_PATHS = {
  tenant: '/api/v2/tenants/settings',
  branding: '/api/v2/branding',
  prompts: '/api/v2/prompts',
  emailProvider: '/api/v2/emails/provider',
  attackProtection: '/api/v2/attack-protection',
} as const;

/** What files call the template of the pages. */
export const PAGE_TEMPLATE = 'universal_login';

/** Parts of attack protection, as files name them and as the API does. */
export const ATTACK_PROTECTION = {
  breachedPasswordDetection: 'breached-password-detection',
  bruteForceProtection: 'brute-force-protection',
  suspiciousIpThrottling: 'suspicious-ip-throttling',
} as const;

export function customTextPath(prompt: string, language: string): string {
  return `${SETTINGS_PATHS.prompts}/${encodeURIComponent(prompt)}/custom-text/${encodeURIComponent(language)}`;
}

/** @throws {CommandFailure} */
export async function readTenant(api: ManagementApi): Promise<Tenant> {
  const get = <Answer = Document>(path: string) => ask<Answer>(api, { method: 'GET', path });
  const settings = await get(SETTINGS_PATHS.tenant);
  const attackProtection: Tenant['attackProtection'] = {};
  for (const [name, path] of Object.entries(ATTACK_PROTECTION))
    attackProtection[name] = await get(`${SETTINGS_PATHS.attackProtection}/${path}`);
  const customText: Tenant['customText'] = {};
  for (const language of settings.enabled_locales as string[]) {
    for (const prompt of PROMPTS_WITH_TEXTS) {
      const texts = await get(customTextPath(prompt, language));
      if (Object.keys(texts).length > 0) customText[language] = { ...customText[language], [prompt]: texts };
    }
  }
  return {
    settings,
    branding: await get(SETTINGS_PATHS.branding),
    theme: await find(api, `${THEMES_PATH}/default`),
    pageTemplate: ((await find(api, PAGE_TEMPLATE_PATH))?.body as string | undefined) ?? null,
    prompts: await get(SETTINGS_PATHS.prompts),
    customText,
    attackProtection,
    emailProvider: await find(api, SETTINGS_PATHS.emailProvider),
    resourceServers: await readAll(api, RESOURCE_SERVERS_PATH),
    clients: await readAll(api, CLIENTS_PATH),
    clientGrants: await readAll(api, CLIENT_GRANTS_PATH),
    connections: await readAll(api, CONNECTIONS_PATH),
  };
}

async function find(api: ManagementApi, path: string): Promise<Document | null> {
  const response = await api.send({ method: 'GET', path });
  return response.ok ? ((await response.json()) as Document) : null;
}

const PER_PAGE = 100;

async function readAll(api: ManagementApi, path: string): Promise<Document[]> {
  const found: Document[] = [];
  for (let page = 0; ; page++) {
    const part = await ask<Document[]>(api, {
      method: 'GET',
      path: `${path}?per_page=${PER_PAGE}&page=${page}`,
    });
    found.push(...part);
    if (part.length < PER_PAGE) return found;
  }
}

/** As files have it: names in the place of ids. */
export function documentOf(tenant: Tenant): Document {
  const nameOf = (clientId: unknown) =>
    tenant.clients.find((client) => client.client_id === clientId)?.name ?? clientId;
  return {
    tenant: tenant.settings,
    branding: {
      ...tenant.branding,
      templates: tenant.pageTemplate === null ? [] : [{ template: PAGE_TEMPLATE, body: tenant.pageTemplate }],
    },
    themes: tenant.theme === null ? [] : [omit(tenant.theme, ['themeId'])],
    prompts: { ...tenant.prompts, customText: tenant.customText },
    attackProtection: tenant.attackProtection,
    ...(tenant.emailProvider !== null && {
      emailProvider: omit(tenant.emailProvider, ['overridden_by_environment']),
    }),
    resourceServers: tenant.resourceServers
      .filter((api) => api.is_system !== true)
      .map((api) => omit(api, ['id', 'is_system'])),
    clients: tenant.clients.map((client) => omit(client, OF_ONE_INSTALLATION)),
    clientGrants: tenant.clientGrants.map((grant) => ({
      ...omit(grant, ['id']),
      client_id: nameOf(grant.client_id),
    })),
    connections: tenant.connections.map((connection) => ({
      ...omit(connection, ['id', 'realms', 'options_problem']),
      options: withoutSecrets(connection.options),
      enabled_clients: (connection.enabled_clients as unknown[]).map(nameOf).sort(),
    })),
  };
}

/** Of a client: what is drawn for it, and what is said of it elsewhere. */
const OF_ONE_INSTALLATION = [
  'client_id',
  'client_secret',
  'client_authentication_methods',
  'signing_keys',
  'tenant',
  'global',
  'callback_url_template',
  'owners',
];

export function omit(document: Document, names: readonly string[]): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));
}

/** Masks of secrets say nothing; people who review an application are of one installation. */
function withoutSecrets(options: unknown): Document {
  const kept = Object.entries(options as Document).filter(
    ([name, value]) => value !== MASKED_SECRET && name !== 'test_identities',
  );
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && 'secret' in value
        ? omit(value as Document, ['secret'])
        : value,
    ]),
  );
}
