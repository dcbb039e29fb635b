// Where the pages of log streams are, and what the API's values of one are called on the screen.
import type { Tone } from '@/components/console/badge';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { LOG_CATEGORIES, type LogCategory } from '@/lib/management/log-categories';
import type { StreamDocument } from '@/lib/management/log-streams';
import { t } from '@/lib/web/console/words';

export const LOG_STREAMS = `${CONSOLE_PATH}/log-streams`;

/** Path of a log stream's page. */
export function logStreamPath(id: string): string {
  return `${LOG_STREAMS}/${encodeURIComponent(id)}`;
}

/** Groups of Auth0's that hold no type of ours. */
const EMPTY_CATEGORIES: readonly LogCategory[] = ['user.notification', 'scim.event', 'actions'];

/** What a stream may be narrowed to. */
export const CATEGORY_CHOICES = LOG_CATEGORIES.filter((each) => !EMPTY_CATEGORIES.includes(each)).map(
  (value) => ({ value, label: t(`logStreams.categories.${categoryWord(value)}`) }),
);

/** A dot would lead into the catalogue. */
function categoryWord(category: LogCategory) {
  return category.replaceAll('.', '_') as
    | 'auth_login_success'
    | 'auth_login_fail'
    | 'auth_login_notification'
    | 'auth_logout_success'
    | 'auth_logout_fail'
    | 'auth_signup_success'
    | 'auth_signup_fail'
    | 'auth_silent_auth_success'
    | 'auth_silent_auth_fail'
    | 'auth_token_exchange_success'
    | 'auth_token_exchange_fail'
    | 'management_success'
    | 'management_fail'
    | 'system_notification'
    | 'user_success'
    | 'user_fail'
    | 'other';
}

/** What the log says of people at all; names and postal addresses are in no entry. `username` is both. */
export const PEOPLE_FIELDS = ['email', 'phone'] as const;

/** Where a stream begins: now, as many seconds ago, or with all that is kept. */
export const STARTS = ['now', '3600', '86400', '604800', 'all'] as const;

export type StreamState = 'active' | 'failing' | 'paused' | 'suspended';

/** How it stands: an active one may be failing. */
export function stateOf({ status, failing_since: failingSince }: StreamDocument): StreamState {
  return status === 'active' && failingSince !== undefined ? 'failing' : status;
}

export const STATE_TONES: Readonly<Record<StreamState, Tone>> = {
  active: 'good',
  failing: 'heed',
  paused: 'plain',
  suspended: 'bad',
};

/** Where it goes. */
export function receiverOf({ type, sink }: StreamDocument): string {
  return type === 'stdout' ? t('logStreams.types.stdout') : (sink.httpEndpoint ?? '');
}
