// The two weights of action: one primary button a page, and text beside it. Buttons send their form, links go to a URL;
// they look alike because people press both.
import type { ReactNode } from 'react';

export function PrimaryButton({ children }: { children: ReactNode }) {
  return (
    <button type="submit" className="button">
      {children}
    </button>
  );
}

/** A plain anchor: Next's Link would fetch ahead, and some of these URLs begin a sign-in. */
export function PrimaryLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} className="button">
      {children}
    </a>
  );
}

/** The words of a button that is not ready yet. The script counts; without it the button can be pressed and the server says wait. */
export type Countdown = Readonly<{
  seconds: number;
  /** The label while it counts; `{time}` stands for the minutes and seconds left. */
  label: string;
  /** Said once at the start, and once at the end, to people who listen. */
  waits: string;
  ready: string;
}>;

export function TextButton({
  children,
  countdown = null,
}: {
  children: ReactNode;
  countdown?: Countdown | null;
}) {
  return (
    <button
      type="submit"
      className="text-button"
      data-countdown={countdown?.seconds}
      data-label={countdown?.label}
      data-waits={countdown?.waits}
      data-ready={countdown?.ready}
    >
      {children}
    </button>
  );
}

export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} className="text-button">
      {children}
    </a>
  );
}
