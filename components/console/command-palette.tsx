'use client';
// Anywhere in the console in a few keys: Ctrl or Cmd and K, or the button in the sidebar. What it lists is fetched when it is
// opened first.
import { Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

/** Somewhere to go. */
export type Command = Readonly<{ id: string; group: string; label: string; href: string }>;

export type PaletteWords = Readonly<{
  open: string;
  placeholder: string;
  none: string;
  title: string;
  recent: string;
  /** With `{typed}` in it. */
  search: string;
}>;

/** Where what is typed is looked for. */
export type PaletteSearch = Readonly<{ path: string; parameter: string }>;

const CommandList = lazy(() => import('./command-list').then((module) => ({ default: module.CommandList })));

/** @param search left out: there is nothing to search */
export function CommandPalette({
  commands,
  search,
  words,
}: {
  commands: readonly Command[];
  search?: PaletteSearch | undefined;
  words: PaletteWords;
}) {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setIsOpen((isOpen) => !isOpen);
    }
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
        className="flex min-h-9 items-center gap-2 rounded-control border border-line bg-page px-3 text-muted hover:text-ink pointer-coarse:min-h-11"
      >
        <Search className="size-4" aria-hidden />
        <span className="flex-1 text-start">{words.open}</span>
        <kbd className="font-sans text-xs pointer-coarse:hidden">Ctrl K</kbd>
      </button>
      {isOpen &&
        createPortal(
          <Palette {...{ commands, search, words }} onDone={() => setIsOpen(false)} />,
          document.body,
        )}
    </>
  );
}

/** Outside of the sidebar, which is not there on a phone while the page is. */
function Palette({
  commands,
  search,
  words,
  onDone,
}: {
  commands: readonly Command[];
  search: PaletteSearch | undefined;
  words: PaletteWords;
  onDone: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="modal mt-[12vb]"
      aria-label={words.title}
      onClose={onDone}
      onClick={(event) => event.target === event.currentTarget && onDone()}
      onKeyDown={undefined}
    >
      <Suspense>
        <CommandList {...{ commands, search, words, onDone }} />
      </Suspense>
    </dialog>
  );
}
