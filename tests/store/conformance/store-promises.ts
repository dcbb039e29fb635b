// The one suite of promises that every store keeps, whatever database is below it and whatever zone the process is in.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { promiseAccountLinks } from './promises/account-links';
import { promiseAccounts } from './promises/accounts';
import { promiseToAnswer } from './promises/answer';
import { promiseClientAssertions } from './promises/client-assertions';
import { promiseClients } from './promises/clients';
import { promiseConnections } from './promises/connections';
import { promiseConsent } from './promises/consent';
import { promiseEmbedded } from './promises/embedded';
import { promiseFigures } from './promises/figures';
import { promiseFrontChannel } from './promises/front-channel';
import { promiseHousekeeping } from './promises/housekeeping';
import { promiseIdentifierChanges } from './promises/identifier-changes';
import { promiseJobs } from './promises/jobs';
import { promiseLimits } from './promises/limits';
import { promiseLinks } from './promises/links';
import { promiseLogStreams } from './promises/log-streams';
import { promiseOperators } from './promises/operators';
import { promiseOutbox } from './promises/outbox';
import { promisePasskeys } from './promises/passkeys';
import { promisePushedRequests } from './promises/pushed-requests';
import { promiseToRedeem } from './promises/redeem';
import { promiseRefreshTokenRegister } from './promises/refresh-token-register';
import { promiseToResend } from './promises/resend';
import { promiseResourceServers } from './promises/resource-servers';
import { promiseToRotate } from './promises/rotate';
import { promiseSessions } from './promises/sessions';
import { promiseSettings } from './promises/settings';
import { promiseSetup } from './promises/setup';
import { promiseSignOuts } from './promises/sign-outs';
import { promiseSmsSpend } from './promises/sms-spend';
import { promiseToStart } from './promises/start';
import { promiseTokenEvents } from './promises/token-events';
import { promiseTokenFamilies } from './promises/token-families';
import { createStage, type Stage } from './stage';
import type { OpenStore } from './stores';

/**
 * Holds a store to its promises. After every test no row may show a secret, nor log and counters an address (LOG-1).
 *
 * @param rounds how often a race is run: often where processes run side by side
 */
export function describeStore(
  name: string,
  { open, rounds }: { open: () => Promise<OpenStore>; rounds: { redemption: number; luckyGuess: number } },
): void {
  describe(name, () => {
    let store: OpenStore;
    let stage: Stage;
    beforeAll(async () => {
      store = await open();
      stage = createStage(store);
    });
    beforeEach(() => stage.reset());
    afterEach(async () => expect(await stage.findSecretsAtRest()).toEqual([]));
    afterAll(() => store?.close());

    const current = () => stage;
    promiseToStart(current);
    promiseToResend(current);
    promiseToAnswer(current, { rounds: rounds.luckyGuess });
    promiseLinks(current);
    promiseEmbedded(current);
    promiseOutbox(current);
    promiseFrontChannel(current);
    promiseConsent(current);
    promiseAccounts(current, { rounds: rounds.redemption });
    promiseAccountLinks(current, { rounds: rounds.redemption });
    promiseIdentifierChanges(current, { rounds: rounds.redemption });
    promiseJobs(current, { rounds: rounds.redemption });
    promiseToRedeem(current, { rounds: rounds.redemption });
    promiseTokenFamilies(current);
    promiseToRotate(current, { rounds: rounds.redemption });
    promiseRefreshTokenRegister(current);
    promiseSessions(current);
    promisePasskeys(current, { rounds: rounds.redemption });
    promiseSignOuts(current);
    promiseLimits(current);
    promiseClientAssertions(current);
    promisePushedRequests(current);
    promiseSetup(current);
    promiseSettings(current);
    promiseClients(current);
    promiseConnections(current);
    promiseResourceServers(current);
    promiseTokenEvents(current);
    promiseLogStreams(current);
    promiseSmsSpend(current);
    promiseOperators(current);
    promiseFigures(current);
    promiseHousekeeping(current);
  });
}
