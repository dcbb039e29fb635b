// What could not be shown to the client is shown to the person: a sentence, and a reference that is also in the log. A way
// back only to an address that is registered. Nothing of the request is repeated.
import { PrimaryLink, TextLink } from '../button';
import { Frame, type PageSetting } from '../frame';
import { Moment } from '../moment';

/** What went wrong, as far as a person needs to know. */
export type PageError =
  | 'unknown_client'
  /** A redirect URI that is not registered. */
  | 'unknown_address'
  | 'bad_request'
  | 'not_found'
  /** The database is away, or we are starting. */
  | 'unavailable'
  | 'server_error';

export type ErrorCardProps = Readonly<{
  page: PageSetting;
  error: PageError;
  /** Also in the log; null when nothing was logged. */
  reference: string | null;
  /** Milliseconds since 1970. */
  at: number | null;
  /** The same request once more, where that may help. */
  tryAgainHref: string | null;
  /** A registered address of the client. */
  backHref: string | null;
  /** For the person who builds the client; only where the operator shows it. */
  detail: string | null;
}>;

const SCREENS = {
  unknown_client: 'errorUnknownClient',
  unknown_address: 'errorUnknownAddress',
  bad_request: 'errorBadRequest',
  not_found: 'errorNotFound',
  unavailable: 'errorUnavailable',
  server_error: 'errorServer',
} as const;

export function ErrorCard({ page, error, reference, at, tryAgainHref, backHref, detail }: ErrorCardProps) {
  const { t, client } = page;
  const back = backHref && client && { href: backHref, words: t('error.back', { app: client.name }) };
  const Back = tryAgainHref ? TextLink : PrimaryLink;
  return (
    <Frame
      page={page}
      heading={t(`${SCREENS[error]}.heading`)}
      lead={t(`${SCREENS[error]}.lead`)}
      focusHeading
    >
      {tryAgainHref && <PrimaryLink href={tryAgainHref}>{t('error.tryAgain')}</PrimaryLink>}
      {back && <Back href={back.href}>{back.words}</Back>}
      {(reference || at) && (
        <dl className="facts">
          {reference && (
            <div>
              <dt>{t('error.reference')}</dt>
              <dd>{reference}</dd>
            </div>
          )}
          {at && (
            <div>
              <dt>{t('error.time')}</dt>
              <dd>
                <Moment at={at} withDate />
              </dd>
            </div>
          )}
        </dl>
      )}
      {detail && (
        <details className="detail">
          <summary>{t('error.detail')}</summary>
          <pre dir="ltr">{detail}</pre>
        </details>
      )}
    </Frame>
  );
}
