'use client';
// The list of the command palette, by cmdk: typed letters narrow it, arrows move, Enter goes.
import { Command as Cmdk } from 'cmdk';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { Command, PaletteSearch, PaletteWords } from './command-palette';
import { recentVisits } from './recent-visits';

const ITEM = 'flex min-h-10 cursor-default items-center rounded-sm px-3 data-[selected=true]:bg-hover';

export function CommandList({
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
  const router = useRouter();
  const [typed, setTyped] = useState('');
  const recent = recentVisits().map(({ label, href }) => ({ id: href, group: words.recent, label, href }));
  const listed = [...commands, ...recent];
  const groups = [...new Set(listed.map(({ group }) => group))];
  const goTo = (href: string) => {
    onDone();
    router.push(href);
  };
  return (
    <Cmdk label={words.title} loop filter={holdsTyped}>
      <Cmdk.Input
        // The dialog was opened to type in it.
        autoFocus
        value={typed}
        onValueChange={setTyped}
        placeholder={words.placeholder}
        className="w-full border-b border-line bg-transparent px-4 py-3 text-base outline-none placeholder:text-muted"
      />
      <Cmdk.List className="max-h-80 overflow-y-auto p-1">
        <Cmdk.Empty className="p-4 text-center text-muted">{words.none}</Cmdk.Empty>
        {groups.map((group) => (
          <Cmdk.Group
            key={group}
            heading={group}
            className="[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted"
          >
            {listed
              .filter((command) => command.group === group)
              .map(({ id, label, href }) => (
                <Cmdk.Item
                  key={id}
                  value={`${label} ${id}`}
                  keywords={[label]}
                  onSelect={() => goTo(href)}
                  className={ITEM}
                >
                  {label}
                </Cmdk.Item>
              ))}
          </Cmdk.Group>
        ))}
        {search !== undefined && typed.trim() !== '' && (
          <Cmdk.Item
            forceMount
            value={`${search.path} ${typed}`}
            onSelect={() =>
              goTo(`${search.path}?${new URLSearchParams({ [search.parameter]: typed.trim() })}`)
            }
            className={ITEM}
          >
            {words.search.replace('{typed}', () => typed.trim())}
          </Cmdk.Item>
        )}
      </Cmdk.List>
    </Cmdk>
  );
}

/** Each word that was typed is in the label. cmdk by itself finds its letters far apart as well, and in what is not seen. */
function holdsTyped(_value: string, typed: string, [label = '']: string[] = []): number {
  const words = typed.toLowerCase().split(/\s+/);
  return words.every((word) => label.toLowerCase().includes(word)) ? 1 : 0;
}
