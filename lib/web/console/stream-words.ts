// Why nobody took a batch of log entries, in the words of a person who can do something about it. The API tells it in a few words
// of its own (lib/management/log-delivery.ts, lib/delivery/log-webhook.ts); what is not known here stands as it is.
import { t } from './words';

/** @param told `last_failure` of a log stream, such as `answered 503` or `unreachable ECONNREFUSED` */
export function failureWords(told: string): string {
  const [kind, detail = ''] = told.split(' ', 2);
  switch (kind) {
    case 'answered':
      return answerWords(Number(detail));
    case 'timed':
      return t('logStreams.failures.timedOut');
    case 'refused':
      return detail === 'not_in_OUTBOUND_PRIVATE_NETWORKS'
        ? t('logStreams.failures.private')
        : t('logStreams.failures.refused', { detail });
    case 'unreachable':
      return unreachableWords(detail);
    case 'SECRET':
      return t('logStreams.failures.sealed');
    default:
      return told;
  }
}

function answerWords(status: number): string {
  if (status === 401 || status === 403) return t('logStreams.failures.notAllowed', { status });
  if (status === 404 || status === 405) return t('logStreams.failures.notThere', { status });
  if (status >= 300 && status < 400) return t('logStreams.failures.redirect', { status });
  return status >= 500
    ? t('logStreams.failures.trouble', { status })
    : t('logStreams.failures.answered', { status });
}

/** @param code of Node, or of OpenSSL */
function unreachableWords(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return t('logStreams.failures.noName');
  if (code === 'ECONNREFUSED') return t('logStreams.failures.nobody');
  if (/CERT|SELF_SIGNED|TLS|SSL/.test(code)) return t('logStreams.failures.certificate', { code });
  return t('logStreams.failures.unreachable', { code });
}
