// A page of the login as it would look and read, for the frame beside the fields that are being typed. The cards, the words and the
// stylesheet are the login's own; nobody signs in, nothing is kept, and no script runs. Only an operator gets it, and only in a
// frame of ours: words that somebody else put into its address would else stand on a page of this login (docs/decisions/0047).
import type { ReactElement } from 'react';
import type { Brand, PageSetting } from '@/components/frame';
import { CodeCard } from '@/components/login/code-card';
import { ConsentCard } from '@/components/login/consent-card';
import { DeadLinkCard } from '@/components/login/dead-link-card';
import { ErrorCard } from '@/components/login/error-card';
import { IdentifierCard } from '@/components/login/identifier-card';
import { LinkOpenedCard } from '@/components/login/link-opened-card';
import { PasskeyOfferCard } from '@/components/login/passkey-offer-card';
import { SendingTroubleCard } from '@/components/login/sending-trouble-card';
import { SignOutConfirmCard } from '@/components/login/sign-out-confirm-card';
import { SignedOutCard } from '@/components/login/signed-out-card';
import { brandColors } from '@/lib/login/brand';
import { directionOf, LANGUAGES, type Language } from '@/lib/login/languages';
import { namedFiles, renderPageTemplate } from '@/lib/login/page-template';
import { BRAND_PREVIEW_PATH } from '@/lib/management/console-path';
import type { Runtime } from '@/lib/runtime/compose';
import { fileSources } from '@/lib/runtime/page-templates';
import { wordsOf } from '@/lib/runtime/words';
import type { Browser } from '@/lib/web/browser';
import { draftLook, draftTemplate, draftTexts } from '@/lib/web/console/brand-draft';
import { PREVIEW_SCREENS, type PreviewScreen } from '@/lib/web/console/preview-screens';
import { findVisit } from '@/lib/web/console/visit';
import { countryNames } from '@/lib/web/country-names';
import type { LoginActions } from '../../../login/[interaction]/shown';
import { pageSetting, templateContext, withLanguages } from '../../../page-setting';
import { surroundingsOf } from '../../../surroundings';

/** Null for whoever is to see nothing here. */
export async function showPreview(
  latchkey: Runtime,
  browser: Browser,
  { query, actions }: { query: URLSearchParams; actions: LoginActions },
): Promise<{ kind: 'page'; title: string; card: ReactElement } | null> {
  if (!isFramedByUs(browser.headers) || (await findVisit(latchkey, browser.headers)) === null) return null;
  const language = LANGUAGES.find((each) => each === query.get('language')) ?? 'en';
  const screen = PREVIEW_SCREENS.find((each) => each === query.get('screen')) ?? 'identifier';
  const settings = latchkey.settings();
  const { colors, ...look } = draftLook(settings, query);
  const t = wordsOf(language, draftTexts(settings, { language, query }));
  const brand = { ...brandColors(colors), ...look };
  const page: PageSetting = {
    ...pageSetting(latchkey, browser, { language, client: null }),
    t,
    direction: directionOf(language),
    client: { name: settings.tenant.friendlyName ?? 'Acme' },
    brand,
    surroundings: draftSurroundings(latchkey, { query, language, brand }),
    script: null,
  };
  const withChoice = withLanguages(latchkey, page, { action: actions.chooseLanguage, hidden: {} });
  const now = latchkey.clock().getTime();
  return { kind: 'page', title: BRAND_PREVIEW_PATH, card: CARDS[screen]({ page: withChoice, actions, now }) };
}

/** The page template as it is typed; what cannot be made yet is the plain page. Pictures come from where they will be fetched. */
function draftSurroundings(
  latchkey: Runtime,
  { query, language, brand }: { query: URLSearchParams; language: Language; brand: Brand },
): PageSetting['surroundings'] {
  const template = draftTemplate(latchkey.settings(), query);
  if (template === null) return null;
  const { source } = template;
  const files = new Map([...namedFiles(source).map((url) => [url, url] as const), ...fileSources(template)]);
  const client = { clientId: 'example', name: latchkey.settings().tenant.friendlyName ?? 'Acme' };
  return (screen) => {
    const context = { ...templateContext(latchkey, { language, client, brand }), ...screen };
    const rendered = renderPageTemplate(source, { context, files, now: latchkey.clock() });
    return rendered.kind === 'rendered' ? surroundingsOf(rendered) : null;
  };
}

/** Browsers say so, and no page can make them say it for another. @see https://www.w3.org/TR/fetch-metadata/ */
function isFramedByUs(headers: Headers): boolean {
  return headers.get('sec-fetch-site') === 'same-origin' && headers.get('sec-fetch-dest') === 'iframe';
}

