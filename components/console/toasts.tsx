'use client';
// What came of a press, said for a moment at the edge of the page, with a way back where there is one. By Radix, which waits
// while somebody points at it or the window is away, and can be reached by F8.
import * as Radix from '@radix-ui/react-toast';
import { X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Button } from './button';
import { useFrame } from './frame';

export type Toast = Readonly<{
  said: string;
  /** Takes it back; really, not only on the page. */
  undo?: Readonly<{ label: string; run: () => void }>;
}>;

/** Long enough to press undo. */
const SAID_MS = 8_000;

const ToastContext = createContext<(toast: Toast) => void>(() => {});

/** Says something at the edge of the page. */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

export function Toasts({ children }: { children: ReactNode }) {
  const { words } = useFrame();
  const [toasts, setToasts] = useState<readonly (Toast & { id: number })[]>([]);
  const say = useCallback((toast: Toast) => {
    setToasts((shown) => [...shown.slice(-2), { ...toast, id: (shown.at(-1)?.id ?? 0) + 1 }]);
  }, []);
  const remove = (id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id));
  return (
    <Radix.Provider duration={SAID_MS} label={words.toasts}>
      <ToastContext value={say}>{children}</ToastContext>
      {toasts.map(({ id, said, undo }) => (
        <Radix.Root
          key={id}
          className="overlay flex items-center gap-3 py-2 ps-4 pe-2"
          onOpenChange={(isOpen) => !isOpen && remove(id)}
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
