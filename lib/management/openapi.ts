// The management API as an OpenAPI document, written from the very schemas that read requests: what is documented is what is
// checked. OpenAPI 3.1.1.
import { z } from 'zod';
import { respondPublicJson } from '@/lib/endpoints/respond';
import { PATHS } from '@/lib/oidc/vocabulary';
import { type ManagementRoute, successOf } from './route';

export const OPENAPI_PATH = '/api/v2/openapi.json';

/** The document, for anybody: it tells what Latchkey is, and nothing of an installation but its address. */
export function describeApi(routes: readonly ManagementRoute<never>[], issuer: string): Response {
  const document = written.get(routes) ?? openApiDocument(routes, issuer);
  written.set(routes, document);
  return respondPublicJson(document);
}

/** Written once: a table and its issuer do not change while a process runs. */
const written = new WeakMap<readonly ManagementRoute<never>[], Json>();

type Json = Record<string, unknown>;

/** @param issuer with a trailing slash */
export function openApiDocument(routes: readonly ManagementRoute<never>[], issuer: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: describeRoute(route) };
  }
  const scopes = [
    ...new Set(routes.flatMap(({ scopes, ownScope }) => [...scopes, ...(ownScope ? [ownScope] : [])])),
  ];
  return {
    openapi: '3.1.1',
    info: {
      title: 'Latchkey Management API',
      version: '2',
      description: 'What an operator can do, in Auth0’s names and shapes.',
    },
    servers: [{ url: issuer.replace(/\/$/, '') }],
    paths,
    components: {
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: new URL(PATHS.token, issuer).href,
              scopes: Object.fromEntries(scopes.sort().map((scope) => [scope, ''])),
            },
          },
        },
      },
      schemas: { Error: schemaOf(errorDocument, 'output') },
    },
  };
}

const errorDocument = z.strictObject({
  statusCode: z.int(),
  error: z.string(),
  message: z.string(),
  errorCode: z.string(),
});

function describeRoute(route: ManagementRoute<never>): Json {
  const { summary, description, scopes, ownScope, body, form, result, file, statusOfNew, takesHtml } = route;
  return {
    operationId: operationId(route),
    tags: [tagOf(route.path)],
    summary,
    description: [
      description,
      `Scope: ${scopes.map((scope) => `\`${scope}\``).join(' or ')}.`,
      ownScope && `A person’s own token, for themselves: \`${ownScope}\`.`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    security: scopes.map((scope) => ({ oauth2: [scope] })),
    parameters: [...pathParameters(route.path), ...queryParameters(route.query)],
    ...(body !== undefined && {
      requestBody: requestBody(takesHtml ? ['application/json', 'text/html'] : ['application/json'], body),
    }),
    ...(form !== undefined && { requestBody: requestBody(['multipart/form-data'], form) }),
    responses: {
      [successOf(route)]: {
        description: 'It went well.',
        ...(result !== undefined && {
          content: { 'application/json': { schema: schemaOf(result, 'output') } },
        }),
        ...(file !== undefined && {
          content: Object.fromEntries(file.map((type) => [type, { schema: { type: 'string' } }])),
        }),
      },
      ...(statusOfNew !== undefined && { [statusOfNew]: { description: 'There was none before.' } }),
      default: {
        description: 'It did not: `errorCode` says why.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function requestBody(types: readonly string[], schema: z.ZodType): Json {
  const described = { schema: schemaOf(schema, 'input') };
  return { required: true, content: Object.fromEntries(types.map((type) => [type, described])) };
}

/** As Auth0 names them: `patch_clients_by_id`. */
function operationId({ method, path }: ManagementRoute<never>): string {
  const words = path
    .split('/')
    .slice(3)
    .map((part) => (part.startsWith('{') ? `by_${part.slice(1, -1)}` : part.replaceAll('-', '_')));
  return [method.toLowerCase(), ...words].join('_');
}

/** The first word of the path below the API's own. */
function tagOf(path: string): string {
  return path.split('/')[3] ?? '';
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

/** A schema in JSON Schema 2020-12, which is what OpenAPI 3.1 speaks. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ jsonSchema }) {
      const { wire } = jsonSchema as { wire?: Json };
      if (wire === undefined) return;
      for (const name of Object.keys(jsonSchema)) delete jsonSchema[name as keyof typeof jsonSchema];
      Object.assign(jsonSchema, wire);
    },
  });
  return described;
}
