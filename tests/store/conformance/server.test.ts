import { describeStore } from './store-promises';
import { openServerStore } from './stores';

describeStore('a store on a PostgreSQL server, seen by two processes', {
  open: () => openServerStore(null),
  rounds: { redemption: 20, luckyGuess: 100 },
});
