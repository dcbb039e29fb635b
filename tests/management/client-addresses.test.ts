import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AddressField, explainAddress } from '@/lib/management/client-addresses';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import { type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('addresses of clients');
});
afterAll(() => office?.close());

const CLIENT = { applicationType: 'spa', wildcardRedirectUris: false } as const;

it.each<[AddressField, string]>([
  ['callbacks', 'http://app.example.com/callback'],
  ['callbacks', 'https://app.example.com/callback#x'],
  ['callbacks', 'https://*.example.com/callback'],
  ['callbacks', 'app://callback'],
  ['allowed_logout_urls', 'javascript:alert(1)'],
  ['web_origins', 'https://app.example.com/'],
  ['allowed_origins', 'http://app.example.com'],
  ['initiate_login_uri', 'http://app.example.com/login'],
  ['logo_uri', 'logo.png'],
])(
  'RED-3: an address is explained before it is sent as it is refused after: %s %s',
  async (field, address) => {
    const created = await office.ask({
      method: 'POST',
      path: CLIENTS_PATH,
      body: { name: 'App', app_type: 'spa' },
    });
    const { client_id: id } = await created.json();
    const value = field.endsWith('_uri') ? address : [address];
    const refused = await office.ask({
      method: 'PATCH',
      path: `${CLIENTS_PATH}/${id}`,
      body: { [field]: value },
    });
    const sentence = explainAddress(field, address, CLIENT);
    expect(refused.status).toBe(400);
    expect(sentence).not.toBeNull();
    expect((await refused.json()).message).toContain(sentence);
  },
);

it.each<[AddressField, string]>([
  ['callbacks', 'http://localhost:3000/callback'],
  ['allowed_logout_urls', 'https://app.example.com'],
  ['web_origins', 'https://app.example.com'],
  ['initiate_login_uri', 'https://app.example.com/login'],
])('has nothing to say of what may be registered: %s %s', (field, address) => {
  expect(explainAddress(field, address, CLIENT)).toBeNull();
});
