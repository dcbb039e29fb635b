// Where a magic link leads. Looking at this page spends nothing and signs nobody in, whoever looks (MAG-2, MAG-3). Status 200
// for every link, made up or genuine; only who holds a genuine one is told what became of it (MAG-9).
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import type { PageSetting } from '@/components/frame';
import { AlreadySignedInCard, DeadLinkCard, type DeadLinkCardProps } from '@/components/login/dead-link-card';
import { ElsewhereCard } from '@/components/login/elsewhere-card';
import { SigningInCard } from '@/components/login/signing-in-card';
import { StoppedCard } from '@/components/login/stopped-card';
import type { Interaction } from '@/lib/login/interaction';
import { LINK_PATH } from '@/lib/login/magic-link';
import { describeBrowser } from '@/lib/login/requesting-browser';
import { clientHome, startAgainLocation } from '@/lib/login/restart';
import type { Client } from '@/lib/oidc/client';
import { runtime } from '@/lib/runtime/boot';
import type { Runtime } from '@/lib/runtime/compose';
import { stepPath } from '@/lib/web/answer';
import type { Browser } from '@/lib/web/browser';
import { findSession, homeOf, linkPath, visitMagicLink } from '@/lib/web/link-visit';
import { currentBrowser } from '@/lib/web/next-door';
import { visitInteraction } from '@/lib/web/visit';
import { isProvenByLink } from '@/lib/web/waiting';
import { resendMessage } from '../../../login/[interaction]/actions';
import { pageSetting } from '../../../page-setting';
import { openElsewhere, openHere } from './actions';

type Props = Readonly<{
  params: Promise<{ token: string }>;
  searchParams: Promise<{ confirm?: string | string[] }>;
}>;

const HEADINGS = {
  here: 'landing.heading',
  elsewhere: 'elsewhere.heading',
  stoppable: 'stop.heading',
  cancelled: 'stopped.heading',
  used: 'deadLink.usedHeading',
  expired: 'deadLink.expiredHeading',
  replaced: 'deadLink.replacedHeading',
  broken: 'deadLink.brokenHeading',
} as const;

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const { link, client, language } = await visitMagicLink(
    await runtime(),
    await currentBrowser(),
    (await params).token,
  );
  const t = (await runtime()).wordsOf(language);
  const app = client?.name ?? '';
  const step = t(HEADINGS[link.kind], { app });
  const isConfirmMissing = link.kind === 'elsewhere' && (await searchParams).confirm === 'missing';
  return { title: isConfirmMissing ? t('page.titleWithError', { step, app }) : step };
}

export default async function LinkPage({ params, searchParams }: Props) {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const { token } = await params;
  const { link, client, language } = await visitMagicLink(latchkey, browser, token);
  const page = pageSetting(latchkey, browser, { language, client });
  const shared = { page, shownAddress: LINK_PATH };
  switch (link.kind) {
    case 'broken':
      return <DeadLinkCard {...shared} why="broken" sendNew={null} />;
    case 'cancelled': {
      const startAgainHref =
        link.interaction &&
        client &&
        startAgainLocation(client, link.interaction.request, latchkey.deps.issuer);
      return <StoppedCard {...shared} startAgainHref={startAgainHref} />;
    }
    case 'used':
      return <Used {...shared} {...{ latchkey, browser, client }} interaction={link.interaction} />;
    case 'expired':
    case 'replaced': {
      const sendNew = await newLink(latchkey, browser, { interaction: link.interaction, client });
      return <DeadLinkCard {...shared} why={link.kind} sendNew={sendNew} />;
    }
    case 'here': {
      const { id } = link.interaction;
      const visit = await visitInteraction(latchkey, browser, id);
      // Another tab of this browser has signed in since: nothing is left to do.
      if (visit.kind !== 'open')
        return (
          <AlreadySignedInCard {...shared} continueHref={homeFrom(latchkey, link.interaction, client)} />
        );
      return <SigningInCard {...shared} action={openHere} hidden={{ link: token, interaction: id }} />;
    }
    case 'stoppable':
      return redirect(linkPath(token, 'stop'));
    case 'elsewhere':
      return (
        <ElsewhereCard
          {...shared}
          relayCode={link.relayCode}
          expiresAt={link.expiresAt.getTime()}
          askedAt={link.createdAt.getTime()}
          askedFrom={describeBrowser(link.userAgent)}
          signInHere={
            link.signInHere && {
              ...link.signInHere,
              action: openElsewhere,
              hidden: { link: token },
              maskedIdentifier: link.maskedIdentifier,
              isConfirmMissing: (await searchParams).confirm === 'missing',
            }
          }
          stopHref={linkPath(token, 'stop')}
          now={latchkey.clock().getTime()}
        />
      );
  }
}

async function Used({
  latchkey,
  browser,
  interaction,
  client,
  ...shared
}: {
  latchkey: Runtime;
  browser: Browser;
  interaction: Interaction | null;
  client: Client | null;
  page: PageSetting;
  shownAddress: string;
}) {
  // Opened here before, and no tab has gone on to the client yet.
  if (interaction?.finished === null && (await isProvenByLink(latchkey.login, interaction)))
    redirect(stepPath(interaction.id, 'done'));
  if ((await findSession(latchkey, browser)) !== null)
    return <AlreadySignedInCard {...shared} continueHref={homeFrom(latchkey, interaction, client)} />;
  const sendNew = interaction && client && startAgain(latchkey, interaction, client);
  return <DeadLinkCard {...shared} why="used" sendNew={sendNew} />;
}

/** In the browser that asked: the message again while the sign-in lasts, then the sign-in again. */
async function newLink(
  latchkey: Runtime,
  browser: Browser,
  { interaction, client }: { interaction: Interaction | null; client: Client | null },
): Promise<DeadLinkCardProps['sendNew']> {
  if (interaction === null || client === null) return null;
  const visit = await visitInteraction(latchkey, browser, interaction.id);
  return visit.kind === 'open' && interaction.asked !== null
    ? { kind: 'post', action: resendMessage, hidden: { interaction: interaction.id } }
    : startAgain(latchkey, interaction, client);
}

/** The same request, with the address kept. */
function startAgain(
  { deps }: Runtime,
  { request, asked }: Interaction,
  client: Client,
): DeadLinkCardProps['sendNew'] {
  const loginHint = asked?.typedForm ?? request.loginHint;
  const href = startAgainLocation(client, { ...request, loginHint }, deps.issuer);
  return href === null ? null : { kind: 'go', href };
}

function homeFrom(latchkey: Runtime, interaction: Interaction | null, client: Client | null): string | null {
  return interaction && client
    ? clientHome(client, interaction.request.redirectUri, latchkey.deps.issuer)
    : homeOf(latchkey, client);
}
