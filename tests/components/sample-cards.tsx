// Every card of the login pages in every state a person can meet, with sample values: what the tests of markup, looks and
// comfort draw from. A form sends to `/answer`; in the product that is a server action.
import type { ReactElement } from 'react';
import type { Footer, PageSetting } from '@/components/frame';
import type { FormAction } from '@/components/hidden-inputs';
import { ChangeCard, type ChangeCardProps } from '@/components/login/change-card';
import { ChangedCard } from '@/components/login/changed-card';
import { CodeCard, type CodeCardProps } from '@/components/login/code-card';
import { ConsentCard, type ConsentCardProps } from '@/components/login/consent-card';
import { AlreadySignedInCard, DeadLinkCard, type DeadLinkCardProps } from '@/components/login/dead-link-card';
import { ElsewhereCard, type ElsewhereCardProps } from '@/components/login/elsewhere-card';
import { ErrorCard, type ErrorCardProps } from '@/components/login/error-card';
import { FinishedElsewhereCard } from '@/components/login/finished-elsewhere-card';
import { IdentifierCard, type IdentifierCardProps } from '@/components/login/identifier-card';
import { LinkCard, type LinkCardProps } from '@/components/login/link-card';
import { LinkCodeCard, type LinkCodeCardProps } from '@/components/login/link-code-card';
import { LinkOpenedCard } from '@/components/login/link-opened-card';
import { LinkedCard, SignInFirstCard } from '@/components/login/linked-card';
import type { OtherWay } from '@/components/login/other-way';
import { PasskeyOfferCard } from '@/components/login/passkey-offer-card';
import { SendingTroubleCard } from '@/components/login/sending-trouble-card';
import { SignOutConfirmCard } from '@/components/login/sign-out-confirm-card';
import { SignedInHereCard } from '@/components/login/signed-in-here-card';
import { SignedOutCard } from '@/components/login/signed-out-card';
import { SigningInCard } from '@/components/login/signing-in-card';
import { StaleCard } from '@/components/login/stale-card';
import { StopCard } from '@/components/login/stop-card';
import { StopDoneCard, StoppedCard } from '@/components/login/stopped-card';
import { TooManyTriesCard } from '@/components/login/too-many-tries-card';
import type { Words } from '@/components/words';
import { brandColors } from '@/lib/login/brand';
import { directionOf, type Language } from '@/lib/login/languages';
import { wordsOf } from '@/lib/runtime/words';
import { countryNames, listCountries } from '@/lib/web/country-names';

export const SAMPLE_NONCE = 'c2FtcGxl';
/** The moment every sample page is made. */
export const NOW = Date.parse('2026-11-20T14:02:31Z');

const post = (path: string) => path as unknown as FormAction;
const action = post('/answer');
const hidden = { interaction: 'q83vASNFZ4mrze8BI0VniQ' };
const shownAddress = '/passwordless/link';
const home = 'https://app.example/';

const footer: Footer = {
  privacyHref: '/privacy',
  helpHref: '/help',
  languages: {
    action: post('/language'),
    hidden,
    offered: [
      { tag: 'de', name: 'Deutsch' },
      { tag: 'en', name: 'English' },
      { tag: 'pt-BR', name: 'Português (Brasil)' },
      { tag: 'ar', name: 'العربية' },
      { tag: 'ja', name: '日本語' },
    ],
  },
};

const byPhone: OtherWay = { channel: 'sms', action: post('/turn'), hidden };
const byEmail: OtherWay = { channel: 'email', action: post('/turn'), hidden };

