// What is wrong with addresses that somebody is typing, by the rules that the client will be changed by: the console asks before
// anything is sent, and says the same as the API would.
import type { Client } from '@/lib/oidc/client';
import { findUriProblem } from './client-rules';
import { webAddress, webOrigin } from './fields';

/** Fields of a client that hold addresses, in Auth0's names. */
export const ADDRESS_FIELDS = [
  'callbacks',
  'allowed_logout_urls',
  'web_origins',
  'allowed_origins',
  'initiate_login_uri',
  'logo_uri',
] as const;

export type AddressField = (typeof ADDRESS_FIELDS)[number];

/** Why that field may not hold this address, in words that follow its name or stand for themselves; null where it may. */
export function explainAddress(
  field: AddressField,
  address: string,
  client: Pick<Client, 'applicationType' | 'wildcardRedirectUris'>,
): string | null {
  if (field === 'callbacks' || field === 'allowed_logout_urls') return findUriProblem(address, client);
  const isOrigin = field === 'web_origins' || field === 'allowed_origins';
  const { error } = (isOrigin ? webOrigin() : webAddress()).safeParse(address);
  return error?.issues[0]?.message ?? null;
}
