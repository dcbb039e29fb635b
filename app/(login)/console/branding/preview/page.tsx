// The preview of a login page, by Next's door, for hosts without our front (docs/decisions/0027).
import { headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { runtime } from '@/lib/runtime/boot';
import { browserBehind } from '@/lib/web/browser';
import * as actions from '../../../login/[interaction]/actions';
import { showPreview } from './show';

type Asked = Promise<Readonly<Record<string, string | string[] | undefined>>>;

export default async function PreviewPage({ searchParams }: { searchParams: Asked }) {
  const latchkey = await runtime();
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(await searchParams))
    if (typeof value === 'string') query.set(name, value);
  const shown = await showPreview(latchkey, browserBehind(await headers(), latchkey), { query, actions });
  if (shown === null) notFound();
  return shown.card;
}
