// `/api/v2/emails/provider`: who sends e-mail where the environment of the server names nobody. Its secret is sealed, and never
// shown again (MGT-4). auth0-contract §5.5.
import { z } from 'zod';
import { emailRecipient } from '@/lib/login/identifier';
import type { EmailProviderSettings } from '@/lib/login/settings';
import { fieldsOf, flag, oneOf, text, wholeNumber } from './fields';
import { select, selectionParameters } from './paging';
import { ManagementProblem } from './problem';
import { badBody, type Frozen, routeFor } from './route';
import { changeSettings, type SettingsDeps } from './settings';

export const EMAIL_PROVIDER_PATH = '/api/v2/emails/provider';

export type EmailProviderDeps = SettingsDeps &
  Readonly<{
    sealProviderSecret(secret: string): string;
    /** True where the environment names a provider, and this one is not asked. */
    environmentSendsEmail: boolean;
    /** Why this installation reaches no server there, or null. */
    findOutboundRefusal(url: string): string | null;
  }>;

const route = routeFor<EmailProviderDeps>();

export const EMAIL_PROVIDERS = ['resend', 'smtp'] as const;

const providerDocument = z.strictObject({
  name: z.enum(EMAIL_PROVIDERS),
  enabled: z.boolean(),
  default_from_address: z.string().optional(),
  /** Without what is secret in them. */
  credentials: z.strictObject({
    smtp_host: z.string().optional(),
    smtp_port: z.int().optional(),
    smtp_user: z.string().optional(),
  }),
  settings: z.strictObject({}),
  /** There only where the environment of the server names who sends, which comes first. */
  overridden_by_environment: z.literal(true).optional(),
});

export type ProviderDocument = Frozen<z.output<typeof providerDocument>>;

const fromAddress = () =>
  text(1, 320).refine(
    (address) => /^[^\p{Cc}]+$/u.test(address) && emailRecipient(addressIn(address)) !== null,
    'must be an e-mail address, with a name before it or without',
  );

const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i;
const PORT_MAX = 65_535;

const credentialsBody = fieldsOf({
  api_key: text(1, 512).optional(),
  smtp_host: text(1, 253).regex(HOST, 'must be the name of a host').optional(),
  smtp_port: wholeNumber(1, PORT_MAX).optional(),
  smtp_user: text(1, 512).nullable().optional(),
  smtp_pass: text(1, 1024).optional(),
});

const shared = {
  enabled: flag().optional(),
  default_from_address: fromAddress().nullable().optional(),
  credentials: credentialsBody.optional(),
  settings: fieldsOf({}).nullable().optional(),
};

const providerBody = fieldsOf({ name: oneOf(EMAIL_PROVIDERS), ...shared });
const providerChangeBody = fieldsOf({ name: oneOf(EMAIL_PROVIDERS).optional(), ...shared });

type ChangeBody = z.output<typeof providerChangeBody>;

export const EMAIL_PROVIDER_ROUTES = [
  route({
    method: 'GET',
    path: EMAIL_PROVIDER_PATH,
    summary: 'Get the e-mail provider',
    description:
      '404 where there is none. A provider in the environment of the server (RESEND_API_KEY, SMTP_URL) comes first and is not shown here.',
    scope: 'read:email_provider',
    query: z.strictObject(selectionParameters),
    result: providerDocument,
    async answer(deps, { query }) {
      const { emailProvider } = await deps.settings.read();
      if (emailProvider === null) throw inexistent();
      return select(describe(deps, emailProvider), query);
    },
  }),
  route({
    method: 'POST',
    path: EMAIL_PROVIDER_PATH,
    summary: 'Configure the e-mail provider',
    scope: 'create:email_provider',
    body: providerBody,
    status: 201,
    result: providerDocument,
    answer: (deps, { body }) =>
      change(deps, (before) => {
        if (before !== null)
          throw new ManagementProblem(409, 'email_provider_conflict', 'There is an e-mail provider already.');
        return providerOf(deps, body, null);
      }),
  }),
  route({
    method: 'PATCH',
    path: EMAIL_PROVIDER_PATH,
    summary: 'Update the e-mail provider',
    description: 'A secret that is left out stays as it is, unless the provider becomes another.',
    scope: 'update:email_provider',
    body: providerChangeBody,
    result: providerDocument,
    answer: (deps, { body }) =>
      change(deps, (before) => {
        if (before === null) throw inexistent();
        return providerOf(deps, { ...body, name: body.name ?? before.name }, before);
      }),
  }),
  route({
    method: 'DELETE',
    path: EMAIL_PROVIDER_PATH,
    summary: 'Delete the e-mail provider',
    scope: 'delete:email_provider',
    async answer(deps) {
      await changeSettings(deps, 'emailProvider', (before) => {
        if (before === null) throw inexistent();
        return null;
      });
    },
  }),
];

