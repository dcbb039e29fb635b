// Which countries a connection may text: those that somebody named, else the one its sender belongs to. Text messages to the
// others cost more and are mostly asked for by those who earn by them, so they are off until somebody wants them (SMS-1).
import type { SmsConnection } from './connection';
import { countryOfSender } from './phone-number';

/**
 * ISO 3166-1 alpha-2; null is every country, where nothing is sent and the inbox shows it.
 *
 * @param server.countries SMS_COUNTRIES, or null
 * @param server.sender what the server's own provider sends from; null where it has none, or a messaging service decides
 * @param server.canSend the server has a provider for text messages
 */
export function servedCountries(
  connection: Pick<SmsConnection, 'countries' | 'from' | 'twilio' | 'gateway'>,
  server: { countries: readonly string[] | null; sender: string | null; canSend: boolean },
): readonly string[] | null {
  const named = connection.countries ?? server.countries;
  if (named !== null) return named;
  const sendsItself = connection.twilio !== null || connection.gateway !== null;
  if (!sendsItself && !server.canSend) return null;
  const sender = connection.from ?? (sendsItself ? null : server.sender);
  const country = sender === null ? null : countryOfSender(sender);
  return country === null ? [] : [country];
}