type Sample = Readonly<{ page: PageSetting; actions: LoginActions; now: number }>;

const ADDRESS = 'ada@example.com';
/** Nobody's. @see https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama */
const NUMBER = '+44 7700 900123';

/** Some way into the life of a code, when everything that may be pressed may be. */
const SENT_MS_AGO = 90_000;

const CARDS: Readonly<Record<PreviewScreen, (sample: Sample) => ReactElement>> = {
  identifier: (sample) => <Identifier {...sample} problem={null} />,
  identifier_wrong: (sample) => <Identifier {...sample} problem={{ kind: 'identifier_malformed' }} />,
  sign_up: (sample) => <Identifier {...sample} problem={null} isSignUp />,
  code: (sample) => <Code {...sample} outcome={null} />,
  code_text: (sample) => <Code {...sample} outcome={null} channel="sms" />,
  code_wrong: (sample) => <Code {...sample} outcome={{ kind: 'code_wrong', triesLeft: 3 }} />,
  code_unsent: (sample) => <Code {...sample} outcome={{ kind: 'sending_failed' }} />,
  link: (sample) => <Code {...sample} outcome={null} sendMode="link" />,
  link_opened: ({ page, actions }) => (
    <LinkOpenedCard page={page} finishAction={actions.finishLogin} hidden={{}} />
  ),
  link_dead: ({ page }) => (
    <DeadLinkCard page={page} why="broken" sendNew={{ kind: 'go', href: '#' }} shownAddress={ADDRESS} />
  ),
  trouble: ({ page, actions }) => (
    <SendingTroubleCard
      page={page}
      channel="email"
      returnedFrom={null}
      retryAction={actions.resendMessage}
      hidden={{}}
      changeHref="#"
      otherWay={null}
    />
  ),
  passkey: ({ page, actions }) => (
    <PasskeyOfferCard page={page} action={actions.finishLogin} hidden={{}} options="{}" hasFailed={false} />
  ),
  consent: ({ page, actions }) => (
    <ConsentCard
      page={page}
      action={actions.answerConsent}
      hidden={{}}
      otherAccountAction={actions.chooseOtherAccount}
      account={ADDRESS}
      asked={{ shown: ['openid', 'profile', 'email'], api: null, isMore: false }}
      returnsTo="app.example.com"
    />
  ),
  sign_out: ({ page, actions }) => (
    <SignOutConfirmCard page={page} action={actions.finishLogin} hidden={{}} stayHref="#" />
  ),
  signed_out: ({ page }) => <SignedOutCard page={page} alsoFrom={[]} signInHref="#" />,
  error: ({ page, now }) => (
    <ErrorCard
      page={{ ...page, footer: page.footer && { ...page.footer, languages: null } }}
      error="unavailable"
      reference="7K2MQX"
      at={now}
      tryAgainHref="#"
      backHref={null}
      detail={null}
    />
  ),
};

function Identifier({
  page,
  actions,
  now,
  problem,
  isSignUp = false,
}: Sample & Pick<Parameters<typeof IdentifierCard>[0], 'problem'> & { isSignUp?: boolean }) {
  return (
    <IdentifierCard
      page={page}
      action={actions.submitIdentifier}
      hidden={{}}
      asking={{ channels: ['email'], exampleNumber: '', countryName: countryNames(page.language) }}
      sendsLink={false}
      passkey={null}
      countries={null}
      value={problem === null ? '' : 'ada@example'}
      problem={problem}
      signUpOpen
      isSignUp={isSignUp}
      otherWay={null}
      now={now}
    />
  );
}

function Code({
  page,
  actions,
  now,
  outcome,
  channel = 'email',
  sendMode = channel === 'email' ? 'both' : 'code',
}: Sample &
  Pick<Parameters<typeof CodeCard>[0], 'outcome'> & {
    channel?: 'email' | 'sms';
    sendMode?: 'both' | 'link' | 'code';
  }) {
  return (
    <CodeCard
      page={page}
      action={actions.submitCode}
      resendAction={actions.resendMessage}
      finishAction={actions.finishLogin}
      hidden={{}}
      asked={{
        typedForm: channel === 'email' ? ADDRESS : NUMBER,
        channel,
        sendMode,
        maskedRecipient: channel === 'email' ? 'a***@example.com' : '***123',
        reference: 'K7',
        codeLength: 6,
        codeLifetimeSeconds: 600,
        sentAt: now - SENT_MS_AGO,
        resendAllowedAt: now,
      }}
      outcome={outcome}
      changeHref="#"
      deliveryHref="#"
      otherWay={null}
      now={now}
    />
  );
}