/** Name of the state → the card in it, in that language. */
export function sampleCards(language: Language): Readonly<Record<string, ReactElement>> {
  const page: PageSetting = {
    t: wordsOf(language) as Words,
    language,
    direction: directionOf(language),
    client: { name: 'Northwind' },
    tenantName: null,
    brand: null,
    surroundings: null,
    footer: null,
    nonce: SAMPLE_NONCE,
    script: '/login.js',
    passkeyScript: '/passkeys.js',
  };
  const ofNobody: PageSetting = { ...page, client: null };
  const branded: PageSetting = {
    ...page,
    brand: {
      ...brandColors({ primaryColor: '#ffe14d' }),
      ...{ logoSrc: null, faviconSrc: null, fontSrc: null, borders: '' },
    },
    footer,
  };

  const asking: IdentifierCardProps['asking'] = {
    channels: ['email'],
    exampleNumber: '+44 7400 123456',
    countryName: countryNames(language),
  };
  const identifier = (changes: Partial<IdentifierCardProps>) => (
    <IdentifierCard
      {...{
        page,
        action,
        hidden,
        asking,
        value: '',
        problem: null,
        signUpOpen: true,
        isSignUp: false,
        now: NOW,
      }}
      sendsLink={false}
      countries={null}
      otherWay={null}
      passkey={null}
      {...changes}
    />
  );
  const passkey = { action, hidden, options: '{"challenge":"AA","rpId":"localhost"}', refused: null };
  const passkeyOffer = (hasFailed: boolean) => (
    <PasskeyOfferCard {...{ page, action, hidden, hasFailed }} options="{}" />
  );
  const countries = { offered: listCountries(language, ['DE', 'FR', 'GB', 'US']), chosen: 'GB' };
  const phone = (changes: Partial<IdentifierCardProps>) =>
    identifier({ asking: { ...asking, channels: ['sms'] }, countries, ...changes });
  const either = (changes: Partial<IdentifierCardProps>) =>
    identifier({ asking: { ...asking, channels: ['email', 'sms'] }, ...changes });

  const asked: CodeCardProps['asked'] = {
    typedForm: 'maria@example.com',
    channel: 'email',
    sendMode: 'code',
    maskedRecipient: 'm***@example.com',
    reference: '7F',
    codeLength: 6,
    codeLifetimeSeconds: 600,
    sentAt: NOW - 1000,
    resendAllowedAt: NOW + 3000,
  };
  const code = (changes: Partial<CodeCardProps>) => (
    <CodeCard
      {...{ page, action, hidden, asked, outcome: null, otherWay: null, now: NOW }}
      resendAction={post('/resend')}
      finishAction={post('/finish')}
      changeHref="/identifier"
      deliveryHref="/delivery"
      {...changes}
    />
  );
  const change = (changes: Partial<ChangeCardProps>) => (
    <ChangeCard
      {...{ page: ofNobody, action, value: '', problem: null, now: NOW }}
      asking={{ ...asking, channels: ['email', 'sms'] }}
      {...changes}
    />
  );
  const linking = (changes: Partial<LinkCardProps>) => (
    <LinkCard
      {...{ page, action, hidden, account: 'maria@example.com', value: '', problem: null, now: NOW }}
      asking={{ ...asking, channels: ['email', 'sms'] }}
      {...changes}
    />
  );
  const linkCode = (changes: Partial<LinkCodeCardProps>) => (
    <LinkCodeCard
      {...{ page, action, account: 'maria@example.com', problem: null, changeHref: '/link', now: NOW }}
      asked={{ ...asked, channel: 'sms', maskedRecipient: '***456' }}
      {...changes}
    />
  );
  const both = { ...asked, sendMode: 'both' } as const;
  const link = { ...asked, sendMode: 'link' } as const;
  const gmail = { typedForm: 'maria@gmail.com', maskedRecipient: 'm***@gmail.com' };
  const texted = {
    ...asked,
    typedForm: '+447400123456',
    channel: 'sms',
    maskedRecipient: '***456',
  } as const;

  const trouble = { page, hidden, retryAction: action, changeHref: '/identifier' };
  const elsewhere = (changes: Partial<ElsewhereCardProps>) => (
    <ElsewhereCard
      {...{ page, shownAddress, relayCode: '482913', signInHere: null, now: NOW }}
      expiresAt={NOW + 540_000}
      askedAt={NOW - 60_000}
      askedFrom={{ browser: 'Chrome', system: 'Windows' }}
      stopHref="/stop"
      {...changes}
    />
  );
  const { maskedRecipient: maskedIdentifier } = asked;
  const signInHere = { action, hidden, maskedIdentifier, endsOther: false, isConfirmMissing: false };
  const signedInHere = { page, shownAddress, maskedIdentifier };
  const stop = { page, shownAddress, action, hidden, backHref: '/back' };
  const dead = (why: DeadLinkCardProps['why'], sendNew: DeadLinkCardProps['sendNew'] = null) => (
    <DeadLinkCard {...{ page, shownAddress, why, sendNew }} />
  );
  const consent = (asked: Partial<ConsentCardProps['asked']>, changes: Partial<ConsentCardProps> = {}) => (
    <ConsentCard
      {...{ page, action, hidden, account: 'maria@example.com', returnsTo: 'shop.example.com' }}
      otherAccountAction={post('/other')}
      asked={{ shown: ['profile', 'email', 'offline_access'], api: null, isMore: false, ...asked }}
      {...changes}
    />
  );
  const orders = {
    name: 'Orders',
    lines: ['See your orders', 'Pay with your stored card', 'bills: read, write'],
  };
  const error = (changes: Partial<ErrorCardProps> & Pick<ErrorCardProps, 'error'>) => (
    <ErrorCard
      {...{ page, reference: 'K7Q2M4TD', at: NOW, tryAgainHref: null, backHref: null, detail: null }}
      {...changes}
    />
  );

  return {
    identifier: identifier({}),
    'identifier branded': identifier({ page: branded }),
    'with a passkey instead': identifier({ passkey }),
    'identifier closed': identifier({ signUpOpen: false }),
    'sign-up': identifier({ isSignUp: true }),
    'identifier prefilled': identifier({ value: 'maria@example.com' }),
    'identifier misspelt': identifier({ value: 'maria@gmial.com' }),
    'identifier missing': identifier({ problem: { kind: 'identifier_missing' } }),
    'identifier malformed': identifier({ value: 'maria', problem: { kind: 'identifier_malformed' } }),
    'identifier must wait': identifier({ problem: { kind: 'wait', until: NOW + 25_000 } }),
    'address for a link': identifier({ sendsLink: true }),
    'address turned to': identifier({ otherWay: byPhone }),
    'phone number': phone({}),
    'phone number missing': phone({ problem: { kind: 'identifier_missing' } }),
    'phone number malformed': phone({ value: '12', problem: { kind: 'identifier_malformed' } }),
    'phone number of no country': phone({
      value: '7400 123456',
      countries: { ...countries, chosen: null },
      problem: { kind: 'country_missing' },
    }),
    'phone number not served': phone({
      value: '+41791234567',
      problem: { kind: 'country_not_served', country: 'CH' },
    }),
    'phone of one country': phone({ countries: null, otherWay: byEmail }),
    either: either({}),
    'either missing': either({ problem: { kind: 'identifier_missing' } }),
    'either malformed': either({ value: 'maria@', problem: { kind: 'identifier_malformed' } }),
    'number of no country': either({
      value: '7400 123456',
      countries: { ...countries, chosen: null },
      problem: { kind: 'country_missing' },
    }),
    code: code({}),
    'code branded': code({ page: branded }),
    'code to a misspelt address': code({ asked: { ...asked, typedForm: 'maria@gmial.com' } }),
    'code malformed': code({ outcome: { kind: 'code_malformed', codeLength: 6 } }),
    'code wrong': code({ outcome: { kind: 'code_wrong', triesLeft: 3 } }),
    'code wrong, last try': code({ outcome: { kind: 'code_wrong', triesLeft: 1 } }),
    'code expired': code({ outcome: { kind: 'code_expired' } }),
    'code sent again': code({ outcome: { kind: 'sent_again', newCode: false } }),
    'code asked for too early': code({ outcome: { kind: 'wait', until: NOW + 14_000 } }),
    'code waited for': code({ outcome: { kind: 'wait', until: NOW } }),
    'code not sent': code({ outcome: { kind: 'sending_failed' } }),
    'both sent': code({ asked: both }),
    'both sent to Gmail': code({ asked: { ...both, ...gmail }, otherWay: byPhone }),
    'both sent, code wrong': code({ asked: both, outcome: { kind: 'code_wrong', triesLeft: 3 } }),
    'link sent': code({ asked: link }),
    'link sent to Gmail': code({ asked: { ...link, ...gmail } }),
    'link sent again': code({ asked: link, outcome: { kind: 'sent_again', newCode: true } }),
    'link not opened': code({ asked: link, outcome: { kind: 'link_not_opened' } }),
    'text sent': code({ asked: texted }),
    'text sent twice': code({ asked: texted, otherWay: byEmail, page: branded }),
    consent: consent({}),
    'consent to know who it is': consent({ shown: ['openid'] }, { returnsTo: null }),
    'consent to an API': consent({ shown: ['profile', 'phone', 'address'], api: orders }, { page: branded }),
    'consent to an API without scopes': consent({ shown: [], api: { name: 'Orders', lines: [] } }),
    'consent to more': consent({ shown: ['phone'], isMore: true }, { account: '+447400123456' }),
    'link opened here': (
      <SigningInCard {...{ page, shownAddress, action, hidden: { ...hidden, link: 'AbC' } }} />
    ),
    'link opened, signed in': <LinkOpenedCard {...{ page, hidden }} finishAction={post('/finish')} />,
    'link opened elsewhere': elsewhere({}),
    'link opened elsewhere, may sign in': elsewhere({ signInHere }),
    'link opened elsewhere, another is signed in': elsewhere({
      signInHere: { ...signInHere, endsOther: true },
    }),
    'link opened elsewhere, another without a tick': elsewhere({
      signInHere: { ...signInHere, endsOther: true, isConfirmMissing: true },
    }),
    'link opened elsewhere, browser unknown': elsewhere({
      askedFrom: { browser: null, system: null },
    }),
    'signed in on this device': <SignedInHereCard {...signedInHere} continueHref={home} />,
    'signed in on this device, no way on': <SignedInHereCard {...signedInHere} continueHref={null} />,
    stop: <StopCard {...stop} isConfirmMissing={false} />,
    'stop, of an application’s own page': <StopCard {...stop} isConfirmMissing={false} backHref={null} />,
    'stop without a tick': <StopCard {...stop} isConfirmMissing />,
    change: change({}),
    'change of nothing': change({ problem: { kind: 'missing' } }),
    'change of a bad address': change({ value: 'maria@', problem: { kind: 'malformed' } }),
    'change without a code': change({ value: 'maria@example.com', problem: { kind: 'code_missing' } }),
    'change with a wrong code': change({ value: 'maria@example.com', problem: { kind: 'wrong' } }),
    'change that is over': change({ value: 'maria@example.com', problem: { kind: 'refused' } }),
    'change too often': change({ value: '+44 7400 123456', problem: { kind: 'wait', until: NOW + 25_000 } }),
    changed: <ChangedCard page={ofNobody} />,
    linking: linking({}),
    'linking, branded': linking({ page: branded, account: '+447400123456' }),
    'linking of a number': linking({ asking: { ...asking, channels: ['sms'] } }),
    'linking of a bad address': linking({ value: 'maria@', problem: { kind: 'identifier_malformed' } }),
    'linking of an own address': linking({ value: 'maria@example.com', problem: { kind: 'own' } }),
    'linking refused': linking({ value: 'bob@example.com', problem: { kind: 'refused' } }),
    'code to link': linkCode({}),
    'code to link, wrong': linkCode({ problem: { kind: 'code_wrong', triesLeft: 3 }, asked }),
    'code to link, over': linkCode({ problem: { kind: 'over' } }),
    'sign in first': <SignInFirstCard page={page} clientHref={home} />,
    'sign in first, no way there': <SignInFirstCard page={page} clientHref={null} />,
    linked: <LinkedCard page={page} clientHref={home} />,
    'stop done': <StopDoneCard {...{ page, shownAddress }} />,
    stopped: <StoppedCard page={page} startAgainHref="/again" />,
    'stopped, seen elsewhere': <StoppedCard {...{ page, shownAddress }} startAgainHref={null} />,
    'link used': dead('used', { kind: 'go', href: '/again' }),
    'link used, seen elsewhere': dead('used'),
    'link expired': dead('expired', { kind: 'post', action: post('/resend'), hidden }),
    'link replaced': dead('replaced', { kind: 'post', action: post('/resend'), hidden }),
    'link broken': dead('broken'),
    'already signed in': <AlreadySignedInCard {...{ page, shownAddress }} continueHref={home} />,
    'too many tries': (
      <TooManyTriesCard
        {...{ page, passkey: null, waitUntil: NOW + 300_000, now: NOW }}
        startAgainHref="/again"
      />
    ),
    'too many tries, no way back': (
      <TooManyTriesCard {...{ page, passkey: null, waitUntil: null, now: NOW }} startAgainHref={null} />
    ),
    'too many tries, passkey': (
      <TooManyTriesCard
        {...{ page, passkey: { ...passkey, refused: { unknown: null } }, waitUntil: null, now: NOW }}
        startAgainHref="/again"
      />
    ),
    'passkey offer': passkeyOffer(false),
    'passkey offer, failed': passkeyOffer(true),
    'sending trouble': (
      <SendingTroubleCard {...trouble} channel="email" returnedFrom={null} otherWay={null} />
    ),
    'sending trouble by text': (
      <SendingTroubleCard {...trouble} channel="sms" returnedFrom={null} otherWay={byEmail} />
    ),
    'message returned': (
      <SendingTroubleCard {...trouble} channel="email" returnedFrom="maria@gmial.com" otherWay={null} />
    ),
    'finished elsewhere': <FinishedElsewhereCard page={page} continueHref={home} />,
    stale: <StaleCard page={page} startAgainHref="/again" />,
    'stale, client unknown': <StaleCard page={ofNobody} startAgainHref={null} />,
    'unknown client': error({ page: ofNobody, error: 'unknown_client' }),
    'unknown address': error({
      error: 'unknown_address',
      backHref: home,
      detail: 'redirect_uri is not registered',
    }),
    'bad request': error({ error: 'bad_request' }),
    'not found': error({ page: ofNobody, error: 'not_found', reference: null, at: null }),
    unavailable: error({ error: 'unavailable', tryAgainHref: '/again' }),
    'server error': error({ error: 'server_error', tryAgainHref: '/again', backHref: home }),
    'signed out': <SignedOutCard page={page} alsoFrom={[]} signInHref="https://app.example/login" />,
    'signed out of several': (
      <SignedOutCard page={page} alsoFrom={['Wiki', 'Ärger & Söhne']} signInHref={null} />
    ),
    'sign out': <SignOutConfirmCard {...{ page, action, hidden }} stayHref={home} />,
  };
}
