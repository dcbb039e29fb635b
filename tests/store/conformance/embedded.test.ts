import { expect, it, vi } from 'vitest';
import { describeStore } from './store-promises';
import { openEmbeddedStore } from './stores';

vi.stubEnv('TZ', 'Pacific/Apia');

it('this process is in that zone', () => {
  expect(new Date('2026-11-20T12:00:00Z').getTimezoneOffset()).toBe(-13 * 60);
});

describeStore('the embedded store, in a process thirteen hours ahead of UTC (TIM-2)', {
  open: openEmbeddedStore,
  rounds: { redemption: 2, luckyGuess: 5 },
});
