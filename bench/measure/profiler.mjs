// Loaded into the server before anything else (`NODE_OPTIONS=--import=…`) when a profile is wanted: SIGUSR2 starts Node's
// CPU profiler, the next SIGUSR2 writes LATCHKEY_CPU_PROFILE. So a profile holds neither start nor warm-up.
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const SAMPLING_MICROSECONDS = 500;

const session = new Session();
let isRunning = false;

process.on('SIGUSR2', async () => {
  isRunning = !isRunning;
  if (isRunning) {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROSECONDS });
    await session.post('Profiler.start');
  } else {
    const { profile } = await session.post('Profiler.stop');
    const file = process.env.LATCHKEY_CPU_PROFILE;
    writeFileSync(`${file}.part`, JSON.stringify(profile));
    renameSync(`${file}.part`, file);
    session.disconnect();
  }
});
