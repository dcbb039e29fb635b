'use client';
// Where passing messages are shown, by Radix, which waits while somebody points at one or the window is away, and can be reached
// by F8.
import * as Radix from '@radix-ui/react-toast';
import { X } from 'lucide-react';
import { Button } from './button';
import { useFrame } from './frame';
import type { ShownToast } from './toasts';

/** Long enough to press undo. */
const SAID_MS = 8_000;

export function ToastRegion({
  toasts,
  onClosed,
}: {
  toasts: readonly ShownToast[];
  onClosed: (id: number) => void;
}) {
  const { words } = useFrame();
  return (
    <Radix.Provider duration={SAID_MS} label={words.toasts}>
      {toasts.map(({ id, said, undo }) => (
        <Radix.Root
          key={id}
          className="overlay flex items-center gap-3 py-2 ps-4 pe-2"
          onOpenChange={(isOpen) => !isOpen && onClosed(id)}
        >
          <Radix.Title className="min-w-0 flex-1 font-medium">{said}</Radix.Title>
          {undo && (
            <Radix.Action asChild altText={undo.label}>
              <Button size="small" onClick={undo.run}>
                {undo.label}
              </Button>
            </Radix.Action>
          )}
          <Radix.Close asChild>
            <Button look="bare" size="icon" aria-label={words.close}>
              <X aria-hidden />
            </Button>
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed inset-e-4 inset-be-4 z-50 grid w-[min(24rem,calc(100vi-2rem))] gap-2 outline-none" />
    </Radix.Provider>
  );
}
