// How long, as people say it.
import type { Words } from './words';

/**
 * A stretch of time as people say it, rounded up: "20 seconds", "3 minutes", "2 hours".
 *
 * @param milliseconds not negative
 */
export function durationInWords(t: Words, milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 90) return t('duration.seconds', { count: seconds });
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return t('duration.minutes', { count: minutes });
  return t('duration.hours', { count: Math.ceil(minutes / 60) });
}
