import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPENAPI_PATH } from '@/lib/management/openapi';
import { ROUTES } from '@/lib/management/routes';
import { type Office, openOffice } from './office';

type Operation = {
  operationId: string;
  summary: string;
  security: { oauth2: string[] }[];
  responses: Record<string, unknown>;
};

let office: Office;
let document: {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
};

beforeAll(async () => {
  office = await openOffice('openapi');
  const response = await office.answer(new Request(`https://login.example.com${OPENAPI_PATH}`));
  expect(response.status).toBe(200);
  document = await response.json();
});
afterAll(() => office?.close());

describe('the OpenAPI document', () => {
  it('is for anybody, and keeps to OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(document.servers).toEqual([{ url: 'https://login.example.com' }]);
  });

  it('names every route once, with its scope, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { security }]) => [
        `${method.toUpperCase()} ${path}`,
        security.flatMap(({ oauth2 }) => oauth2),
      ]),
    );
    expect(Object.fromEntries(described)).toEqual(
      Object.fromEntries(ROUTES.map(({ method, path, scopes }) => [`${method} ${path}`, scopes])),
    );
    expect(described).toHaveLength(ROUTES.length);
  });

  it('gives each operation a name of its own, a heading, and what a failure looks like', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { summary, responses } of operations) {
      expect(summary).toMatch(/^[A-Z].*[^.]$/);
      expect(responses).toHaveProperty('default');
    }
  });

  it('describes what a query may hold as the types it means', () => {
    expect(document.paths['/api/v2/clients']?.get).toMatchObject({
      parameters: expect.arrayContaining([
        {
          name: 'per_page',
          in: 'query',
          required: false,
          schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
        },
        {
          name: 'include_totals',
          in: 'query',
          required: false,
          schema: { type: 'boolean', default: false },
        },
      ]),
    });
  });
});
