'use client';
// A dialog over the page: the browser's own, which holds the focus, ends with Escape and leaves the rest of the page alone.
import { X } from 'lucide-react';
import { type ReactNode, useId, useRef } from 'react';
import { Button } from './button';
import { useFrame } from './frame';

export function Dialog({
  trigger,
  title,
  lead,
  children,
}: {
  /** The button that opens it. */
  trigger: Readonly<{
    label: ReactNode;
    look?: 'primary' | 'quiet' | 'bare' | 'danger';
    size?: 'normal' | 'small';
  }>;
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const { words } = useFrame();
  return (
    <>
      <Button
        look={trigger.look ?? 'quiet'}
        size={trigger.size ?? 'normal'}
        aria-haspopup="dialog"
        onClick={() => openAtField(dialog.current)}
      >
        {trigger.label}
      </Button>
      <dialog
        ref={dialog}
        className="modal"
        aria-labelledby={titleId}
        // A press beside the dialog lands on its backdrop, which is the dialog itself.
        onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
        onKeyDown={undefined}
      >
        <div className="grid gap-5 p-5 text-start text-sm whitespace-normal">
          <div className="flex items-start justify-between gap-3">
            <div className="grid gap-1">
              <h2 id={titleId} className="text-base font-semibold">
                {title}
              </h2>
              {lead && <p className="text-pretty text-muted">{lead}</p>}
            </div>
            <Button look="bare" size="icon" aria-label={words.close} onClick={() => dialog.current?.close()}>
              <X aria-hidden />
            </Button>
          </div>
          {children}
        </div>
      </dialog>
    </>
  );
}

/** Where something is to be typed or chosen, that is where the focus goes; else the browser chooses. */
function openAtField(dialog: HTMLDialogElement | null): void {
  dialog?.showModal();
  dialog?.querySelector<HTMLElement>(':is(input, select, textarea):not([type="hidden"])')?.focus();
}
