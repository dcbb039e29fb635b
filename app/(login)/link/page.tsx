// Where somebody who is signed in adds another address or number. An application leads here and names itself. Reads only.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { LinkCard } from '@/components/login/link-card';
import { SignInFirstCard } from '@/components/login/linked-card';
import { channelsOf } from '@/lib/login/connection';
import { exampleNumber } from '@/lib/login/phone-number';
import { initiateLoginLocation } from '@/lib/login/restart';
import { runtime } from '@/lib/runtime/boot';
import { requestLanguage } from '@/lib/web/browser';
import { countryNames } from '@/lib/web/country-names';
import { linkingCountry, visitLinking } from '@/lib/web/linking';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../page-setting';
import { submitIdentity } from './actions';
import { titleOfLinking } from './title';

type Props = Readonly<{ searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> }>;

async function visit({ searchParams }: Props) {
  const { client_id: clientId } = await searchParams;
  return visitLinking(
    await runtime(),
    await currentBrowser(),
    typeof clientId === 'string' ? clientId : null,
  );
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return titleOfLinking(await currentBrowser(), await visit(props), 'linking.heading');
}

export default async function LinkPage(props: Props) {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const found = await visit(props);
  if (found.kind === 'unknown') notFound();
  const { client } = found;
  const language = requestLanguage(browser, []);
  const page = pageSetting(latchkey, browser, { language, client });
  if (found.kind === 'sign_in_first') {
    return <SignInFirstCard page={page} clientHref={initiateLoginLocation(client, latchkey.deps.issuer)} />;
  }
  const { offered, account, attempt } = found;
  const country = linkingCountry(latchkey, browser, offered) ?? 'GB';
  return (
    <LinkCard
      page={page}
      action={submitIdentity}
      hidden={{ client_id: client.clientId }}
      account={account}
      asking={{
        channels: channelsOf(offered),
        exampleNumber: exampleNumber(country) ?? '',
        countryName: countryNames(language),
      }}
      value={attempt?.typedIdentifier ?? ''}
      problem={attempt?.problem ?? null}
      now={latchkey.clock().getTime()}
    />
  );
}
