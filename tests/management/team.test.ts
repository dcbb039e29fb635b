import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '@/lib/management/caller';
import { callerOfOperator } from '@/lib/management/console-door';
import { ROLES, type Role, scopesOfRole } from '@/lib/management/roles';
import { OPERATORS_PATH, SETUP_LINK_PATH } from '@/lib/management/team-routes';
import { type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('team');
});
afterAll(() => office?.close());
beforeEach(async () => {
  await office.reset();
  await office.prisma.operator.deleteMany();
  await office.prisma.account.deleteMany();
  await office.prisma.inboxMessage.deleteMany();
  await office.prisma.limitCounter.deleteMany();
});

const read = async (response: Response) => response.json();
const invite = (body: unknown, caller?: Partial<Caller>) =>
  office.ask({ method: 'POST', path: OPERATORS_PATH, body, ...(caller && { caller }) });

/** An operator at the console, who signed in that many seconds ago. */
function atConsole(role: Role, provenSecondsAgo: number, accountId = 'email|ann'): Caller {
  return callerOfOperator({
    operatorId: 'opr_ann',
    accountId,
    role,
    name: 'Ann',
    address: 'ann@acme.test',
    authenticatedAt: new Date(office.now.getTime() - provenSecondsAgo * 1000),
  });
}

async function addOwner(id: string, email: string): Promise<string> {
  const { now } = office;
  const accountId = `email|${id}`;
  await office.prisma.account.create({
    data: {
      id: accountId,
      createdAt: now,
      updatedAt: now,
      identities: {
        create: {
          provider: 'email',
          userId: id,
          identifier: email,
          typedForm: email,
          verifiedAt: now,
          createdAt: now,
        },
      },
      operator: { create: { id: `opr_${id}`, role: 'owner', createdAt: now, acceptedAt: now } },
    },
  });
  return accountId;
}

describe('the team', () => {
  it('is listed, operators and invitations', async () => {
    const accountId = await addOwner('ann', 'ann@acme.test');
    await invite({ email: 'Bob@Acme.test', role: 'viewer' }, atConsole('owner', 0, accountId));
    const listed = await read(await office.ask({ path: `${OPERATORS_PATH}?include_totals=true` }));
    expect(listed).toMatchObject({
      total: 2,
      operators: [
        {
          id: 'opr_ann',
          role: 'owner',
          status: 'active',
          user_id: accountId,
          email: 'ann@acme.test',
          invited_by: null,
        },
        {
          role: 'viewer',
          status: 'invited',
          user_id: null,
          email: 'bob@acme.test',
          invited_by: 'ann@acme.test',
        },
      ],
    });
    office.pass(15 * 86_400);
    expect(await read(await office.ask({ path: OPERATORS_PATH }))).toMatchObject([{}, { status: 'expired' }]);
  });

  it('is told who was invited by an e-mail, which holds nothing secret', async () => {
    const accountId = await addOwner('ann', 'ann@acme.test');
    const invited = await read(
      await invite({ email: 'bob@acme.test', role: 'editor' }, atConsole('owner', 0, accountId)),
    );
    expect(invited).toMatchObject({
      role: 'editor',
      url: 'https://login.example.com/console',
      message: { accepted: true, attempts: [{ provider: 'inbox', outcome: 'accepted' }] },
    });
    expect(await office.prisma.inboxMessage.count()).toBe(1);
  });

  it('is invited once, by an address that is one', async () => {
    await addOwner('ann', 'ann@acme.test');
    expect((await invite({ email: 'bob@acme.test', role: 'viewer' })).status).toBe(201);
    for (const email of ['BOB@acme.test', 'ann@acme.test'])
      expect(await read(await invite({ email, role: 'viewer' }))).toMatchObject({
        errorCode: 'operator_conflict',
      });
    expect(await read(await invite({ email: 'bob', role: 'viewer' }))).toMatchObject({
      message: 'Payload validation error: email must be an e-mail address.',
    });
    expect((await invite({ email: 'eve@acme.test', role: 'admin' })).status).toBe(400);
    expect((await invite({ email: 'eve@acme.test', role: 'viewer', account_id: 'x' })).status).toBe(400);
  });

  it('RLM-1: sends so many letters an hour, and no more', async () => {
    office.limit({ operator_letters: 1 });
    expect((await invite({ email: 'bob@acme.test', role: 'viewer' })).status).toBe(201);
    expect((await invite({ email: 'eve@acme.test', role: 'viewer' })).status).toBe(429);
    expect(await office.prisma.operator.count()).toBe(1);
  });

  it('MGT-5: keeps its last owner, and tells why', async () => {
    await addOwner('ann', 'ann@acme.test');
    const path = `${OPERATORS_PATH}/opr_ann`;
    const lowered = await office.ask({ method: 'PATCH', path, body: { role: 'editor' } });
    expect(lowered.status).toBe(409);
    expect(await read(lowered)).toMatchObject({ errorCode: 'last_owner' });
    expect((await office.ask({ method: 'DELETE', path })).status).toBe(409);
    await addOwner('bob', 'bob@acme.test');
    expect((await office.ask({ method: 'PATCH', path, body: { role: 'editor' } })).status).toBe(200);
    expect((await office.ask({ method: 'DELETE', path })).status).toBe(204);
    expect((await office.ask({ method: 'DELETE', path })).status).toBe(404);
    expect(office.events.map(({ description }) => description)).toEqual([
      'Change the role of an operator',
      'Remove an operator',
    ]);
  });

  it('ADM-3: is changed by owners who proved who they are in the last ten minutes', async () => {
    const body = { email: 'bob@acme.test', role: 'viewer' };
    const late = await invite(body, atConsole('owner', 601));
    expect(late.status).toBe(403);
    expect(await read(late)).toMatchObject({ errorCode: 'recent_proof_required' });
    expect(await office.prisma.operator.count()).toBe(0);
    // Looking takes none.
    expect((await office.ask({ path: OPERATORS_PATH, caller: atConsole('owner', 7200) })).status).toBe(200);
    expect((await invite(body, atConsole('owner', 600))).status).toBe(201);
    for (const role of ['editor', 'viewer'] as const)
      expect((await invite(body, atConsole(role, 0))).status).toBe(403);
  });
});

