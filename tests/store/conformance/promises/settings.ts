// What a store promises of the settings of an installation (lib/login/settings.ts).
import { describe, expect, it } from 'vitest';
import { NO_SETTINGS } from '@/lib/login/settings';
import { ensureSetup } from '@/lib/store/prisma/setup';
import type { Stage } from '../stage';

export function promiseSettings(stage: () => Stage): void {
  const begin = async () => {
    const { prisma, now } = stage();
    await ensureSetup(prisma, { limits: {}, clients: [], now });
    return stage();
  };

  describe('settings', () => {
    it('are none after the first boot', async () => {
      const { first } = await begin();
      expect(await first.settings.read()).toEqual(NO_SETTINGS);
    });

    it('are changed a part at a time, and known to every process', async () => {
      const { first, second, now } = await begin();
      const branding = { primaryColor: '#0a5fd9' };
      expect(await first.settings.change('branding', { read: {}, written: branding }, now)).toBe(true);
      const emailProvider = { name: 'resend', enabled: true, from: null, sealedApiKey: 'sealed' } as const;
      expect(await second.settings.change('emailProvider', { read: null, written: emailProvider }, now)).toBe(
        true,
      );
      const theme = { said: { borders: { widget_corner_radius: 0 } } };
      expect(await first.settings.change('theme', { read: null, written: theme }, now)).toBe(true);
      const pageTemplate = {
        source: '<p>{%- auth0:widget -%} “ü”</p>',
        files: [{ url: 'https://a', id: 'a' }],
      };
      const change = { read: null, written: pageTemplate };
      expect(await first.settings.change('pageTemplate', change, now)).toBe(true);
      expect(await first.settings.change('pageTemplate', change, now), 'was read as another').toBe(false);
      expect(await second.settings.read()).toEqual({
        ...NO_SETTINGS,
        ...{ branding, emailProvider, theme, pageTemplate },
      });
      await first.settings.change('theme', { read: theme, written: null }, now);
      await first.settings.change('pageTemplate', { read: pageTemplate, written: null }, now);
      expect(await first.settings.change('emailProvider', { read: emailProvider, written: null }, now)).toBe(
        true,
      );
      expect(await second.settings.read()).toEqual({ ...NO_SETTINGS, branding });
    });

    it('are written by one of those who read the same, whatever the order of the names in it', async () => {
      const { first, atOnce, now } = await begin();
      const read = { friendlyName: 'Acme', supportEmail: 'help@acme.test' };
      await first.settings.change('tenant', { read: {}, written: read }, now);
      const sameRead = { supportEmail: 'help@acme.test', friendlyName: 'Acme' };
      const written = await atOnce(10, (on, index) =>
        on.settings.change(
          'tenant',
          { read: sameRead, written: { ...read, friendlyName: `Acme ${index}` } },
          now,
        ),
      );
      expect(written.filter(Boolean)).toHaveLength(1);
      const { tenant } = await first.settings.read();
      expect(tenant.friendlyName).toBe(`Acme ${written.indexOf(true)}`);
    });
  });

  describe('files of the brand', () => {
    const bytes = new Uint8Array([0, 1, 2, 255]);

    it('are kept once, as they are, and go when no page shows them', async () => {
      const { atOnce, first, second, now } = stage();
      await atOnce(4, ({ brandAssets }) => brandAssets.add({ id: 'a', mediaType: 'image/png', bytes }, now));
      await first.brandAssets.add({ id: 'b', mediaType: 'font/woff2', bytes }, now);
      expect(await second.brandAssets.find('a')).toEqual({ mediaType: 'image/png', bytes });
      await second.brandAssets.keepOnly(['b']);
      expect(await first.brandAssets.find('a')).toBeNull();
      expect(await first.brandAssets.find('b')).not.toBeNull();
      expect(await first.brandAssets.find('nothing')).toBeNull();
    });
  });
}
