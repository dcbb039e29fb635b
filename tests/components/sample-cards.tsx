// Every card of the login pages in every state a person can meet, with sample values: what the tests of markup, looks and
// comfort draw from. A form sends to `/answer`; in the product that is a server action.
import type { ReactElement } from 'react';
import { createTranslator } from 'use-intl/core';
import type { PageSetting } from '@/components/frame';
import type { FormAction } from '@/components/hidden-inputs';
import { CodeCard, type CodeCardProps } from '@/components/login/code-card';
import { ErrorCard, type ErrorCardProps } from '@/components/login/error-card';
import { FinishedElsewhereCard } from '@/components/login/finished-elsewhere-card';
import { IdentifierCard, type IdentifierCardProps } from '@/components/login/identifier-card';
import { SendingTroubleCard } from '@/components/login/sending-trouble-card';
import { SignOutConfirmCard } from '@/components/login/sign-out-confirm-card';
import { SignedOutCard } from '@/components/login/signed-out-card';
import { StaleCard } from '@/components/login/stale-card';
import { TooManyTriesCard } from '@/components/login/too-many-tries-card';
import type { Words } from '@/components/words';
import login from '@/messages/en/login.json';

export const SAMPLE_NONCE = 'c2FtcGxl';
/** The moment every sample page is made. */
export const NOW = Date.parse('2026-11-20T14:02:31Z');

const action = '/answer' as unknown as FormAction;
const hidden = { interaction: 'q83vASNFZ4mrze8BI0VniQ' };

const page: PageSetting = {
  t: createTranslator({ locale: 'en', messages: login }) as Words,
  client: { name: 'Northwind', logoSrc: null },
  brand: null,
  footer: null,
  nonce: SAMPLE_NONCE,
  script: '/login.js',
};
const ofNobody: PageSetting = { ...page, client: null };
const branded: PageSetting = {
  ...page,
  brand: { color: '#ffe14d', textColor: '#000000', needsBorder: { light: true, dark: false } },
  footer: {
    privacyHref: '/privacy',
    helpHref: '/help',
    languages: [{ tag: 'fr', name: 'Français', href: '?ui_locales=fr' }],
  },
};

const identifier = (changes: Partial<IdentifierCardProps>) => (
  <IdentifierCard
    {...{ page, action, hidden, value: '', problem: null, signUpOpen: true, now: NOW }}
    {...changes}
  />
);

const asked: CodeCardProps['asked'] = {
  typedForm: 'maria@example.com',
  maskedRecipient: 'm***@example.com',
  reference: '7F',
  codeLength: 6,
  sentAt: NOW - 1000,
  resendAllowedAt: NOW + 3000,
};

const code = (changes: Partial<CodeCardProps>) => (
  <CodeCard
    {...{ page, action, hidden, asked, outcome: null, codeLifetimeSeconds: 600, now: NOW }}
    resendAction={'/resend' as unknown as FormAction}
    changeHref="/identifier"
    deliveryHref="/delivery"
    {...changes}
  />
);

const error = (changes: Partial<ErrorCardProps> & Pick<ErrorCardProps, 'error'>) => (
  <ErrorCard
    {...{ page, reference: 'K7Q2M4TD', at: NOW, tryAgainHref: null, backHref: null, detail: null }}
    {...changes}
  />
);

/** Name of the state → the card in it. */
export const SAMPLE_CARDS: Readonly<Record<string, ReactElement>> = {
  identifier: identifier({}),
  'identifier branded': identifier({ page: branded }),
  'identifier closed': identifier({ signUpOpen: false }),
  'identifier prefilled': identifier({ value: 'maria@example.com' }),
  'identifier misspelt': identifier({ value: 'maria@gmial.com' }),
  'identifier missing': identifier({ problem: { kind: 'identifier_missing' } }),
  'identifier malformed': identifier({ value: 'maria', problem: { kind: 'identifier_malformed' } }),
  'identifier must wait': identifier({ problem: { kind: 'wait', until: NOW + 25_000 } }),
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
  'too many tries': (
    <TooManyTriesCard {...{ page, waitUntil: NOW + 300_000, now: NOW }} startAgainHref="/again" />
  ),
  'too many tries, no way back': (
    <TooManyTriesCard {...{ page, waitUntil: null, now: NOW }} startAgainHref={null} />
  ),
  'sending trouble': (
    <SendingTroubleCard {...{ page, hidden }} retryAction={action} changeHref="/identifier" />
  ),
  'finished elsewhere': <FinishedElsewhereCard page={page} continueHref="https://app.example/" />,
  stale: <StaleCard page={page} startAgainHref="/again" />,
  'stale, client unknown': <StaleCard page={ofNobody} startAgainHref={null} />,
  'unknown client': error({ page: ofNobody, error: 'unknown_client' }),
  'unknown address': error({
    error: 'unknown_address',
    backHref: 'https://app.example/',
    detail: 'redirect_uri is not registered',
  }),
  'bad request': error({ error: 'bad_request' }),
  'not found': error({ page: ofNobody, error: 'not_found', reference: null, at: null }),
  unavailable: error({ error: 'unavailable', tryAgainHref: '/again' }),
  'server error': error({ error: 'server_error', tryAgainHref: '/again', backHref: 'https://app.example/' }),
  'signed out': <SignedOutCard page={page} signInHref="https://app.example/login" />,
  'sign out': <SignOutConfirmCard {...{ page, action, hidden }} stayHref="https://app.example/" />,
};
