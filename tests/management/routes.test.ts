import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayUse } from '@/lib/management/caller';
import { type Role, scopesOfRole } from '@/lib/management/roles';
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

describe('a route that changes something', () => {
  const changes = ROUTES.filter(({ method, isRead = false }) => method !== 'GET' && !isRead);
  const openTo = (role: Role) =>
    changes
      .filter(({ scopes }) => mayUse({ scopes: scopesOfRole(role) }, scopes))
      .map(({ method, path }) => `${method} ${path}`);

  it('ADM-2: is for no viewer, but for the job that writes down what a viewer reads', () => {
    expect(changes.length).toBeGreaterThan(50);
    expect(openTo('viewer')).toEqual(['POST /api/v2/jobs/users-exports']);
  });

  it('ADM-2: is for no editor where it is of the team, keys, grants to applications, the installation, or where the log goes', () => {
    const forOwners =
      /\/(latchkey\/operators|keys|client-grants|tenants|attack-protection|log-streams)(\/|$)/;
    expect(changes.filter(({ path }) => forOwners.test(path)).length).toBeGreaterThan(15);
    expect(openTo('editor').filter((route) => forOwners.test(route))).toEqual([]);
  });
});

describe.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'MGT-1: %s',
  (_, route) => {
    const { method } = route;
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
      const scopes = ROUTES.flatMap((other) => other.scopes).filter((other) => !route.scopes.includes(other));
      const response = await office.ask({
        method,
        path,
        scopes: [...scopes, ...route.scopes.map((scope) => scope.slice(0, -1)), ''],
      });
      expect(await response.json()).toMatchObject({
        statusCode: 403,
        error: 'Forbidden',
        message: `Insufficient scope, expected any of: ${route.scopes.join(',')}`,
        errorCode: 'insufficient_scope',
      });
    });

    it.each(route.scopes)('is answered with %s alone, which a client may be granted', async (scope) => {
      const response = await office.ask({
        method,
        path,
        scopes: [scope],
        body: method === 'GET' || method === 'DELETE' ? undefined : {},
      });
      if (response.status === 403)
        expect(await response.json()).toMatchObject({ errorCode: 'feature_not_enabled' });
      else expect([200, 201, 202, 204, 400, 404, 409, 415]).toContain(response.status);
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

describe('a person, whose token is about themselves (SCP-1, MGT-1)', () => {
  const caller = { kind: 'person', clientId: 'app', accountId: 'email|1' } as const;
  const open = ROUTES.filter(({ ownScope }) => ownScope !== undefined);
  const closed = ROUTES.filter(({ ownScope }) => ownScope === undefined);

  it.each(closed.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'is refused at %s, whatever the token says',
    async (_, { method, path, scopes }) => {
      expect((await office.ask({ method, path: filled(path), caller, scopes })).status).toBe(403);
      expect((await office.ask({ method, path: filled(path), caller, scopes: 'every' })).status).toBe(403);
    },
  );

  it.each(open.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'is refused at %s for anybody else, and without its own scope',
    async (_, { method, path, scopes, ownScope = '' }) => {
      const own = path.replace('{id}', encodeURIComponent(caller.accountId)).replaceAll(/\{\w+\}/g, 'x');
      expect((await office.ask({ method, path: own, caller, scopes })).status).toBe(403);
      if (path.includes('{id}'))
        expect((await office.ask({ method, path: filled(path), caller, scopes: [ownScope] })).status).toBe(
          403,
        );
    },
  );
});

describe('HDR-3: a page of an application, which may hold the token of a person', () => {
  const LISTED = 'https://spa.test';
  const person = { kind: 'person', clientId: '', accountId: 'email|1' } as const;
  const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin');
  beforeAll(async () => {
    const body = { name: 'Spa', app_type: 'spa', web_origins: [LISTED] };
    await office.ask({ method: 'POST', path: '/api/v2/clients', body });
    office.pass(10);
  });

  it.each(['/api/v2/users/email%7C1', '/api/v2/nowhere'])(
    'may ask first whether it may send a token to %s, which tells nothing of what is there',
    async (path) => {
      const preflight = (origin: string) => {
        const headers = { origin, 'access-control-request-method': 'PATCH' };
        return office.answer(new Request(`https://login.example.com${path}`, { method: 'OPTIONS', headers }));
      };
      const listed = await preflight(LISTED);
      expect([listed.status, allowed(listed)]).toEqual([204, LISTED]);
      expect(listed.headers.get('access-control-allow-methods')).toBe('GET, POST, PATCH, DELETE');
      expect(listed.headers.get('access-control-allow-headers')).toContain('authorization');
      expect(listed.headers.get('access-control-allow-credentials')).toBeNull();
      expect(allowed(await preflight('https://evil.test'))).toBeNull();
    },
  );

  it('reads what a person is answered, where the application lists its origin, and nothing of what others are', async () => {
    const [{ client_id: clientId }] = await (
      await office.ask({ path: '/api/v2/clients?app_type=spa' })
    ).json();
    const asked = { path: '/api/v2/users/email%7C1', headers: { origin: LISTED } };
    const ofPerson = await office.ask({
      ...asked,
      caller: { ...person, clientId },
      scopes: ['read:current_user'],
    });
    expect([ofPerson.status, allowed(ofPerson), ofPerson.headers.get('vary')]).toEqual([
      404,
      LISTED,
      'Origin',
    ]);
    const elsewhere = { ...asked, headers: { origin: 'https://evil.test' }, caller: { ...person, clientId } };
    expect(allowed(await office.ask(elsewhere))).toBeNull();
    expect(allowed(await office.ask(asked))).toBeNull();
    const headers = { origin: LISTED, authorization: 'Bearer over' };
    const stranger = await office.ask({ ...asked, headers });
    expect([stranger.status, allowed(stranger)]).toEqual([401, LISTED]);
  });
});

it('is mounted as a route file too, by every method, for hosts without our front', () => {
  const file = readFileSync('app/api/v2/[...path]/route.ts', 'utf8');
  for (const method of new Set(['OPTIONS', ...ROUTES.map((route) => route.method)]))
    expect(file).toContain(`answerProtocol as ${method},`);
});

describe('RLM-1: every answer to a caller', () => {
  it('says how much is left of the minute, for each caller by itself', async () => {
    office.limit({ management_requests: 2 });
    const asked = { path: '/api/v2/clients', caller: { clientId: 'busy' } };
    const first = await office.ask(asked);
    expect(first.headers.get('x-ratelimit-limit')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
    const second = await office.ask({ ...asked, path: '/api/v2/clients/nobody' });
    expect([second.status, second.headers.get('x-ratelimit-remaining')]).toEqual([404, '0']);
    const third = await office.ask(asked);
    expect(await third.json()).toMatchObject({ statusCode: 429, errorCode: 'too_many_requests' });
    const resetAt = Number(third.headers.get('x-ratelimit-reset'));
    const wait = Number(third.headers.get('retry-after'));
    expect(office.now.getTime() / 1000 + wait).toBe(resetAt);
    expect((await office.ask({ ...asked, caller: { clientId: 'other' } })).status).toBe(200);
    office.pass(wait);
    expect((await office.ask(asked)).status).toBe(200);
    office.limit({});
  });

  it('says nothing of the kind to the command line, which is the operator', async () => {
    const response = await office.ask({ path: '/api/v2/clients', caller: { kind: 'command_line' } });
    expect([response.status, response.headers.get('x-ratelimit-limit')]).toEqual([200, null]);
  });
});

describe('LOG-2: the audit log', () => {
  it('is told of every change, by whom and of what, and of nothing else', async () => {
    office.events.length = 0;
    const body = { name: 'Audited', app_type: 'spa' };
    await office.ask({ method: 'POST', path: '/api/v2/clients', body, headers: { 'user-agent': 'curl/8' } });
    await office.ask({ method: 'POST', path: '/api/v2/clients', body: {} });
    await office.ask({ path: '/api/v2/clients' });
    expect(office.events).toEqual([
      {
        type: 'sapi',
        clientId: 'operator',
        accountId: null,
        ip: '203.0.113.7',
        userAgent: 'curl/8',
        description: 'Create a client',
        details: { actor: 'client', request: { method: 'POST', path: '/api/v2/clients', params: {} } },
        occurredAt: office.now,
      },
    ]);
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
