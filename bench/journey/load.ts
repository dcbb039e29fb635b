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
  const begun = performance.now();
  const { outcomes, failures } = await repeat(route.travel, { users, times: journeys });
  return { seconds: (performance.now() - begun) / 1000, times: outcomes, failures };
}

/** Does the work so many times, as many at once as there are users. */
export async function repeat<Outcome>(
  work: () => Promise<Outcome>,
  { users, times }: { users: number; times: number },
): Promise<{ outcomes: Outcome[]; failures: string[] }> {
  const outcomes: Outcome[] = [];
  const failures: string[] = [];
  let left = times;
  await Promise.all(
    Array.from({ length: users }, async () => {
      while (left-- > 0) {
        try {
          outcomes.push(await work());
        } catch (problem) {
          failures.push(problem instanceof Error ? problem.message : String(problem));
        }
      }
    }),
  );
  return { outcomes, failures };
}
