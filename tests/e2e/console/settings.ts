// The settings of the installation in a browser.
import { describe, expect, it } from 'vitest';
import { type ConsoleStage, openPage } from '@/tests/harness/console';

export function describeSettings(stage: () => ConsoleStage): void {
  describe('the settings', () => {
    it('are changed by an owner, part by part, and read by everybody else', async () => {
      const owner = await stage().operator('owner');
      const { page, profile } = await openPage(stage(), owner.visitor);
      await page.goto(`${stage().server.issuer}/console/settings`);
      const settingsKept = async () =>
        (await stage().prisma.settings.findUniqueOrThrow({ where: { id: 1 } })).tenant;
      const part = (field: string) =>
        page.locator('main form').filter({ has: page.locator(`[name="${field}"]`) });
      await part('support_email').getByLabel('Email address for help').fill('no address');
      await part('support_email').getByRole('button', { name: 'Save' }).click();
      await page.getByText('Must be an e-mail address.').waitFor();
      await page.getByLabel('Email address for help').fill('help@acme.test');
      await part('support_email').getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved. It counts within five seconds.').first().waitFor();
      await page.reload();
      await page.getByLabel('Email address for help').fill('else@acme.test');
      await part('support_email').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => page.getByLabel('Email address for help').inputValue()).toBe('help@acme.test');
      await page.getByLabel('Left alone, in hours').fill('100000');
      await part('session_lifetime').getByRole('button', { name: 'Save' }).click();
      await page.getByText(/must be hours/i).waitFor();
      const codes = page.getByLabel('Wrong codes for one person, in an hour');
      const before = await codes.inputValue();
      await codes.fill('none');
      await part('max_attempts').getByRole('button', { name: 'Save' }).click();
      await page.getByText(/^Must be a whole number/).waitFor();
      const network = part('stage.pre-login.max_attempts');
      const ofNetwork = page.getByLabel('Wrong codes from one network, in an hour');
      const kept = await ofNetwork.inputValue();
      await ofNetwork.fill('150');
      await page.getByLabel('Sign-ins begun from one network, in an hour').fill('0');
      await network.getByRole('button', { name: 'Save' }).click();
      await page.locator('[name="stage.pre-user-registration.max_attempts"][aria-invalid="true"]').waitFor();
      await page.reload();
      // Of a form that was refused nothing is kept.
      expect(await ofNetwork.inputValue()).toBe(kept);
      await ofNetwork.fill('150');
      await network.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => ofNetwork.inputValue()).toBe(kept);
      await page.reload();
      await codes.fill('7');
      await part('max_attempts').getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => codes.inputValue()).toBe(before);
      await part('passkey_offer').getByLabel('Offer a passkey after signing in').check();
      await part('passkey_offer').getByRole('button', { name: 'Save' }).click();
      await expect.poll(settingsKept).toMatchObject({ offersPasskeys: true });
      await page.reload();
      expect(await page.getByLabel('Offer a passkey after signing in').isChecked()).toBe(true);
      await part('passkey_offer').getByLabel('Offer none').check();
      await part('passkey_offer').getByRole('button', { name: 'Save' }).click();
      await expect.poll(settingsKept).not.toHaveProperty('offersPasskeys');
      expect(await page.getByLabel('Email address for help').inputValue()).toBe('help@acme.test');
      await page.reload();
      const urls = page.getByLabel('Logout URLs');
      await urls.fill('https://acme.test/bye\nhttps://*.acme.test');
      await part('allowed_logout_urls').getByRole('button', { name: 'Save' }).click();
      await page.locator('[name="allowed_logout_urls"][aria-invalid="true"]').waitFor();
      expect(await urls.inputValue()).toBe('https://acme.test/bye\nhttps://*.acme.test');
      await urls.fill('https://acme.test/bye');
      await part('allowed_logout_urls').getByRole('button', { name: 'Save' }).click();
      await expect.poll(settingsKept).toMatchObject({ allowedLogoutUrls: ['https://acme.test/bye'] });
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(settingsKept).toMatchObject({ allowedLogoutUrls: [] });
      await profile.close();

      const viewer = await stage().operator('viewer');
      const second = await openPage(stage(), viewer.visitor);
      await second.page.goto(`${stage().server.issuer}/console/settings`);
      expect(await second.page.getByLabel('Email address for help').isDisabled()).toBe(true);
      expect(await second.page.getByRole('button', { name: 'Save' }).count()).toBe(0);
      await second.profile.close();
    });
  });
}