async function change(
  deps: EmailProviderDeps,
  next: (before: EmailProviderSettings | null) => EmailProviderSettings,
): Promise<ProviderDocument> {
  const { emailProvider } = await changeSettings(deps, 'emailProvider', next);
  if (emailProvider === null) throw inexistent();
  return describe(deps, emailProvider);
}

/** @throws {ManagementProblem} 400 that names the field */
function providerOf(
  deps: EmailProviderDeps,
  body: ChangeBody & { name: (typeof EMAIL_PROVIDERS)[number] },
  before: EmailProviderSettings | null,
): EmailProviderSettings {
  const { name, credentials = {} } = body;
  const kept = before?.name === name ? before : null;
  const shared = {
    enabled: body.enabled ?? kept?.enabled ?? true,
    from: body.default_from_address === undefined ? (before?.from ?? null) : body.default_from_address,
  };
  if (name === 'resend') {
    refuse(credentials, ['smtp_host', 'smtp_port', 'smtp_user', 'smtp_pass'], 'is for smtp');
    const former = kept?.name === 'resend' ? kept.sealedApiKey : undefined;
    const sealedApiKey =
      credentials.api_key === undefined ? former : deps.sealProviderSecret(credentials.api_key);
    if (sealedApiKey === undefined) throw badBody('credentials.api_key', 'must be there');
    return { ...shared, name, sealedApiKey };
  }
  refuse(credentials, ['api_key'], 'is for resend');
  const former = kept?.name === 'smtp' ? kept : null;
  const host = credentials.smtp_host ?? former?.host;
  if (host === undefined) throw badBody('credentials.smtp_host', 'must be there');
  const port = credentials.smtp_port ?? former?.port ?? DEFAULT_PORT;
  const refusal = deps.findOutboundRefusal(`https://${host}`);
  if (refusal !== null) throw badBody('credentials.smtp_host', `is not reached from here: ${refusal}`);
  // Null: of a server that asks for nobody's name.
  const user = credentials.smtp_user === undefined ? (former?.user ?? null) : credentials.smtp_user;
  // A password is not handed to another host than the one it was given for.
  const keptPassword = former !== null && former.host === host && former.user === user;
  const sealedPassword =
    credentials.smtp_pass !== undefined
      ? deps.sealProviderSecret(credentials.smtp_pass)
      : keptPassword
        ? former.sealedPassword
        : null;
  if (user !== null && sealedPassword === null) throw badBody('credentials.smtp_pass', 'must be there');
  return { ...shared, name, host, port, user, sealedPassword };
}

/** Submission, with STARTTLS. @see RFC 6409 §3.1 */
const DEFAULT_PORT = 587;

function refuse(
  credentials: Readonly<Record<string, unknown>>,
  names: readonly string[],
  sentence: string,
): void {
  const field = names.find((name) => credentials[name] !== undefined);
  if (field !== undefined) throw badBody(`credentials.${field}`, sentence);
}

function describe(
  { environmentSendsEmail }: Pick<EmailProviderDeps, 'environmentSendsEmail'>,
  provider: EmailProviderSettings,
): ProviderDocument {
  const { name, enabled, from } = provider;
  return {
    name,
    enabled,
    ...(from !== null && { default_from_address: from }),
    credentials:
      provider.name === 'smtp'
        ? {
            smtp_host: provider.host,
            smtp_port: provider.port,
            ...(provider.user !== null && { smtp_user: provider.user }),
          }
        : {},
    settings: {},
    ...(environmentSendsEmail && { overridden_by_environment: true }),
  };
}

/** `Ann <ann@example.com>` or the address by itself. */
function addressIn(text: string): string {
  return /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text.trim();
}

function inexistent(): ManagementProblem {
  return new ManagementProblem(404, 'inexistent_email_provider', 'There is no e-mail provider.');
}
