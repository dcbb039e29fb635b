import { expect, it } from 'vitest';
import { readReference } from '@/app/docs/api/reference';
import { openApiDocument } from '@/lib/management/openapi';
import { ROUTES } from '@/lib/management/routes';

const sections = readReference(openApiDocument(ROUTES, 'https://login.acme.test/'));
const operations = sections.flatMap((section) => section.operations);
const find = (method: string, path: string) =>
  operations.find((operation) => operation.method === method && operation.path === path);

it('the readable page has every route, under an address of its own', () => {
  expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
    ROUTES.map(({ method, path }) => `${method} ${path}`).sort(),
  );
  expect(new Set(operations.map(({ id }) => id)).size).toBe(ROUTES.length);
});

it('it says what a body takes, field by field, and what comes back', () => {
  const update = find('PATCH', '/api/v2/branding');
  expect(update?.body).toContainEqual({
    name: 'colors.primary',
    type: 'string up to 100 characters or null',
    note: '',
  });
  expect(update?.description.at(-1)).toBe('Scope: `update:branding`.');
  expect(find('GET', '/api/v2/clients')?.result.map(({ name }) => name)).toContain('[].client_id');
  expect(find('GET', '/api/v2/connections/{id}')?.parameters).toContainEqual({
    name: 'id',
    type: 'string',
    note: 'required',
  });
});
