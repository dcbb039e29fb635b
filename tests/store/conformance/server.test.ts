import { expect, it, vi } from 'vitest';
import { describeStore } from './store-promises';
import { openServerStore } from './stores';

vi.stubEnv('TZ', 'Pacific/Apia');

it('this process is in that zone', () => {
  expect(new Date('2026-11-20T12:00:00Z').getTimezoneOffset()).toBe(-13 * 60);
});

describeStore('a store on a PostgreSQL server, seen by two processes, all of them in far zones (TIM-2)', {
  open: () => openServerStore({ zone: 'Asia/Kathmandu', dateStyle: 'SQL, DMY' }),
  rounds: { redemption: 20, luckyGuess: 100 },
});
