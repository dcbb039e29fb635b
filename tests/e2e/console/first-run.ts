// The first run: from the link that the start printed to an owner at work.
import { describe, expect, it } from 'vitest';
import { type ConsoleStage, openPage } from '@/tests/harness/console';
import { askForCode, readCode, typeCode } from '@/tests/harness/sign-in';
import type { Visit, Visitor } from '@/tests/harness/visitor';

/** Many who found the link, at once. */
const CROWD = 20;

export function describeFirstRun(stage: () => ConsoleStage): void {
  describe('the first run', () => {
    const link = () => /http\S+\/console\/setup\?token=\S+/.exec(stage().server.stdout())?.[0] ?? '';

    it('ADM-1: has no default account, and a link that others cannot guess', async () => {
      expect(await stage().prisma.operator.count()).toBe(0);
      expect(link()).toMatch(/token=[\w-]{43}$/);
      const guess = link().replace(/token=.*/, `token=${'A'.repeat(43)}`);
      for (const address of [guess, link().replace(/\?.*/, ''), `${link()}&token=x`]) {
        const { text } = await stage().visitor().open(address);
        expect(text).toContain('This link is not good any more');
      }
    });

    it('ADM-1: of twenty people who use the link at once makes one the owner', {
      timeout: 180_000,
    }, async () => {
      const { visitor, post, prisma } = stage();
      const people: { person: Visitor; codePage: Visit; code: string }[] = [];
      for (let index = 0; index < CROWD; index++) {
        const person = visitor();
        const address = `crowd${index}@acme.test`;
        const firstPage = await person.submit(await person.open(link()), { press: 'Sign in and begin' });
        const codePage = await askForCode(person, firstPage, address);
        people.push({ person, codePage, code: await readCode(post, address) });
      }
      const arrived = await Promise.all(
        people.map(({ person, codePage, code }) => typeCode(person, codePage, code)),
      );
      expect(arrived.filter(({ text }) => text.includes('Welcome, the console is yours'))).toHaveLength(1);
      expect(arrived.filter(({ text }) => text.includes('not on the team'))).toHaveLength(CROWD - 1);
      expect(await prisma.operator.count()).toBe(1);
    });

    it('ADM-1: is closed for ever after', async () => {
      const { visitor, prisma, post } = stage();
      const late = visitor();
      const page = await late.open(link());
      expect(page.text).toContain('This link is not good any more');
      // The form as it was before, posted by somebody who kept it.
      const door = await late.open('/console/sign-in');
      const firstPage = await late.submit(
        {
          ...door,
          html: door.html.replace(
            'name="to"',
            `name="setup" value="${link().split('=')[1]}"/><input type="hidden" name="to"`,
          ),
        },
        { press: 'Sign in' },
      );
      const codePage = await askForCode(late, firstPage, 'late@acme.test');
      const arrived = await typeCode(late, codePage, await readCode(post, 'late@acme.test'));
      expect(arrived.text).toContain('not on the team');
      expect(await prisma.operator.count()).toBe(1);
    });

    it('leads a new owner to the first steps, and a test message arrives', async () => {
      const { operator, post } = stage();
      const ann = await operator('owner', 'ann@acme.test');
      const { page, profile } = await openPage(stage(), ann.visitor);
      await page.goto(`${stage().server.issuer}/console/welcome`);
      await page.getByRole('heading', { name: 'Welcome, the console is yours' }).waitFor();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('Sent to ann@acme.test by smtp').first().waitFor();
      expect((await post.waitForMessage('ann@acme.test')).subject).toContain('is your Test code');
      const create = page.getByRole('link', { name: 'Create application' });
      expect(await create.getAttribute('href')).toBe('/console/applications/new');
      await page.getByRole('link', { name: 'Go to the overview' }).click();
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      await profile.close();
    });
  });
}
