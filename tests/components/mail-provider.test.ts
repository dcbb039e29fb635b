// Providers that a domain names without doubt, and everything else.
import { expect, it } from 'vitest';
import { mailProviderOf } from '@/components/login/mail-provider';

it.each([
  ['maria@gmail.com', 'Gmail'],
  ['Maria@GoogleMail.com ', 'Gmail'],
  ['maria@hotmail.co.uk', 'Outlook'],
  ['maria@yahoo.fr', 'Yahoo Mail'],
  ['maria@me.com', 'iCloud Mail'],
  ['maria@pm.me', 'Proton Mail'],
  ['maria@gmx.at', 'GMX'],
])('%s is read at %s', (address, name) => {
  expect(mailProviderOf(address)?.name).toBe(name);
});

it.each([
  'maria@example.com',
  'maria@gmail.com.example.com',
  'maria@notgmail.com',
  'gmail.com',
  '+447400123456',
])('%s says nothing', (address) => {
  expect(mailProviderOf(address)).toBeNull();
});
