// What a process and everything below it have used, from /proc. proc_pid_stat(5); Linux only.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Since the process began. */
export type Usage = Readonly<{
  /** User and system time of the tree, children that have ended included. */
  cpuSeconds: number;
  residentBytes: number;
}>;

/** Adds up the tree below `pid`. */
export function readUsage(pid: number): Usage {
  const stats = readStats();
  const tree = [pid];
  for (const parent of tree)
    tree.push(...stats.filter((stat) => stat.parent === parent).map((stat) => stat.pid));
  const members = stats.filter((stat) => tree.includes(stat.pid));
  return {
    cpuSeconds: members.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
    residentBytes: members.reduce((sum, { pages }) => sum + pages, 0) * PAGE_BYTES,
  };
}

/** The process that started another. */
export function parentOf(pid: number): number {
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).parent;
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const PAGE_BYTES = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));

type Stat = { pid: number; parent: number; ticks: number; pages: number };

function readStats(): Stat[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return [parseStat(readFileSync(`/proc/${name}/stat`, 'utf8'))];
    } catch {
      return []; // ended meanwhile
    }
  });
}

/** The second field is the program's name in parentheses, and may hold anything. */
function parseStat(line: string): Stat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid: Number.parseInt(line, 10),
    parent: field(4),
    ticks: field(14) + field(15) + field(16) + field(17),
    pages: field(24),
  };
}
