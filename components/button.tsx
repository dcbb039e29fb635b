// The weights of action: one primary button a page, a quiet one where a second form needs a button, and text beside them. Buttons send their form, links go to a URL;
// they look alike because people press both.
import type { ReactNode } from 'react';

/** What a button adds to its form when it is pressed; absent when a script sends the form. */
type Pressed = Readonly<{ name: string; value: string }>;

export function PrimaryButton({ children, pressed }: { children: ReactNode; pressed?: Pressed }) {
  return (
    <button type="submit" className="button" {...pressed}>
      {children}
    </button>
  );
}

/** For a form that is not what most people came for, beside something primary or instead of it. */
export function QuietButton({ children, pressed }: { children: ReactNode; pressed?: Pressed }) {
  return (
    <button type="submit" className="button button-quiet" {...pressed}>
      {children}
    </button>
  );
}

type LinkProps = Readonly<{
  href: string;
  /** Opens beside this page, which has to stay and is not told about. */
  isAside?: boolean;
  children: ReactNode;
}>;

const ASIDE = { target: '_blank', rel: 'noopener noreferrer' };

/** A plain anchor: Next's Link would fetch ahead, and some of these URLs begin a sign-in. */
export function PrimaryLink({ href, isAside = false, children }: LinkProps) {
  return (
    <a href={href} className="button" {...(isAside && ASIDE)}>
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
  pressed,
}: {
  children: ReactNode;
  countdown?: Countdown | null;
  pressed?: Pressed;
}) {
  return (
    <button
      type="submit"
      className="text-button"
      {...pressed}
      data-countdown={countdown?.seconds}
      data-label={countdown?.label}
      data-waits={countdown?.waits}
      data-ready={countdown?.ready}
    >
      {children}
    </button>
  );
}

export function TextLink({ href, isAside = false, children }: LinkProps) {
  return (
    <a href={href} className="text-button" {...(isAside && ASIDE)}>
      {children}
    </a>
  );
}
