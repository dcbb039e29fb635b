'use client';
// What came of a press, said for a moment at the edge of the page, with a way back where there is one. What shows it is fetched
// with the first one.
import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useState } from 'react';

export type Toast = Readonly<{
  said: string;
  /** Takes it back; really, not only on the page. */
  undo?: Readonly<{ label: string; run: () => void }>;
}>;

export type ShownToast = Toast & Readonly<{ id: number }>;

/** Shown at once at most; the oldest makes room. */
const SHOWN_MAX = 3;

const ToastContext = createContext<(toast: Toast) => void>(() => {});

const ToastRegion = lazy(() =>
  import('./toast-region').then(({ ToastRegion }) => ({ default: ToastRegion })),
);

/** Says something at the edge of the page. */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly ShownToast[]>([]);
  const [wasUsed, setWasUsed] = useState(false);
  const say = useCallback((toast: Toast) => {
    setWasUsed(true);
    setToasts((shown) => [...shown.slice(1 - SHOWN_MAX), { ...toast, id: (shown.at(-1)?.id ?? 0) + 1 }]);
  }, []);
  return (
    <ToastContext value={say}>
      {children}
      {wasUsed && (
        <Suspense>
          <ToastRegion
            toasts={toasts}
            onClosed={(id) => setToasts((shown) => shown.filter((toast) => toast.id !== id))}
          />
        </Suspense>
      )}
    </ToastContext>
  );
}
