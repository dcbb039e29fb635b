'use client';
// A form whose answer holds a secret: the secret takes its place until the person says that they have kept it.
import { useRouter } from 'next/navigation';
import { type ComponentProps, useState } from 'react';
import { Callout } from './callout';
import { Form } from './form';
import { Secret } from './secret';

type Done = Parameters<NonNullable<ComponentProps<typeof Form>['onDone']>>[0];

/** @param words of the secret: what it is, and that it is shown this once */
export function SecretForm({
  words,
  children,
  ...form
}: Omit<ComponentProps<typeof Form>, 'onDone'> & { words: Readonly<{ label: string; once: string }> }) {
  const [done, setDone] = useState<Done | null>(null);
  const router = useRouter();
  const { secret, next } = done?.shown ?? {};
  if (done !== null && secret !== undefined) {
    return (
      <div className="grid gap-4">
        <Callout tone="heed" title={done.said} isNews>
          {words.once}
        </Callout>
        <Secret
          value={secret}
          label={words.label}
          onKept={() => (next === undefined ? setDone(null) : router.push(next))}
        />
      </div>
    );
  }
  return (
    <Form {...form} onDone={setDone}>
      {children}
    </Form>
  );
}
