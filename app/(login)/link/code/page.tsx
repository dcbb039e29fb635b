// Where the code for another address or number is typed, and the link confirmed. Reads only.
import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { LinkCodeCard } from '@/components/login/link-code-card';
import { runtime } from '@/lib/runtime/boot';
import { requestLanguage } from '@/lib/web/browser';
import { linkingPath, visitLinking } from '@/lib/web/linking';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../../page-setting';
import { submitLinkCode } from '../actions';
import { titleOfLinking } from '../title';

const visit = async () => visitLinking(await runtime(), await currentBrowser(), null);

export async function generateMetadata(): Promise<Metadata> {
  return titleOfLinking(await currentBrowser(), await visit(), 'code.heading');
}

export default async function LinkCodePage() {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const found = await visit();
  if (found.kind === 'unknown') notFound();
  const { client } = found;
  const attempt = found.kind === 'open' ? found.attempt : null;
  if (found.kind !== 'open' || attempt === null || attempt.question === null) redirect(linkingPath(client));
  return (
    <LinkCodeCard
      page={pageSetting(latchkey, browser, { language: requestLanguage(browser, []), client })}
      action={submitLinkCode}
      account={found.account}
      asked={attempt.question.asked}
      problem={attempt.problem}
      changeHref={linkingPath(client)}
      now={latchkey.clock().getTime()}
    />
  );
}
