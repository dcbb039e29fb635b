// A bounded number of journeys by a number of people at once: each begins the next as soon as one is over.
import type { JourneyTimes, Route } from './journey';

/** What a load came to. */
export type Load = Readonly<{
  seconds: number;
  /** Of the journeys that succeeded. */
  times: readonly JourneyTimes[];
  /** One sentence for each journey that did not. */
  failures: readonly string[];
}>;

/** Runs exactly that many journeys; one that fails is counted and does not end the load. */
export async function runLoad(
  route: Route,
  { users, journeys }: { users: number; journeys: number },
): Promise<Load> {
  const times: JourneyTimes[] = [];
  const failures: string[] = [];
  let left = journeys;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: users }, async () => {
      while (left-- > 0) {
        try {
          times.push(await route.travel());
        } catch (problem) {
          failures.push(problem instanceof Error ? problem.message : String(problem));
        }
      }
    }),
  );
  return { seconds: (performance.now() - begun) / 1000, times, failures };
}
