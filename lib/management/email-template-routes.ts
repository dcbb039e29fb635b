// `/api/v2/email-templates`: Latchkey sends one kind of message to sign in with, whose template is an option of the connection that
// sends it. Here it goes by a name, as the templates of Auth0 do; of those, which belong to passwords, there is none.
// auth0-contract §1.1, §5.5.
import { z } from 'zod';
import { showOptions } from '@/lib/login/connection-options';
import type { ConnectionRecord } from '@/lib/login/connection-register';
import { type ConnectionsDeps, updateConnection } from './connections';
import { fieldsOf, only, text } from './fields';
import { ManagementProblem } from './problem';
import { badBody, routeFor } from './route';

const PATH = '/api/v2/email-templates';
const NAME = 'passwordless_email';

const route = routeFor<ConnectionsDeps>();

const templateDocument = z.strictObject({
  template: z.literal(NAME),
  /** Liquid; an empty text is our own wording. */
  body: z.string(),
  from: z.string(),
  subject: z.string(),
  syntax: z.literal('liquid'),
  enabled: z.literal(true),
});

const TEXT_MAX = 20_480;

const fields = {
  template: only(NAME, 'it is what Latchkey sends').optional(),
  body: text(0, TEXT_MAX).nullable().optional(),
  from: text(0, 1024).nullable().optional(),
  subject: text(0, 1024).nullable().optional(),
  syntax: only('liquid', 'templates are Liquid').nullable().optional(),
  enabled: only(true, 'take the template away instead').optional(),
};

const templateBody = fieldsOf(fields);

type TemplateBody = z.output<typeof templateBody>;

const described =
  'The one name is `passwordless_email`: the template of the oldest connection for e-mail, which its options show too. An empty text stands for our own wording.';

export const EMAIL_TEMPLATE_ROUTES = [
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create an e-mail template',
    description: described,
    scope: 'create:email_templates',
    body: templateBody,
    result: templateDocument,
    answer: (deps, { body }) => {
      if (body.template === undefined)
        throw badBody('template', `must be ${NAME}: it is what Latchkey sends`);
      return write(deps, NAME, { body, replaces: true });
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/{templateName}`,
    summary: 'Get an e-mail template',
    description: described,
    scope: 'read:email_templates',
    result: templateDocument,
    answer: async (deps, { params }) => describe(await load(deps, params.templateName)),
  }),
  route({
    method: 'PUT',
    path: `${PATH}/{templateName}`,
    summary: 'Replace an e-mail template',
    description: described,
    scope: 'update:email_templates',
    body: templateBody,
    result: templateDocument,
    answer: (deps, { params, body }) => write(deps, params.templateName, { body, replaces: true }),
  }),
  route({
    method: 'PATCH',
    path: `${PATH}/{templateName}`,
    summary: 'Update an e-mail template',
    description: described,
    scope: 'update:email_templates',
    body: templateBody,
    result: templateDocument,
    answer: (deps, { params, body }) => write(deps, params.templateName, { body, replaces: false }),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/{templateName}`,
    summary: 'Take an e-mail template back to our own wording',
    scope: 'update:email_templates',
    async answer(deps, { params }) {
      await write(deps, params.templateName, { body: {}, replaces: true });
    },
  }),
];

/** @throws {ManagementProblem} 404 */
async function load(
  { connections }: Pick<ConnectionsDeps, 'connections'>,
  name: string,
): Promise<ConnectionRecord> {
  if (name !== NAME) throw inexistent();
  const connection = (await connections.list()).find(({ strategy }) => strategy === 'email');
  if (connection === undefined) throw inexistent();
  return connection;
}

async function write(
  deps: ConnectionsDeps,
  name: string,
  { body, replaces }: { body: TemplateBody; replaces: boolean },
): Promise<z.output<typeof templateDocument>> {
  const connection = await load(deps, name);
  // As they are shown: what is masked in them stays as it is.
  const options = showOptions(connection);
  const before = (options.email ?? {}) as Readonly<Record<string, unknown>>;
  const email: Record<string, unknown> = replaces ? {} : { ...before };
  for (const field of ['body', 'from', 'subject'] as const) {
    const sent = body[field];
    if (sent === undefined) continue;
    if (sent === null || sent === '') delete email[field];
    else email[field] = sent;
  }
  await updateConnection(deps, { id: connection.id, body: { options: { ...options, email } } });
  return describe(await load(deps, name));
}

function describe({ options }: ConnectionRecord): z.output<typeof templateDocument> {
  const { email = {} } = options as { email?: { body?: string; from?: string; subject?: string } };
  return {
    template: NAME,
    body: email.body ?? '',
    from: email.from ?? '',
    subject: email.subject ?? '',
    syntax: 'liquid',
    enabled: true,
  };
}

function inexistent(): ManagementProblem {
  return new ManagementProblem(
    404,
    'inexistent_email_template',
    'There is no such template: the one message of Latchkey is passwordless_email.',
  );
}
