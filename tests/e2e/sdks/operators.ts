// What an operator does from outside with applications, APIs, keys and connections, by both of Auth0's management libraries as
// they come from npm. For a test file that has a tenant.
import { generateKeyPairSync } from 'node:crypto';
import { AuthenticationClient, ManagementClient as OldManagementClient } from 'auth0';
import { ManagementClient } from 'auth0-v7';
import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { witness } from '@/tests/harness/evidence';
import { askOrdersApi } from '@/tests/harness/orders-api';
import { API, DOMAIN, MACHINE } from '@/tests/harness/tenant';

const OPERATOR = { domain: DOMAIN, ...MACHINE };
const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();
const KEY = { credential_type: 'public_key', pem: PEM, alg: 'RS256' } as const;

const PAGE = '<html>{%- auth0:head -%}<body>{%- auth0:widget -%}</body></html>';

/** As Auth0's theme editor begins, but for the borders. */
const THEME = {
  borders: {
    button_border_radius: 3,
    button_border_weight: 1,
    buttons_style: 'pill',
    input_border_radius: 3,
    input_border_weight: 1,
    inputs_style: 'rounded',
    show_widget_shadow: true,
    widget_border_weight: 0,
    widget_corner_radius: 5,
  },
  colors: {
    body_text: '#1e212a',
    error: '#d03c38',
    header: '#1e212a',
    icons: '#65676e',
    input_background: '#ffffff',
    input_border: '#c9cace',
    input_filled_text: '#000000',
    input_labels_placeholders: '#65676e',
    links_focused_components: '#635dff',
    primary_button: '#635dff',
    primary_button_label: '#ffffff',
    secondary_button_border: '#c9cace',
    secondary_button_label: '#1e212a',
    success: '#13a688',
    widget_background: '#ffffff',
    widget_border: '#c9cace',
  },
  fonts: {
    body_text: { bold: false, size: 87.5 },
    buttons_text: { bold: false, size: 100 },
    font_url: '',
    input_labels: { bold: false, size: 100 },
    links: { bold: true, size: 87.5 },
    links_style: 'normal',
    reference_text_size: 16,
    subtitle: { bold: false, size: 87.5 },
    title: { bold: false, size: 150 },
  },
  page_background: { background_color: '#000000', background_image_url: '', page_layout: 'center' },
  widget: {
    header_text_alignment: 'center',
    logo_height: 52,
    logo_position: 'center',
    logo_url: '',
    social_buttons_layout: 'bottom',
  },
} as const;

/** An access token that a machine gets for itself. */
async function tokenOf(clientId: string, clientSecret: string, audience: string): Promise<string> {
  const auth0 = new AuthenticationClient({ domain: DOMAIN, clientId, clientSecret });
  return witness((await auth0.oauth.clientCredentialsGrant({ audience })).data.access_token);
}

