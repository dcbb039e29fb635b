import { vi } from 'vitest';
import { describeStore } from './store-promises';
import { openEmbeddedStore } from './stores';

vi.stubEnv('TZ', 'Pacific/Apia');

describeStore('the embedded store, in a process thirteen hours ahead of UTC (TIM-2)', {
  open: openEmbeddedStore,
  rounds: { redemption: 2, luckyGuess: 5 },
});
