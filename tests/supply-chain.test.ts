// What we are built from: pinned to the byte, without the holes that were known when this was written, and told to whoever asks.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
const npm = (...words: string[]) =>
  promisify(execFile)('npm', words, { cwd: ROOT, maxBuffer: 50_000_000 }).then(({ stdout }) => stdout);

type Locked = {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: true;
  inBundle?: true;
  dev?: true;
};
const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
  lockfileVersion: number;
  packages: Record<string, Locked>;
};
const packages = Object.entries(lock.packages).filter(([folder]) => folder !== '');
const nameOf = (folder: string) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** The first version without a hole that was published before; security.md §2.6. */
const FLOORS: Readonly<Record<string, readonly [number, number, number]>> = {
  next: [16, 2, 11],
  react: [19, 2, 6],
  'react-dom': [19, 2, 6],
  liquidjs: [10, 26, 0],
  nodemailer: [7, 0, 11],
};

describe('the packages', () => {
  it.each(Object.entries(FLOORS))(
    'hold no copy of %s with a known hole, whoever brings it (NXT-1, SUP-1)',
    (name, floor) => {
      const copies = packages.filter(([folder, { dev }]) => nameOf(folder) === name && !dev);
      expect(copies.length).toBeGreaterThan(0);
      for (const [folder, { version = '' }] of copies)
        expect(isAtLeast(version.split('.').map(Number), floor), `${folder} ${version}`).toBe(true);
    },
  );

  it('hold React and its renderer in one version (NXT-1)', () => {
    expect(lock.packages['node_modules/react']?.version).toBe(
      lock.packages['node_modules/react-dom']?.version,
    );
  });

  it('are pinned by their content, and come from the registry alone (SUP-1)', () => {
    expect(lock.lockfileVersion).toBe(3);
    for (const [folder, { integrity, resolved, link, inBundle }] of packages) {
      expect([folder, link]).toEqual([folder, undefined]);
      if (!inBundle) expect([folder, integrity]).toEqual([folder, expect.stringMatching(/^sha512-/)]);
      expect(resolved ?? 'https://registry.npmjs.org/', folder).toMatch(/^https:\/\/registry\.npmjs\.org\//);
    }
  });

  it('run nothing when they are installed (SUP-1)', () => {
    expect(readFileSync(path.join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });

  it('are what package.json asks for (SUP-1)', async () => {
    const { problems } = JSON.parse(await npm('ls', '--package-lock-only', '--json')) as {
      problems?: string[];
    };
    expect(problems).toBeUndefined();
  });

  it('are told by `npm sbom`, each with its content (SUP-1)', async () => {
    const { components } = JSON.parse(
      await npm('sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'),
    ) as { components: { name: string; version: string; hashes?: { alg: string }[] }[] };
    const told = new Map(components.map(({ name, version, hashes }) => [`${name}@${version}`, hashes]));
    for (const [folder, { version, dev, inBundle }] of packages) {
      if (dev || inBundle) continue;
      const hashes = told.get(`${nameOf(folder)}@${version}`);
      expect([folder, hashes]).toEqual([folder, [expect.objectContaining({ alg: 'SHA-512' })]]);
    }
  });
});

function isAtLeast(version: readonly number[], floor: readonly number[]): boolean {
  const at = floor.findIndex((part, index) => version[index] !== part);
  return at === -1 || (version[at] ?? 0) > (floor[at] ?? 0);
}
