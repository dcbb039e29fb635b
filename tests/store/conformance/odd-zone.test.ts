import { vi } from 'vitest';
import { describeStore } from './store-promises';
import { openServerStore } from './stores';

vi.stubEnv('TZ', 'Pacific/Apia');

describeStore('a store whose processes and database live in two far zones (TIM-2)', {
  open: () => openServerStore({ zone: 'Asia/Kathmandu', dateStyle: 'SQL, DMY' }),
  rounds: { redemption: 2, luckyGuess: 5 },
});
