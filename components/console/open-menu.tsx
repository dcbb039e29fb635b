'use client';
// The menu itself, by Radix: open as soon as it is here.
import * as Radix from '@radix-ui/react-dropdown-menu';
import { Check } from 'lucide-react';
import { Fragment } from 'react';
import type { MenuEntry, MenuProps } from './menu';

const ITEM =
  'flex min-h-9 cursor-default items-center gap-2 rounded-sm px-2 outline-none select-none data-highlighted:bg-hover pointer-coarse:min-h-11 [&>svg]:size-4 [&>svg]:text-muted';

export function OpenMenu({ trigger, triggerClass, entries }: MenuProps) {
  return (
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger className={triggerClass}>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="overlay z-50 min-w-56 p-1"
          align="start"
          sideOffset={6}
          collisionPadding={8}
        >
          {entries.map((entry, index) => (
            <Fragment key={entry.key}>
              {index > 0 && <Radix.Separator className="my-1 h-px bg-line" />}
              <Entry entry={entry} />
            </Fragment>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry.kind === 'item') {
    return (
      <Radix.Item className={ITEM} onSelect={entry.onSelect}>
        {entry.icon}
        {entry.label}
      </Radix.Item>
    );
  }
  return (
    <Radix.RadioGroup value={entry.value} onValueChange={entry.onChoose}>
      <Radix.Label className="px-2 pt-2 pb-1 text-xs font-medium text-muted">{entry.label}</Radix.Label>
      {entry.options.map(({ value, label }) => (
        <Radix.RadioItem key={value} value={value} className={ITEM}>
          <span className="grid size-4 place-items-center">
            <Radix.ItemIndicator>
              <Check className="size-4" aria-hidden />
            </Radix.ItemIndicator>
          </span>
          {label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}
