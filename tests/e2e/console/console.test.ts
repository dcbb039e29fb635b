// The console as its operators meet it: one server and one browser for all of it. Who is none: strangers.test.ts.
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type ConsoleStage, startConsole } from '@/tests/harness/console';
import { findSpills } from '@/tests/harness/evidence';
import { everythingPrinted } from '@/tests/harness/latchkey';
import { describeApis } from './apis';
import { describeApplications } from './applications';
import { describeBranding } from './branding';
import { describeConnections } from './connections';
import { describeFirstRun } from './first-run';
import { describeLogStreams } from './log-streams';
import { describeLogs } from './logs';
import { describeManners } from './manners';
import { describeSettings } from './settings';
import { describeTeam } from './team';
import { describeUsers } from './users';

let stage: ConsoleStage;

beforeAll(async () => {
  stage = await startConsole('console');
});

afterAll(async () => {
  await stage?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

describe('the console', () => {
  const current = () => stage;
  describeFirstRun(current);
  describeTeam(current);
  describeApplications(current);
  describeApis(current);
  describeBranding(current);
  describeConnections(current);
  describeUsers(current);
  describeLogs(current);
  describeLogStreams(current);
  describeSettings(current);
  describeManners(current);
});
