'use client';
// What every part needs and no page should have to hand on: the words on buttons that are the same everywhere, and where a
// recent proof begins. The document of the console gives it once.
import { createContext, type ReactNode, useContext } from 'react';

export type FrameWords = Readonly<{
  close: string;
  cancel: string;
  copy: string;
  copied: string;
  show: string;
  hide: string;
  kept: string;
  undo: string;
  /** Said where it could not be taken back. */
  notUndone: string;
  /** Over what was typed before the person proved who they are. */
  proven: string;
  /** How an editor is left by keyboard: it keeps Tab for itself. */
  editorKeys: string;
  /** Of the region of passing messages; `{hotkey}` is the key that leads there. */
  toasts: string;
  failed: Readonly<{ title: string; lead: string; reference: string; again: string }>;
}>;

export type FrameSetting = Readonly<{
  words: FrameWords;
  /** A form posted there goes through the login, and comes back to its field `to`. */
  proofPath: string;
}>;

const FrameContext = createContext<FrameSetting | null>(null);

export function Frame({ setting, children }: { setting: FrameSetting; children: ReactNode }) {
  return <FrameContext value={setting}>{children}</FrameContext>;
}

export function useFrame(): FrameSetting {
  const setting = useContext(FrameContext);
  if (setting === null) throw new Error('A part of the console stands outside of its frame.');
  return setting;
}
