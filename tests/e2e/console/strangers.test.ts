// Strangers and plain users of the login at every address, action and variant of the console: nothing is there for them. The
// addresses are read from the file tree and the actions from the build, so that new ones are covered by themselves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConsoleStage,
  consoleActions,
  consolePaths,
  DOORS,
  startConsole,
} from '@/tests/harness/console';
import { findSpills } from '@/tests/harness/evidence';
import { everythingPrinted } from '@/tests/harness/latchkey';
import type { Visitor } from '@/tests/harness/visitor';

/** What only operators see: an address of the team, and words of pages. */
const DATA = ['owner-of-all@acme.test', 'Needs attention', 'Last seen', 'Send yourself a test message'];

/** Actions that lead to more than an editor has. */
const FOR_OWNERS = [
  'inviteOperator',
  'changeRole',
  'removeOperator',
  'createLogStream',
  'changeLogStream',
  'restoreLogStream',
  'deleteLogStream',
  'pauseLogStream',
  'resumeLogStream',
  'rotateStreamSecret',
  'changeSettings',
  'restoreSettings',
  'changePersonLimit',
  'restorePersonLimit',
  'changeNetworkLimits',
  'restoreNetworkLimits',
  'changeGrant',
  'grantPermissions',
  'revokeGrant',
  'rotateKeys',
  'revokeKey',
];

/** Ways around a guard that others had. security.md NXT-2. */
const VARIANTS: [string, (path: string) => { path: string; headers?: Record<string, string> }][] = [
  ['as it is', (path) => ({ path })],
  ['as data for a router', (path) => ({ path, headers: { RSC: '1' } })],
  ['prefetched', (path) => ({ path, headers: { RSC: '1', 'Next-Router-Prefetch': '1' } })],
  [
    'prefetched in segments',
    (path) => ({
      path,
      headers: { RSC: '1', 'Next-Router-Prefetch': '1', 'Next-Router-Segment-Prefetch': '/_tree' },
    }),
  ],
  [
    'for a router that has the frame',
    (path) => ({ path, headers: { RSC: '1', 'Next-Router-State-Tree': stateTree(path) } }),
  ],
  ['with .rsc behind it', (path) => ({ path: `${path}.rsc` })],
  ['with a query for a router', (path) => ({ path: `${path}?_rsc=1` })],
  ['as a segment', (path) => ({ path: `${path}.segments/_tree.segment.rsc` })],
  [
    'as data of old',
    (path) => ({ path: `/_next/data/BUILD${path}.json`, headers: { 'x-nextjs-data': '1' } }),
  ],
  ['in a language', (path) => ({ path: `/en${path}` })],
  ['with two slashes', (path) => ({ path: `/${path}` })],
  ['through a dot', (path) => ({ path: `/%2e${path}` })],
  ['with a slash behind it', (path) => ({ path: `${path}/` })],
  ['in capitals', (path) => ({ path: path.toUpperCase() })],
  [
    'by the way of a middleware',
    (path) => ({ path, headers: { 'x-middleware-subrequest': Array(5).fill('middleware').join(':') } }),
  ],
  [
    'by the way of a proxy',
    (path) => ({ path, headers: { 'x-middleware-subrequest': Array(5).fill('proxy').join(':') } }),
  ],
  [
    'by the way of a source folder',
    (path) => ({ path, headers: { 'x-middleware-subrequest': Array(5).fill('src/middleware').join(':') } }),
  ],
  [
    'as if the front had sent it',
    (path) => ({
      path,
      headers: { 'x-latchkey-front': 'x', 'x-latchkey-path': '/console', 'x-latchkey-peer': '127.0.0.1' },
    }),
  ],
];

let started: ConsoleStage;
const stage = () => started;

