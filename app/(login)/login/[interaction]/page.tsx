// The address of a sign-in, cut short.
import { redirect } from 'next/navigation';
import { stepPath } from '@/lib/web/answer';

export default async function InteractionPage({ params }: { params: Promise<{ interaction: string }> }) {
  redirect(stepPath((await params).interaction, 'identifier'));
}
