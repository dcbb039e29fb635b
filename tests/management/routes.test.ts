import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isManagementPath, ROUTES } from '@/lib/management/routes';
import { OPERATOR_SCOPES } from '@/lib/management/scopes';
import { type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('routes');
  await office.reset();
});
afterAll(() => office?.close());

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'REPORT'];
const filled = (path: string) => path.replaceAll(/\{\w+\}/g, 'nobody');
const paths = [...new Set(ROUTES.map(({ path }) => path))];

describe.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'MGT-1: %s',
  (_, route) => {
    const { method, scope } = route;
    const path = filled(route.path);

    it.each(['', 'Bearer wrong', 'Basic b3BlcmF0b3I6'])(
      'is refused to strangers (%j)',
      async (authorization) => {
        const response = await office.ask({ method, path, headers: { authorization } });
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
        expect(await response.json()).toMatchObject({
          statusCode: 401,
          error: 'Unauthorized',
          message: 'Invalid token',
        });
      },
    );

    it('is refused to operators with every other scope', async () => {
      const scopes = ROUTES.map((other) => other.scope).filter((other) => other !== scope);
      const response = await office.ask({ method, path, scopes: [...scopes, scope.slice(0, -1), ''] });
      expect(await response.json()).toMatchObject({
        statusCode: 403,
        error: 'Forbidden',
        message: `Insufficient scope, expected any of: ${scope}`,
        errorCode: 'insufficient_scope',
      });
    });

    it('is answered with its scope alone, which a client may be granted', async () => {
      const response = await office.ask({
        method,
        path,
        scopes: [scope],
        body: method === 'GET' ? undefined : {},
      });
      expect([200, 400, 404]).toContain(response.status);
      expect(OPERATOR_SCOPES.map(({ value }) => value)).toContain(scope);
    });
  },
);

describe.each(paths)('MGT-1: %s', (path) => {
  const allowed = ROUTES.filter((route) => route.path === path).map(({ method }) => method as string);

  it.each(METHODS.filter((method) => !allowed.includes(method)))('takes no %s', async (method) => {
    const response = await office.ask({
      method,
      path: filled(path),
      headers: { 'X-HTTP-Method-Override': allowed[0] ?? '' },
    });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allowed.join(', '));
  });
});

describe('MGT-1: what is no route', () => {
  it.each([
    '/api/v2',
    '/api/v2/',
    '/api/v2/clients/',
    '/api/v2/clients/a/b',
    '/api/v2/connections/con_1/clients/x',
    '/api/v2//clients',
    '/api/v2/CLIENTS',
    '/api/v2/__proto__',
  ])('%s is nowhere, and strangers do not learn that', async (path) => {
    expect(isManagementPath(path)).toBe(true);
    expect(await (await office.ask({ path })).json()).toEqual({
      statusCode: 404,
      error: 'Not Found',
      message: 'There is nothing here',
      errorCode: 'inexistent_endpoint',
    });
    expect((await office.ask({ path, headers: { authorization: '' } })).status).toBe(401);
  });

  it.each(['/api/v20/clients', '/api', '/API/v2/clients', '/'])('%s is not ours', (path) => {
    expect(isManagementPath(path)).toBe(false);
  });
});
