import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { config } from '@/proxy';

/** As path-to-regexp reads a pattern that is one group. */
const guarded = new RegExp(`^${config.matcher.map(({ source }) => source).join('|')}$`);

/** Addresses that answer with the protocol's own functions, by their route files. */
const protocol = readdirSync('app', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('route.ts'))
  .filter((file) => readFileSync(`app/${file}`, 'utf8').includes("from '@/lib/web/mount'"))
  .map((file) => `/${file.replace(/\/route\.ts$/, '').replace(/\[[^\]]+\]/, 'abc')}`);

describe('what pages are guarded by, on hosts without our front', () => {
  it('leaves the protocol alone: its programs bring no origin, or that of another site (RED-11, HDR-3)', () => {
    expect(protocol.length).toBeGreaterThan(20);
    expect(
      [...protocol, '/api/users/', '/api/v2/users/email|1/logs'].filter((path) => guarded.test(path)),
    ).toEqual([]);
  });

  it('covers everything else, also what begins or ends like an endpoint (FRM-1)', () => {
    const pages = [
      '/',
      '/login',
      '/console',
      '/console/users',
      '/passwordless/link',
      '/passwordless/link/abc',
      '/logout',
    ];
    const likeEndpoints = protocol
      .filter((path) => !path.startsWith('/api/v2/') && !path.endsWith('/abc'))
      .flatMap((path) => [`${path}x`, `${path}/x`, `/x${path}`]);
    const others = [...pages, ...likeEndpoints, '/api/auth/callback/console', '/api/v2x'];
    expect(others.filter((path) => !guarded.test(path))).toEqual([]);
  });
});