afterAll(async () => {
  await started?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

describe('whoever is no operator', () => {
  const guarded = consolePaths().filter(({ path }) => !DOORS.includes(path));
  let people: [who: string, visitor: () => Visitor][];
  let plainUser: Visitor;

  beforeAll(async () => {
    started = await startConsole('strangers');
    await stage().operator('owner', 'owner-of-all@acme.test');
    // Signed in to the login, and turned away at the console's door.
    plainUser = stage().visitor();
    await stage().signIn(plainUser, 'plain@acme.test');
    people = [
      ['a stranger', () => stage().visitor()],
      ['a plain user', () => plainUser],
    ];
  });

  it('every page there is, is guarded', () => {
    expect(guarded.filter(({ kind }) => kind === 'page').map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/console', '/console/team', '/console/welcome']),
    );
  });

  it('a plain user is told at the door, and holds no session of the console', async () => {
    expect(plainUser.jar.find('localhost', 'session')).not.toBeNull();
    expect(plainUser.jar.find('localhost', 'console-session')).toBeNull();
    expect((await plainUser.open('/console')).text).toContain('Sign in');
  });

  describe.each(guarded)('$path', ({ path, kind }) => {
    it.each(VARIANTS)('ADM-2, NXT-2: is not there for strangers and plain users %s', async (_, variant) => {
      for (const [who, visitor] of people) {
        const asked = variant(path);
        const { issuer } = stage().server;
        const { status, html, url } = await visitor().open(issuer + asked.path, {
          headers: asked.headers ?? {},
        });
        // The front door alone shows where to sign in.
        if (url.pathname === '/console/sign-in') expect(path).toBe('/console');
        else expect([404, 400], `${who} ${status}`).toContain(status);
        for (const word of DATA) expect(html, who).not.toContain(word);
      }
    });

    if (kind === 'route') {
      it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('ADM-2: refuses %s', async (method) => {
        for (const [, visitor] of people) {
          const response = await visitor().send(path, { method, headers: fromOurPage(stage()) });
          expect([400, 403, 404, 405, 415]).toContain(response.status);
        }
      });
    }
  });

  it('ADM-2, NXT-2: a removed operator, whose cookie the front still knows, is given nothing by any page itself', async () => {
    const { address, visitor } = await stage().operator('owner');
    await stage().prisma.operator.deleteMany({ where: { invitedEmail: address } });
    for (const { path, kind } of guarded) {
      // The front door shows even strangers where to sign in.
      if (kind !== 'page' || path === '/console') continue;
      const headers = { RSC: '1', 'Next-Router-State-Tree': stateTree(path) };
      // Next answers with the address at which it answers such a request.
      const { headers: told } = await visitor.send(path, { headers });
      const text = await (await visitor.send(told.get('location') ?? path, { headers })).text();
      expect(text, path).toContain('NEXT_HTTP_ERROR_FALLBACK;404');
      for (const word of DATA) expect(text, path).not.toContain(word);
    }
  });

  it('every action that is an owner’s is an action there is', () => {
    expect(consoleActions().map(({ name }) => name)).toEqual(expect.arrayContaining(FOR_OWNERS));
  });

  describe.each(consoleActions())('the action $name', ({ id, name, path }) => {
    /** As the page's own script calls it. */
    const call = (
      visitor: Visitor,
      headers: Record<string, string>,
      given = '[{"kind":"untouched"},"$K1"]',
    ) =>
      post(visitor, { 'Next-Action': id, Accept: 'text/x-component', ...headers }, [
        ['0', given],
        ...fields('_1_'),
      ]);
    /** As a browser sends it without that script. */
    const submit = (visitor: Visitor, headers: Record<string, string>) =>
      post(visitor, headers, [[`$ACTION_ID_${id}`, ''], ...fields('')]);
    const fields = (prefix: string): [string, string][] => [
      [`${prefix}email`, 'eve@acme.test'],
      [`${prefix}role`, 'owner'],
    ];
    const post = (visitor: Visitor, headers: Record<string, string>, form: [string, string][]) => {
      const parts = form.map(
        ([name, value]) => `--b0undary\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
      return visitor.send(path, {
        method: 'POST',
        headers: { 'Content-Type': 'multipart/form-data; boundary=b0undary', ...headers },
        body: `${parts.join('')}--b0undary--\r\n`,
      });
    };
    const nothingChanged = async () =>
      expect(await stage().prisma.operator.count({ where: { invitedEmail: 'eve@acme.test' } })).toBe(0);

    it('ADM-2, NXT-3: does nothing for strangers and plain users', async () => {
      for (const [, visitor] of people) {
        const own = fromOurPage(stage());
        expect([400, 403, 404]).toContain((await call(visitor(), own)).status);
        expect([400, 403, 404]).toContain((await submit(visitor(), own)).status);
      }
      await nothingChanged();
    });

    it('NXT-3: does nothing for a viewer, who has a session but not the role', async () => {
      const { visitor } = await stage().operator('viewer');
      const own = fromOurPage(stage());
      expect((await call(visitor, own)).status).toBe(404);
      expect((await submit(visitor, own)).status).toBe(404);
      await nothingChanged();
    });

    if (FOR_OWNERS.includes(name)) {
      it('ADM-2, NXT-3: does nothing for an editor, because it is an owner’s', async () => {
        const { visitor } = await stage().operator('editor');
        const own = fromOurPage(stage());
        expect((await call(visitor, own)).status).toBe(404);
        expect((await submit(visitor, own)).status).toBe(404);
        await nothingChanged();
      });
    }

    it('NXT-3: does nothing for a post of another site, whatever it claims', async () => {
      const { visitor } = await stage().operator('owner');
      const evil = 'https://evil.test';
      for (const headers of [
        {},
        { Origin: 'null' },
        { Origin: evil },
        { Origin: evil, 'X-Forwarded-Host': 'evil.test', 'X-Forwarded-Proto': 'https' },
        { Origin: stage().server.issuer, 'Sec-Fetch-Site': 'cross-site' },
      ] as Record<string, string>[]) {
        expect((await call(visitor, headers)).status).toBe(403);
        expect((await submit(visitor, headers)).status).toBe(403);
      }
      await nothingChanged();
    });

    it('NXT-3: answers broken arguments of an operator without breaking', async () => {
      const { visitor } = await stage().operator('owner');
      const own = fromOurPage(stage());
      const broken = [
        '',
        '{',
        '[]',
        '[1,2]',
        '[{"__proto__":{"x":1}},"$K1"]',
        '["$F1","$K1"]',
        '[{"kind":"$@0"},"$K1"]',
      ];
      for (const given of [
        ...broken,
        '["$Q0","$K1"]',
        '[{"then":"$1:then"},"$K1"]',
        `["${'x'.repeat(70_000)}","$K1"]`,
      ])
        expect((await call(visitor, own, given)).status, given.slice(0, 30)).toBeLessThan(500);
      for (const type of [
        'text/plain;charset=UTF-8',
        'application/json',
        'multipart/form-data; boundary=x',
      ]) {
        const headers = { 'Next-Action': id, 'Content-Type': type, ...own };
        const response = await visitor.send(path, { method: 'POST', headers, body: '["$undefined","$K1"]' });
        expect([400, 415], type).toContain(response.status);
      }
      await nothingChanged();
      expect((await visitor.open('/console')).status).toBe(200);
    });
  });
});

const fromOurPage = ({ server }: ConsoleStage) => ({
  Origin: server.issuer,
  'Sec-Fetch-Site': 'same-origin',
});

/** A router that says it has everything but the page itself. */
function stateTree(path: string): string {
  const [, ...parts] = path.split('/');
  const page = ['__PAGE__', {}, null, 'refetch'];
  const tree = parts.slice(1).reduceRight<unknown>((inner, part) => [part, { children: inner }], page);
  return encodeURIComponent(
    JSON.stringify([
      '',
      { children: ['(console)', { children: ['console', { children: ['(desk)', { children: tree }] }] }] },
    ]),
  );
}
