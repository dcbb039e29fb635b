'use client';
// A menu behind a button: arrows, letters, Escape, and the focus back where it was. What makes it work is fetched when somebody
// is about to open it, because most pages are left without.
import { lazy, type ReactNode, Suspense, useState } from 'react';

/** What stands in a menu, from the top. */
export type MenuEntry = Readonly<
  | { kind: 'item'; key: string; label: string; icon?: ReactNode; onSelect: () => void }
  /** One of several, of which one is chosen. */
  | {
      kind: 'choice';
      key: string;
      label: string;
      value: string;
      options: readonly Readonly<{ value: string; label: string }>[];
      onChoose: (value: string) => void;
    }
>;

/** @param trigger the inside of the button; it names the menu as well */
export type MenuProps = Readonly<{
  trigger: ReactNode;
  triggerClass: string;
  /** A line stands between them. */
  entries: readonly MenuEntry[];
}>;

const load = () => import('./open-menu');

const OpenMenu = lazy(() => load().then(({ OpenMenu }) => ({ default: OpenMenu })));

export function Menu(props: MenuProps) {
  const [isWanted, setIsWanted] = useState(false);
  const button = (
    <button
      type="button"
      className={props.triggerClass}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setIsWanted(true)}
    >
      {props.trigger}
    </button>
  );
  return isWanted ? (
    <Suspense fallback={button}>
      <OpenMenu {...props} />
    </Suspense>
  ) : (
    button
  );
}