describe('the link of the first set-up', () => {
  const ask = () => office.ask({ method: 'POST', path: SETUP_LINK_PATH });

  it('ADM-1: is made while there is no owner, and not afterwards', async () => {
    const link = await ask();
    expect(await read(link)).toEqual({
      url: expect.stringMatching(/^https:\/\/login\.example\.com\/console\/setup\?token=[\w-]{43}$/),
      expires_at: new Date(office.now.getTime() + 86_400_000).toISOString(),
    });
    await addOwner('ann', 'ann@acme.test');
    expect((await ask()).status).toBe(409);
  });
});

describe('a role', () => {
  it('ADM-2: of an editor leads to nothing that only an owner has', () => {
    const editor = scopesOfRole('editor') as string[];
    const leadsFurther = /:(operators|client_grants|signing_keys|tenant_settings|attack_protection)$/;
    expect(editor.filter((scope) => leadsFurther.test(scope) && !scope.startsWith('read:'))).toEqual([]);
    for (const scope of ['read:operators', 'read:log_streams']) expect(editor).not.toContain(scope);
    expect(editor).toEqual(expect.arrayContaining(['update:clients', 'delete:users', 'update:branding']));
  });

  it('ADM-2: of a viewer reads, and reads no secret and no team', () => {
    const viewer = scopesOfRole('viewer') as string[];
    expect(viewer.every((scope) => scope.startsWith('read:'))).toBe(true);
    expect(viewer).not.toEqual(expect.arrayContaining(['read:client_keys']));
    for (const scope of ['read:operators', 'read:log_streams']) expect(viewer).not.toContain(scope);
  });

  it('holds what the lower ones hold', () => {
    const [owner, editor, viewer] = ROLES.map(scopesOfRole) as ['every', string[], string[]];
    expect(owner).toBe('every');
    expect(editor).toEqual(expect.arrayContaining(viewer));
  });
});