/** Adds the tests to the file. */
export function describeOperators(): void {
  describe('an operator by auth0 7.1', () => {
    const auth0 = new ManagementClient(OPERATOR);

    it('makes, changes and ends an application, whose secrets overlap (CLI-4)', async () => {
      const made = await auth0.clients.create({
        name: 'Billing',
        app_type: 'non_interactive',
        description: 'Sends invoices',
        client_metadata: { team: 'billing' },
        oidc_conformant: true,
        jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 600 },
      });
      const id = made.client_id ?? '';
      const first = witness(made.client_secret ?? '');
      const changed = await auth0.clients.update(id, { name: 'Invoices', client_metadata: { tier: 'gold' } });
      expect(changed).toMatchObject({
        name: 'Invoices',
        description: 'Sends invoices',
        client_metadata: { team: 'billing', tier: 'gold' },
        jwt_configuration: { lifetime_in_seconds: 600 },
      });
      expect(await auth0.clients.get(id, { fields: 'name', include_fields: true })).toEqual({
        name: 'Invoices',
      });
      const found: string[] = [];
      for await (const client of await auth0.clients.list({ per_page: 2, app_type: 'non_interactive' }))
        found.push(client.client_id ?? '');
      expect(found).toEqual([MACHINE.clientId, id]);

      await auth0.clientGrants.create({ client_id: id, audience: API, scope: ['read:orders'] });
      const second = witness((await auth0.clients.rotateSecret(id)).client_secret ?? '');
      for (const secret of [first, second])
        expect(await askOrdersApi(await tokenOf(id, secret, API))).toMatchObject({ azp: id });
      await auth0.clients.delete(id);
      await expect(auth0.clients.get(id)).rejects.toMatchObject({ statusCode: 404 });
      await expect(tokenOf(id, second, API)).rejects.toMatchObject({ statusCode: 401 });
      await expect(auth0.clients.delete(MACHINE.clientId)).rejects.toMatchObject({ statusCode: 400 });
    });

    it('registers the keys of an application one by one (CLI-5)', async () => {
      const { client_id: id = '' } = await auth0.clients.create({
        name: 'Bank',
        app_type: 'regular_web',
        client_authentication_methods: { private_key_jwt: { credentials: [{ ...KEY, name: 'first' }] } },
      });
      const [first] = await auth0.clients.credentials.list(id);
      const second = await auth0.clients.credentials.create(id, { ...KEY, kid: 'second' });
      const ids = [{ id: second.id ?? '' }];
      await auth0.clients.update(id, {
        token_endpoint_auth_method: null,
        client_authentication_methods: { private_key_jwt: { credentials: ids } },
      });
      await auth0.clients.credentials.delete(id, first?.id ?? '');
      expect(await auth0.clients.credentials.list(id)).toMatchObject([{ id: second.id, kid: 'second' }]);
      await auth0.clients.delete(id);
    });

    it('registers an API and grants it', async () => {
      const identifier = 'https://reports.acme.test/';
      const made = await auth0.resourceServers.create({
        identifier,
        name: 'Reports',
        scopes: [{ value: 'read:reports', description: 'Read reports' }],
        token_lifetime: 600,
        token_dialect: 'access_token',
        enforce_policies: false,
      });
      const scopes = [{ value: 'read:reports' }, { value: 'write:reports' }];
      await auth0.resourceServers.update(made.id ?? '', { scopes });
      expect(await auth0.resourceServers.get(identifier)).toMatchObject({
        id: made.id,
        scopes,
        token_dialect: 'access_token',
      });
      const listed: string[] = [];
      for await (const api of await auth0.resourceServers.list({ per_page: 1 }))
        listed.push(api.identifier ?? '');
      expect(listed).toEqual([`https://${DOMAIN}/api/v2/`, API, identifier]);

      const wanted = { client_id: MACHINE.clientId, audience: identifier };
      const grant = await auth0.clientGrants.create({ ...wanted, scope: ['read:reports'] });
      await auth0.clientGrants.update(grant.id ?? '', { scope: ['write:reports'] });
      const grants = await auth0.clientGrants.list(wanted);
      expect(grants.data).toMatchObject([{ id: grant.id, scope: ['write:reports'] }]);
      await expect(auth0.clientGrants.create({ ...wanted, scope: [] })).rejects.toMatchObject({
        statusCode: 409,
      });
      await auth0.clientGrants.delete(grant.id ?? '');
      await auth0.resourceServers.delete(made.id ?? '');
      await expect(auth0.resourceServers.get(made.id ?? '')).rejects.toMatchObject({ statusCode: 404 });
    });

    it('rotates the keys, while what was signed before is believed everywhere, and ends one (JWT-4)', async () => {
      const token = (audience: string) => tokenOf(MACHINE.clientId, MACHINE.clientSecret, audience);
      const before = await token(API);
      const rotated = await auth0.keys.signing.rotate();
      const after = await token(API);
      expect(decodeProtectedHeader(after).kid).toBe(rotated.kid);
      for (const each of [before, after])
        expect(await askOrdersApi(each)).toMatchObject({ azp: MACHINE.clientId });
      const keys = await auth0.keys.signing.list();
      expect(keys.find(({ current }) => current)).toMatchObject({ kid: rotated.kid, cert: rotated.cert });

      // Of two keys that signed before, the one that did not sign what this operator holds.
      const ended = await token(`https://${DOMAIN}/api/v2/`);
      await auth0.keys.signing.rotate();
      await auth0.keys.signing.revoke(rotated.kid);
      expect(await auth0.keys.signing.get(rotated.kid)).toMatchObject({ revoked: true });
      const published = await (await fetch(`https://${DOMAIN}/.well-known/jwks.json`)).json();
      expect(published.keys.map(({ kid }: { kid: string }) => kid)).not.toContain(rotated.kid);
      const headers = { Authorization: `Bearer ${ended}` };
      expect((await fetch(`https://${DOMAIN}/api/v2/clients`, { headers })).status).toBe(401);
    });

    it('makes a connection, says who offers it, and takes it away', async () => {
      const { client_id: id = '' } = await auth0.clients.create({ name: 'Staff', app_type: 'spa' });
      const made = await auth0.connections.create({
        name: 'staff',
        strategy: 'email',
        display_name: 'Staff',
        metadata: { team: 'staff' },
      });
      const connection = made.id ?? '';
      await auth0.connections.clients.update(connection, [{ client_id: id, status: true }]);
      expect((await auth0.connections.clients.get(connection)).data).toEqual([{ client_id: id }]);
      const offered = await auth0.clients.connections.get(id);
      expect(offered.data.map(({ name }) => name)).toEqual(expect.arrayContaining(['email', 'sms', 'staff']));
      await auth0.connections.update(connection, { realms: ['staff'], is_domain_connection: false });
      await auth0.connections.checkStatus(connection);
      await auth0.connections.delete(connection);
      await expect(auth0.connections.get(connection)).rejects.toMatchObject({ statusCode: 404 });
      await auth0.clients.delete(id);
    });

    it('gives the login a theme and a page, and takes them away', async () => {
      await expect(auth0.branding.themes.getDefault()).rejects.toMatchObject({ statusCode: 404 });
      const { themeId, ...theme } = await auth0.branding.themes.create(THEME);
      expect(theme).toEqual({ ...THEME, displayName: '' });
      expect(await auth0.branding.themes.getDefault()).toEqual({ themeId, ...theme });
      const changed = await auth0.branding.themes.update(themeId, { ...THEME, displayName: 'Acme' });
      expect(changed).toEqual({ ...THEME, themeId, displayName: 'Acme' });
      await auth0.branding.themes.delete(themeId);
      for (const template of [PAGE, { template: `${PAGE}\n` }])
        await auth0.branding.templates.updateUniversalLogin(template);
      expect(await auth0.branding.templates.getUniversalLogin()).toEqual({ body: `${PAGE}\n` });
      await auth0.branding.templates.deleteUniversalLogin();
    });
  });

  describe('an operator by auth0 4.37', () => {
    const auth0 = new OldManagementClient(OPERATOR);

    it('gives the login a theme and a page, and takes them away', async () => {
      await expect(auth0.branding.getUniversalLoginTemplate()).rejects.toMatchObject({ statusCode: 404 });
      const template = `${PAGE}\n`;
      await auth0.branding.setUniversalLoginTemplate({ template });
      expect((await auth0.branding.getUniversalLoginTemplate()).data).toEqual({ body: template });
      await auth0.branding.deleteUniversalLoginTemplate();
      const { data: made } = await auth0.branding.createTheme(THEME);
      const { themeId, ...theme } = made;
      expect(theme).toMatchObject(THEME);
      expect((await auth0.branding.getDefaultTheme()).data).toEqual(made);
      await auth0.branding.updateTheme({ themeId }, { ...theme, displayName: 'Acme' });
      expect((await auth0.branding.getTheme({ themeId })).data).toEqual({ ...made, displayName: 'Acme' });
      await auth0.branding.deleteTheme({ themeId });
    });

    it('makes, changes and ends an application with its keys', async () => {
      const { data: made } = await auth0.clients.create({ name: 'Old', app_type: 'regular_web' });
      const client_id = made.client_id ?? '';
      witness(made.client_secret ?? '');
      await auth0.clients.update({ client_id }, { callbacks: ['https://old.test/cb'] });
      const { data: page } = await auth0.clients.getAll({ include_totals: true, per_page: 1, page: 0 });
      expect(page).toMatchObject({ start: 0, limit: 1, total: expect.any(Number) });
      const { data: rotated } = await auth0.clients.rotateClientSecret({ client_id });
      expect(witness(rotated.client_secret ?? '')).not.toBe(made.client_secret);
      const { data: key } = await auth0.clients.createCredential({ client_id }, KEY);
      const of = { client_id, credential_id: key.id ?? '' };
      await auth0.clients.updateCredential(of, { expires_at: '2040-01-01T00:00:00.000Z' });
      expect((await auth0.clients.getCredentials({ client_id })).data).toMatchObject([{ id: key.id }]);
      await auth0.clients.deleteCredential(of);
      await auth0.clients.delete({ client_id });
      await expect(auth0.clients.get({ client_id })).rejects.toMatchObject({
        statusCode: 404,
        errorCode: 'inexistent_client',
      });
    });

    it('registers an API and grants it', async () => {
      const { data: api } = await auth0.resourceServers.create({ identifier: 'urn:old', name: 'Old' });
      const id = api.id ?? '';
      await auth0.resourceServers.update({ id }, { scopes: [{ value: 'read' }] });
      const { data: grant } = await auth0.clientGrants.create({
        client_id: MACHINE.clientId,
        audience: 'urn:old',
        scope: ['read'],
      });
      const { data: grants } = await auth0.clientGrants.getAll({
        audience: 'urn:old',
        include_totals: true,
      });
      expect(grants).toMatchObject({ total: 1, client_grants: [{ id: grant.id }] });
      await auth0.clientGrants.update({ id: grant.id ?? '' }, { scope: [] });
      await auth0.clientGrants.delete({ id: grant.id ?? '' });
      expect((await auth0.resourceServers.getAll()).data.map(({ identifier }) => identifier)).toContain(
        'urn:old',
      );
      await auth0.resourceServers.delete({ id });
    });

    it('looks at the keys, and at a connection and who offers it', async () => {
      const { data: keys } = await auth0.keys.getAll();
      const kid = keys.find(({ current }) => current)?.kid ?? '';
      expect((await auth0.keys.get({ kid })).data).toMatchObject({ kid, current: true });
      const { data: connection } = await auth0.connections.create({ name: 'old', strategy: 'sms' });
      const id = connection.id ?? '';
      await auth0.connections.updateEnabledClients({ id }, [{ client_id: MACHINE.clientId, status: true }]);
      expect((await auth0.connections.getEnabledClients({ id })).data).toMatchObject({
        clients: [{ client_id: MACHINE.clientId }],
      });
      await auth0.connections.delete({ id });
    });
  });
}
