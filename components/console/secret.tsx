'use client';
// A secret that is shown this once: hidden until asked for, to copy, and gone when the person says that they have kept it.
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button';
import { CopyButton } from './copy-button';
import { useFrame } from './frame';

/** @param onKept the place to put it away from the page; left out: it stays until the page is left */
export function Secret({ value, label, onKept }: { value: string; label: string; onKept?: () => void }) {
  const { words } = useFrame();
  const [isShown, setIsShown] = useState(false);
  return (
    <div className="grid gap-2">
      <p className="font-medium">{label}</p>
      <div className="flex items-center gap-1 rounded-control border border-edge bg-page ps-3">
        <code className="min-w-0 flex-1 font-mono text-table break-all">
          {isShown ? value : '•'.repeat(Math.min(value.length, 32))}
        </code>
        <Button
          look="bare"
          size="icon"
          aria-label={isShown ? words.hide : words.show}
          onClick={() => setIsShown(!isShown)}
        >
          {isShown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </Button>
        <CopyButton value={value} />
      </div>
      {onKept && (
        <div>
          <Button size="small" onClick={onKept}>
            {words.kept}
          </Button>
        </div>
      )}
    </div>
  );
}
