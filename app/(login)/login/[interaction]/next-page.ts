// Next's door to a page of a sign-in: head and body are made of one look, however often Next asks for them.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { runtime } from '@/lib/runtime/boot';
import { currentBrowser } from '@/lib/web/next-door';
import * as actions from './actions';
import type { ShowStep } from './shown';

type Props = Readonly<{ params: Promise<{ interaction: string }> }>;

export function nextPage(show: ShowStep) {
  const look = cache(async (id: string) => show(await runtime(), await currentBrowser(), { id, actions }));
  return {
    async generateMetadata({ params }: Props): Promise<Metadata> {
      const shown = await look((await params).interaction);
      return shown.kind === 'page' ? { title: shown.title } : {};
    },

    async Page({ params }: Props) {
      const shown = await look((await params).interaction);
      return shown.kind === 'page' ? shown.card : redirect(shown.location);
    },
  };
}
