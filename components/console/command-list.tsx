'use client';
// The list of the command palette, by cmdk: typed letters narrow it, arrows move, Enter goes.
import { Command as Cmdk } from 'cmdk';
import { useRouter } from 'next/navigation';
import type { Command, PaletteWords } from './command-palette';

export function CommandList({
  commands,
  words,
  onDone,
}: {
  commands: readonly Command[];
  words: PaletteWords;
  onDone: () => void;
}) {
  const router = useRouter();
  const groups = [...new Set(commands.map(({ group }) => group))];
  return (
    <Cmdk label={words.title} loop>
      <Cmdk.Input
        // The dialog was opened to type in it.
        autoFocus
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
            {commands
              .filter((command) => command.group === group)
              .map(({ id, label, href }) => (
                <Cmdk.Item
                  key={id}
                  value={`${label} ${id}`}
                  onSelect={() => {
                    onDone();
                    router.push(href);
                  }}
                  className="flex min-h-10 cursor-default items-center rounded-sm px-3 data-[selected=true]:bg-hover"
                >
                  {label}
                </Cmdk.Item>
              ))}
          </Cmdk.Group>
        ))}
      </Cmdk.List>
    </Cmdk>
  );
}
