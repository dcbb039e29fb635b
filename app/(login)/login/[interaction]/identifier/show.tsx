// Step one: who are you?
import { ErrorCard } from '@/components/login/error-card';
import { IdentifierCard } from '@/components/login/identifier-card';
import { asksForCountry, exampleOf, isSignUp, otherConnection, prefill, whatIsAsked } from '@/lib/web/asking';
import { countryNames, listCountries } from '@/lib/web/country-names';
import { passkeyInstead } from '@/lib/web/passkeys';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { stepSetting } from '../../../page-setting';
import { showDeadEnd } from '../dead-end';
import type { ShowStep } from '../shown';
import { wayTo } from '../way-to';

export const showIdentifier: ShowStep = async (latchkey, browser, { id, actions }) => {
  const visit = await visitInteraction(latchkey, browser, id);
  const { chooseLanguage } = actions;
  const page = stepSetting(latchkey, browser, { visit, step: 'identifier', chooseLanguage });
  const passkey = await passkeyInstead(latchkey, visit, actions.submitPasskey);
  if (visit.kind !== 'open') {
    const title = titleOf(latchkey, { visit, step: 'identifier' });
    return showDeadEnd(latchkey, { visit, page, title, passkey });
  }

  const { interaction, client, language } = visit;
  const asked = await whatIsAsked(latchkey, browser, visit);
  const { offered, channels, countries, country } = asked;
  const title = titleOf(latchkey, { visit, step: 'identifier', isSignUp: isSignUp(offered, interaction) });
  // Nothing that this client's people may use can send anything: for an operator to mend.
  if (offered.length === 0) {
    const detail = latchkey.environment.isLoopback ? `No connection of ${client.name} can send.` : null;
    return { kind: 'page', title, card: <ErrorCard {...NOT_AVAILABLE} page={page} detail={detail} /> };
  }
  const hasTurned = interaction.chosenConnection !== null;
  const other = hasTurned ? await otherConnection(latchkey, { ...visit, than: channels }) : null;
  const card = (
    <IdentifierCard
      page={page}
      action={actions.submitIdentifier}
      hidden={{ interaction: interaction.id }}
      passkey={passkey}
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
      otherWay={wayTo(other, { interaction, action: actions.turnToConnection })}
      now={latchkey.clock().getTime()}
    />
  );
  return { kind: 'page', title, card };
};

const NOT_AVAILABLE = {
  error: 'unavailable',
  reference: null,
  at: null,
  tryAgainHref: null,
  backHref: null,
} as const;
