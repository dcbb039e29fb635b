// The pages of the console as the file tree has them, with somebody or something of the demo in the place of each parameter.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** By the name of a parameter in the file tree, such as `client_id`; as it stands in an address. */
export type Named = Readonly<Record<string, string>>;

const TREE = fileURLToPath(new URL('../../app/(console)/', import.meta.url));
/** Where there is nothing, what only the first owner sees, and where an owner is past. */
const LEFT_OUT = ['[...absent]', 'setup', 'sign-in'];

/** Every page whose parameters are named, with what its picture is called. */
export function consolePages(named: Named): Readonly<{ name: string; path: string }>[] {
  return readdirSync(TREE, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?:^|[\\/])page\.tsx$/.test(file))
    .map((file) =>
      file
        .split(/[\\/]/)
        .slice(0, -1)
        .filter((part) => !part.startsWith('(')),
    )
    .filter((parts) => !parts.some((part) => LEFT_OUT.includes(part)))
    .filter((parts) => parts.every((part) => !part.startsWith('[') || nameOf(part) in named))
    .map((parts) => ({
      name: parts.slice(1).map(wordFor).join('-') || 'overview',
      path: `/${parts.map((part) => (part.startsWith('[') ? named[nameOf(part)] : part)).join('/')}`,
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** `[client_id]` as `client_id` */
const nameOf = (part: string) => part.slice(1, -1);

/** `[client_id]` as `client`; a user has a parameter that says nothing. */
const wordFor = (part: string) =>
  part.startsWith('[') ? (nameOf(part) === 'id' ? 'user' : nameOf(part).replace(/_id$/, '')) : part;
