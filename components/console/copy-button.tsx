'use client';
// Copies a value, and says that it did.
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button';
import { useFrame } from './frame';

/** How long it says so. */
const SAID_MS = 2_000;

export function CopyButton({ value }: { value: string }) {
  const { words } = useFrame();
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <>
      <Button
        look="bare"
        size="icon"
        title={words.copy}
        aria-label={words.copy}
        onClick={async () => {
          await navigator.clipboard.writeText(value);
          setIsCopied(true);
        }}
      >
        {isCopied ? <Check className="text-good" aria-hidden /> : <Copy aria-hidden />}
      </Button>
      <span role="status" className="sr-only">
        {isCopied ? words.copied : ''}
      </span>
    </>
  );
}
