// House rules that no compiler knows: who may import whom, and that the lower floors are handed their clock, their
// randomness and their settings. The second half proves that the checker can fail.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFloors, GUARDED_FOLDERS } from './harness/floor-rules';

const ROOT = path.resolve(import.meta.dirname, '..');

describe('the floors of the house', () => {
  it.each(GUARDED_FOLDERS)('%s/ keeps them', (folder) => {
    const breaches = sourcesIn(folder).flatMap((file) =>
      checkFloors(file, readFileSync(path.join(ROOT, file), 'utf8')),
    );
    expect(breaches.map(({ sentence }) => sentence)).toEqual([]);
  });
});

describe('the checker refuses', () => {
  it.each([
    ['lib/oidc/a.ts', "import { Interaction } from '@/lib/login/interaction';", 'imports nothing of ours'],
    ['lib/oidc/grants/a.ts', "import type { A } from '../../login/interaction';", 'imports nothing of ours'],
    ['lib/oidc/a.ts', "export { a } from '../endpoints/authorize';", 'imports nothing of ours'],
    ['lib/login/a.ts', "import { a } from '@/lib/endpoints/authorize';", 'imports lib/oidc and words only'],
    ['lib/login/a.ts', "import { cookies } from 'next/headers';", 'not pure computation'],
    ['lib/login/a.ts', "import { readFile } from 'node:fs/promises';", 'not pure computation'],
    ['lib/endpoints/a.ts', "import { cache } from 'react';", 'not pure computation'],
    ['lib/endpoints/a.ts', "const web = await import('@/lib/web/nonce');", 'speaks web standards'],
    [
      'lib/management/a.ts',
      "import type { Prisma } from '@prisma/client';",
      'only lib/store may import @prisma',
    ],
    ['lib/management/a.ts', "import { db } from '@/lib/store/prisma/database';", 'speaks web standards'],
    ['lib/store/prisma/a.ts', "import { seal } from '@/lib/keys/secret-box';", 'never another adapter'],
    [
      'lib/store/prisma/a.ts',
      "import { startLogin } from '@/lib/login/start-login';",
      'never another adapter',
    ],
    ['lib/delivery/a.ts', "import pg from 'pg';", 'only lib/store may import pg'],
    ['lib/web/a.ts', "import { sendMail } from '@/lib/delivery/resend';", 'through lib/runtime only'],
    ['lib/runtime/a.ts', "import { Frame } from '@/components/frame';", 'composes the floors below'],
    ['app/page.tsx', "import { db } from '@/lib/store/prisma/database';", 'through lib/runtime only'],
    ['app/page.tsx', "import { Resend } from 'resend';", 'only lib/delivery may import resend'],
    ['components/card.tsx', "import { deps } from '@/lib/runtime/compose';", 'components import react'],
    ['components/card.tsx', "import { nextStep } from '@/lib/login/next-step';", 'components import react'],
    [
      'components/card.tsx',
      "import { CODE_LIFETIME_SECONDS } from '@/lib/login/one-time-code';",
      'components import react',
    ],
    ['components/card.tsx', "import Link from 'next/link';", 'components import react'],
    ['lib/oidc/a.ts', 'const now = Date.now();', 'handed in as deps'],
    ['lib/oidc/a.ts', 'const now = new Date();', 'handed in as deps'],
    ['lib/login/a.ts', 'const dice = Math.random();', 'handed in as deps'],
    ['lib/login/a.ts', "import { createHmac, randomBytes } from 'node:crypto';", 'handed in as deps'],
    ['lib/endpoints/a.ts', 'const id = crypto.randomUUID();', 'handed in as deps'],
    ['lib/endpoints/a.ts', 'globalThis.crypto.getRandomValues(bytes);', 'handed in as deps'],
    ['lib/keys/a.ts', 'const secret = process.env.SECRET;', 'only lib/runtime reads process.env'],
    ['app/page.tsx', 'const { ISSUER } = process.env;', 'only lib/runtime reads process.env'],
    ['lib/billing/a.ts', 'export {};', 'has no floor yet'],
  ])('%s: %s', (file, source, rule) => {
    const breaches = checkFloors(file, `// a first line\n${source}\n`);
    expect(breaches.map(({ sentence }) => sentence).join()).toContain(rule);
  });

  it('names the file, the line and the offence', () => {
    const [breach] = checkFloors('lib/oidc/a.ts', '\n\nexport const now = () => Date.now();');
    expect(breach?.sentence).toBe(
      'lib/oidc/a.ts:3 Date.now: on floors 1 and 2 the clock and randomness are handed in as deps',
    );
  });
});

describe('the checker accepts', () => {
  it.each([
    [
      'lib/oidc/a.ts',
      "import { SignJWT } from 'jose';\nimport { z } from 'zod';\nimport { createHash } from 'node:crypto';",
    ],
    [
      'lib/login/a.ts',
      "import { createTranslator } from 'use-intl/core';\nimport { a } from '@/lib/oidc/client';",
    ],
    [
      'lib/login/a.ts',
      '// Date.now() is handed in\nconst text = "process.env";\nconst at = new Date(deps.clock());',
    ],
    ['lib/login/a.ts', 'const bytes = deps.randomBytes(16);'],
    [
      'lib/store/prisma/a.ts',
      "import type { ChallengeStore } from '@/lib/login/challenge';\nimport pg from 'pg';",
    ],
    ['lib/store/prisma/a.ts', "import { type Client } from '@/lib/oidc/client';\nconst now = Date.now();"],
    ['lib/store/prisma/a.ts', "import { StorageUnavailable } from '@/lib/oidc/errors';"],
    [
      'lib/runtime/a.ts',
      "import { db } from '@/lib/store/prisma/database';\nconst { SECRET } = process.env;",
    ],
    ['components/card.tsx', "import { useId } from 'react';\nimport type { A } from '@/lib/login/problems';"],
    [
      'app/page.tsx',
      "import { redirect } from 'next/navigation';\nimport { Frame } from '@/components/frame';",
    ],
  ])('%s: %s', (file, source) => {
    expect(checkFloors(file, source)).toEqual([]);
  });
});

function sourcesIn(folder: string): string[] {
  const entries = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return entries
    .map((entry) => path.posix.join(folder, entry.split(path.sep).join('/')))
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'));
}
