// Step one: who are you? Reads only; an unauthenticated GET writes no row.
import type { Metadata } from 'next';
import { ErrorCard } from '@/components/login/error-card';
import { IdentifierCard } from '@/components/login/identifier-card';
import { runtime } from '@/lib/runtime/boot';
import { asksForCountry, exampleOf, isSignUp, otherConnection, prefill, whatIsAsked } from '@/lib/web/asking';
import { countryNames, listCountries } from '@/lib/web/country-names';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { stepSetting } from '../../../page-setting';
import { DeadEnd } from '../dead-end';
import { wayTo } from '../way-to';
import { submitIdentifier } from './actions';

type Props = Readonly<{ params: Promise<{ interaction: string }> }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const latchkey = await runtime();
  const visit = await visitInteraction(latchkey, (await params).interaction);
  if (visit.kind !== 'open') return titleOf(visit, 'identifier');
  const { interaction, client } = visit;
  return titleOf(visit, 'identifier', isSignUp(await latchkey.offered(client, interaction), interaction));
}

export default async function IdentifierPage({ params }: Props) {
  const latchkey = await runtime();
  const visit = await visitInteraction(latchkey, (await params).interaction);
  const now = latchkey.clock().getTime();
  const page = await stepSetting(visit, 'identifier');
  if (visit.kind !== 'open')
    return <DeadEnd visit={visit} page={page} issuer={latchkey.deps.issuer} now={now} />;

  const { interaction, client, language } = visit;
  const asked = await whatIsAsked(latchkey, visit);
  const { offered, channels, countries, country } = asked;
  // Nothing that this client's people may use can send anything: for an operator to mend.
  if (offered.length === 0) {
    const detail = latchkey.environment.isLoopback ? `No connection of ${client.name} can send.` : null;
    return <ErrorCard {...NOT_AVAILABLE} page={page} detail={detail} />;
  }
  const hasTurned = interaction.chosenConnection !== null;
  const other = hasTurned ? await otherConnection(latchkey, { ...visit, than: channels }) : null;
  return (
    <IdentifierCard
      page={page}
      action={submitIdentifier}
      hidden={{ interaction: interaction.id }}
      asking={{
        channels,
        exampleNumber: exampleOf(asked),
        countryName: countryNames(language),
      }}
      sendsLink={offered.every((each) => each.strategy === 'email' && each.sendMode === 'link')}
      countries={
        asksForCountry(asked, interaction)
          ? { offered: listCountries(language, countries), chosen: country }
          : null
      }
      value={prefill(asked, interaction)}
      problem={interaction.outcome?.kind === 'sent_again' ? null : interaction.outcome}
      signUpOpen={offered.every(({ signUpOpen }) => signUpOpen)}
      isSignUp={isSignUp(offered, interaction)}
      otherWay={wayTo(other, interaction)}
      now={now}
    />
  );
}

const NOT_AVAILABLE = {
  error: 'unavailable',
  reference: null,
  at: null,
  tryAgainHref: null,
  backHref: null,
} as const;
