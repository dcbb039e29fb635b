// What the identifier page asks for: the identifiers of the connections it offers, and the country that a number without
// country code is dialled in. The page that asks and the action that reads the answer agree because both ask here.
import { type Connection, channelsOf } from '@/lib/login/connection';
import type { Channel } from '@/lib/login/identifier';
import type { Interaction } from '@/lib/login/interaction';
import { exampleNumber, PHONE_COUNTRIES } from '@/lib/login/phone-number';
import type { Client } from '@/lib/oidc/client';
import type { Runtime } from '@/lib/runtime/compose';
import { type Browser, presumedCountry } from './browser';

export type Asked = Readonly<{
  offered: readonly Connection[];
  channels: readonly Channel[];
  /** ISO 3166-1 alpha-2; empty where no number is asked for. */
  countries: readonly string[];
  /** One of them, as chosen or as good as certain; null where the person has to say. */
  country: string | null;
}>;

export async function whatIsAsked(
  runtime: Runtime,
  browser: Browser,
  { client, interaction }: { client: Client; interaction: Interaction },
): Promise<Asked> {
  const offered = await runtime.offered(client, interaction);
  const sms = offered.find((connection) => connection.strategy === 'sms');
  const countries = sms === undefined ? [] : (runtime.login.servedCountries(sms) ?? PHONE_COUNTRIES);
  const likely = [interaction.chosenCountry, presumedCountry(browser, interaction)];
  const [only = null, ...others] = countries;
  return {
    offered,
    channels: channelsOf(offered),
    countries,
    // A guess that is not served would only be refused: a visitor's browser says where it was bought.
    country:
      likely.find((country) => country !== null && countries.includes(country)) ??
      (others.length === 0 ? only : null),
  };
}

/**
 * Whether the page lets people choose that country. Where it takes addresses too, only once a number could not be read
 * without it: most people type an address, and a number with its country code says it by itself.
 */
export function asksForCountry(
  { channels, countries }: Asked,
  { chosenCountry, typedForm, outcome }: Interaction,
): boolean {
  if (countries.length < 2) return false;
  if (!channels.includes('email') || chosenCountry !== null) return true;
  return outcome !== null && typedForm !== null && !typedForm.includes('@');
}

/** A number as strangers may write it, of a country that is asked for; empty where none is. */
export function exampleOf({ countries, country }: Asked): string {
  const known = country ?? EXAMPLE_COUNTRIES.find((each) => countries.includes(each)) ?? countries[0];
  return (known && exampleNumber(known)) ?? '';
}

/** Whose numbers most people recognise as such. */
const EXAMPLE_COUNTRIES = ['GB', 'US', 'DE', 'FR', 'IN', 'BR'];

/**
 * Whether the page speaks of signing up: where the client sends people to do so (Auth0's `screen_hint`), and they may. It does
 * the same either way.
 */
export function isSignUp(offered: Asked['offered'], { request }: Interaction): boolean {
  return request.screenHint === 'signup' && offered.every(({ signUpOpen }) => signUpOpen);
}

/** What stands in the field to begin with: what was typed into it, or a hint unless that is for another kind of field. */
export function prefill({ channels }: Asked, { typedForm, outcome }: Interaction): string {
  if (typedForm === null || outcome !== null) return typedForm ?? '';
  if (typedForm.includes('@')) return channels.includes('email') ? typedForm : '';
  return channels.includes('sms') || !/^\+?\d/.test(typedForm) ? typedForm : '';
}

/** The first connection of another channel than those, for a person whom these do not serve; null where there is none. */
export async function otherConnection(
  runtime: Runtime,
  { client, interaction, than }: { client: Client; interaction: Interaction; than: readonly Channel[] },
): Promise<Connection | null> {
  const offered = await runtime.offered(client, { ...interaction, chosenConnection: null });
  return offered.find(({ strategy }) => !than.includes(strategy)) ?? null;
}
