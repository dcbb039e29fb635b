// Providers of messages as the console names them.
import 'server-only';
import { t } from './words';

const PROVIDERS = ['resend', 'smtp', 'twilio', 'gateway', 'inbox'] as const;

/** Its own name; what has none stands as it is. */
export function nameOfProvider(provider: string): string {
  const known = PROVIDERS.find((each) => each === provider);
  return known === undefined ? provider : t(`overview.providers.names.${known}`);
}
