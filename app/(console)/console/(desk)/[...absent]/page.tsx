// Every address of the console that no page has, so that it looks to a stranger like those that there are.
import { notFound } from 'next/navigation';
import { requireOperator } from '@/lib/web/console/operator';

export default async function AbsentPage() {
  await requireOperator();
  notFound();
}
