// The team page in a browser: invite, change, remove, and the proof that each of them takes.
import { describe, expect, it } from 'vitest';
import { type ConsoleStage, openPage, pressInDialog } from '@/tests/harness/console';
import { enterCode, readCode } from '@/tests/harness/sign-in';

export function describeTeam(stage: () => ConsoleStage): void {
  const open = async (role: 'owner' | 'editor' | 'viewer', path = '/console/team') => {
    const operator = await stage().operator(role);
    const opened = await openPage(stage(), operator.visitor);
    await opened.page.goto(stage().server.issuer + path);
    return { ...operator, ...opened };
  };

  describe('the team', () => {
    it('invites somebody, who signs in with that address and has that role', async () => {
      const { page, profile } = await open('owner');
      await page.getByRole('button', { name: 'Invite' }).click();
      await page.getByLabel('Email address').fill('no address');
      await page.getByRole('button', { name: 'Send the invitation' }).click();
      await page.getByText('Must be an e-mail address.').waitFor();
      expect(await page.getByLabel('Email address').inputValue()).toBe('no address');
      await page.getByLabel('Email address').fill('Grace@Acme.test');
      await page.getByRole('dialog').getByLabel('Role', { exact: true }).selectOption('viewer');
      await page.getByRole('button', { name: 'Send the invitation' }).click();
      await page
        .getByRole('row', { name: /grace@acme\.test/ })
        .getByText('Invited', { exact: true })
        .waitFor();
      const letter = await stage().post.waitForMessage('grace@acme.test');
      expect(letter.text).toContain(`${stage().server.issuer}/console`);

      const grace = stage().visitor();
      const arrived = await stage().signIn(grace, 'grace@acme.test');
      expect(arrived.text).toContain('Overview');
      expect(
        await stage().prisma.operator.findFirst({ where: { invitedEmail: 'grace@acme.test' } }),
      ).toMatchObject({
        role: 'viewer',
        accountId: expect.any(String),
      });
      // A viewer has no such page, and finds nothing at its address.
      expect(arrived.text).not.toContain('Team');
      const nothing = await grace.open('/console/team');
      expect(nothing.html).toContain('There is nothing here');
      expect(nothing.html).not.toContain('grace@acme.test</bdi>');
      expect(nothing.html).not.toContain('Invite');
      await profile.close();
    });

    it('changes a role, and removes somebody once their name was typed', async () => {
      const bob = await stage().operator('viewer', 'bob@acme.test');
      const { page, profile } = await open('owner');
      const row = page.getByRole('row', { name: /bob@acme\.test/ });
      await row.getByRole('button', { name: 'Change role' }).click();
      await row.getByLabel('Role', { exact: true }).selectOption('editor');
      await pressInDialog(row, 'Change role');
      await row.getByRole('cell', { name: 'Editor', exact: true }).waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await row.getByRole('cell', { name: 'Viewer', exact: true }).waitFor();

      await row.getByRole('button', { name: 'Remove' }).click();
      const remove = row.getByRole('dialog').getByRole('button', { name: 'Remove' });
      expect(await remove.isDisabled()).toBe(true);
      await row.getByLabel('Type bob@acme.test to confirm').fill('bob@acme.test');
      await remove.click();
      await row.waitFor({ state: 'detached' });
      // At once, whatever bob holds.
      expect((await bob.visitor.open('/console/welcome')).status).toBe(404);
      await profile.close();
    });

    it('ADM-3: takes a recent proof, and what was typed is there after it', async () => {
      const { page, profile, address } = await open('owner');
      await stage().prisma.operatorSession.updateMany({
        data: { authenticatedAt: new Date(Date.now() - 11 * 60_000) },
      });
      // The login's own session is as old.
      await stage().prisma.session.updateMany({
        data: { authenticatedAt: new Date(Date.now() - 11 * 60_000) },
      });
      await page.getByRole('button', { name: 'Invite' }).click();
      await page.getByLabel('Email address').fill('kim@acme.test');
      await page.getByRole('button', { name: 'Send the invitation' }).click();

      await page.waitForURL('**/identifier');
      expect(await page.getByRole('textbox').inputValue()).toBe(address);
      await page.getByRole('button', { name: 'Continue' }).click();
      await enterCode(page, await readCode(stage().post, address));
      await page.waitForURL('**/console/team');

      await page.getByText('Thank you, it is you.').waitFor();
      expect(await page.getByLabel('Email address').inputValue()).toBe('kim@acme.test');
      expect(await stage().prisma.operator.count({ where: { invitedEmail: 'kim@acme.test' } })).toBe(0);
      await page.getByRole('button', { name: 'Send the invitation' }).click();
      await page.getByRole('row', { name: /kim@acme\.test/ }).waitFor();
      await profile.close();
    });

    it('ADM-3: a session left alone for an hour is over, and its cookie is not the login’s', async () => {
      const { page, profile, visitor } = await open('owner');
      const cookies = visitor.jar.list('localhost');
      expect(cookies.find(({ name }) => name === 'console-session')).toMatchObject({
        isHttpOnly: true,
        sameSite: 'Lax',
      });
      const lives =
        (cookies.find(({ name }) => name === 'console-session')?.expiresAt?.getTime() ?? 0) - Date.now();
      expect(lives).toBeLessThanOrEqual(8 * 3_600_000);
      visitor.jar.forget('localhost', 'session');
      expect((await visitor.open('/console/team')).status).toBe(200);
      await stage().prisma.operatorSession.updateMany({
        data: { lastSeenAt: new Date(Date.now() - 3_601_000) },
      });
      expect((await page.reload())?.status()).toBe(404);
      await page.getByRole('link', { name: 'Sign in to the console' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(new URL(page.url()).searchParams.get('to')).toBe('/console/team');
      await profile.close();
    });

    it('ends with a sign-out, whoever kept the cookie', async () => {
      const { page, profile, visitor } = await open('owner', '/console');
      await page.getByRole('button', { name: /Your account/ }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.getByText('You are signed out of the console.').waitFor();
      expect((await visitor.open('/console/team')).status).toBe(404);
      await page.getByRole('link', { name: 'Sign out of the login too' }).click();
      await page.waitForURL('**/logout');
      await profile.close();
    });
  });
}
