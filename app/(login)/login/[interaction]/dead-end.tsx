// The pages of an interaction that cannot be answered at the step that was opened: finished, overtaken by another tab, too old,
// or not this browser's. Where somebody has proven who they are, the question of consent is what is left.
import type { PageSetting } from '@/components/frame';
import { FinishedElsewhereCard } from '@/components/login/finished-elsewhere-card';
import type { PasskeyQuestion } from '@/components/login/passkey-form';
import { StaleCard } from '@/components/login/stale-card';
import { StoppedCard } from '@/components/login/stopped-card';
import { TooManyTriesCard } from '@/components/login/too-many-tries-card';
import { clientHome, freshStartLocation, startAgainLocation } from '@/lib/login/restart';
import type { Runtime } from '@/lib/runtime/compose';
import { stepPath } from '@/lib/web/answer';
import type { Visit } from '@/lib/web/visit';
import type { Shown } from './shown';

type DeadEnd = Exclude<Visit, { kind: 'open' }>;
type Deps = Pick<Runtime, 'clock'> & Readonly<{ deps: Pick<Runtime['deps'], 'issuer'> }>;

export function showDeadEnd(
  latchkey: Deps,
  {
    visit,
    page,
    title,
    passkey = null,
  }: { visit: DeadEnd; page: PageSetting; title: string; passkey?: PasskeyQuestion | null },
): Shown {
  if (visit.kind === 'proven')
    return { kind: 'elsewhere', location: stepPath(visit.interaction.id, 'consent') };
  return { kind: 'page', title, card: cardOf(latchkey, visit, { page, passkey }) };
}

function cardOf(
  { deps: { issuer }, clock }: Deps,
  visit: Exclude<DeadEnd, { kind: 'proven' }>,
  { page, passkey }: { page: PageSetting; passkey: PasskeyQuestion | null },
) {
  if (visit.kind === 'unknown') return <StaleCard page={page} startAgainHref={null} />;

  const { interaction, client } = visit;
  const { request } = interaction;
  const startAgainHref = startAgainLocation(client, request, issuer);
  switch (visit.kind) {
    case 'expired':
      return <StaleCard page={page} startAgainHref={freshStartLocation(client, request, issuer)} />;
    case 'overtaken':
      return <FinishedElsewhereCard page={page} continueHref={startAgainHref} />;
    case 'finished':
      switch (interaction.finished) {
        case 'too_many_tries': {
          const now = clock().getTime();
          return (
            <TooManyTriesCard
              page={page}
              startAgainHref={startAgainHref}
              waitUntil={null}
              now={now}
              passkey={passkey}
            />
          );
        }
        case 'cancelled':
          return <StoppedCard page={page} startAgainHref={startAgainHref} />;
        case 'signed_in':
        case null: {
          const continueHref = clientHome(client, request.redirectUri, issuer);
          return <FinishedElsewhereCard page={page} continueHref={continueHref} />;
        }
      }
  }
}
