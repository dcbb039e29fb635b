// The console of an installation that others can reach: https, a proxy in front, networks that it is open to, owners that the
// environment names, and an inbox that is not for everybody.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleStage, startConsole } from '@/tests/harness/console';
import { findSpills } from '@/tests/harness/evidence';
import { everythingPrinted } from '@/tests/harness/latchkey';

const OFFICE = { 'X-Forwarded-For': '203.0.113.9' };
const ELSEWHERE = { 'X-Forwarded-For': '198.51.100.9' };

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsole('public console', {
    ISSUER: 'https://login.acme.test',
    TRUSTED_PROXIES: '1',
    CONSOLE_NETWORKS: '203.0.113.0/24',
    CONSOLE_ADMINS: 'Boss@acme.test',
    INBOX: 'on',
  });
});

afterAll(async () => {
  await stage?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

describe('a console in public', () => {
  it('is for the addresses that the environment names, and prints no link', async () => {
    expect(stage.server.stdout()).not.toContain('/console/setup');
    const stranger = stage.visitor(OFFICE);
    expect((await stage.signIn(stranger, 'ann@acme.test')).text).toContain('not on the team');
    const boss = stage.visitor(OFFICE);
    expect((await stage.signIn(boss, 'boss@acme.test')).text).toContain('Needs attention');
    expect(await stage.prisma.operator.findMany()).toMatchObject([{ role: 'owner', invitedEmail: null }]);
  });

  it('ADM-3: holds its session in a cookie that no other host can plant or read', async () => {
    const boss = stage.visitor(OFFICE);
    await stage.signIn(boss, 'boss@acme.test');
    const names = boss.jar.list('login.acme.test').map(({ name }) => name);
    expect(names).toContain('__Host-console-session');
    expect(names.filter((name) => name.includes('console') && !name.startsWith('__Host-'))).toEqual([]);
    expect(boss.jar.find('login.acme.test', '__Host-console-session')).toMatchObject({
      isSecure: true,
      isHttpOnly: true,
      sameSite: 'Lax',
    });
  });

  it('ADM-6: is not there outside of its networks, whoever asks', async () => {
    const boss = stage.visitor(OFFICE);
    await stage.signIn(boss, 'boss@acme.test');
    expect((await boss.open('/console/team')).status).toBe(200);
    for (const path of ['/console', '/console/team', '/console/sign-in', '/console/setup?token=x'])
      expect((await boss.open(path, { headers: ELSEWHERE })).status, path).toBe(404);
    const begun = await boss.send('/console/sign-in/begin', {
      method: 'POST',
      headers: {
        ...ELSEWHERE,
        Origin: stage.server.issuer,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: 'to=/console',
    });
    expect(begun.status).toBe(404);
    // What the proxy adds stands at the right; what a client claims is not believed.
    expect(
      (await boss.open('/console', { headers: { 'X-Forwarded-For': '203.0.113.9, 198.51.100.9' } })).status,
    ).toBe(404);
  });

  it('ADM-2: shows the inbox to owners alone', async () => {
    const stranger = await stage.visitor(OFFICE).open('/inbox');
    expect(stranger.url.pathname).toBe('/console/sign-in');
    expect(stranger.url.searchParams.get('to')).toBe('/inbox');
    const boss = stage.visitor(OFFICE);
    await stage.signIn(boss, 'boss@acme.test');
    const inbox = await boss.open('/inbox');
    expect(inbox.url.pathname).toBe('/inbox');
    expect(inbox.text).toContain('Inbox');
    await stage.prisma.operator.updateMany({ data: { role: 'editor' } });
    expect((await boss.open('/inbox')).url.pathname).toBe('/console');
    expect((await boss.send('/inbox/1', { headers: OFFICE })).status).toBe(404);
  });
});
