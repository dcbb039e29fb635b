// The pages of a sign-in and the forms on them. Two doors lead to them: Next's (page.tsx, actions.ts) and the front's
// (front-door.tsx), which costs a tenth (docs/decisions/0027). What a page shows and what a form does is decided behind both.
import type { Step } from '@/lib/web/answer';
import { showCode } from './code/show';
import { takeCode, takeResend } from './code/take';
import { showConsent } from './consent/show';
import { takeConsent, takeOtherAccount } from './consent/take';
import { showDone } from './done/show';
import { takeFinish } from './done/take';
import { showIdentifier } from './identifier/show';
import { takeIdentifier } from './identifier/take';
import { takePasskey } from './identifier/take-passkey';
import { showPasskeyOffer } from './passkey/show';
import { takePasskeyOffer } from './passkey/take';
import type { LoginForm, ShowStep, TakeForm } from './shown';
import { takeLanguage, takeTurn } from './take';

export const PAGES: Readonly<Record<Step, ShowStep>> = {
  identifier: showIdentifier,
  code: showCode,
  done: showDone,
  passkey: showPasskeyOffer,
  consent: showConsent,
};

export const FORMS: Readonly<Record<LoginForm, TakeForm>> = {
  submitIdentifier: takeIdentifier,
  submitPasskey: takePasskey,
  submitCode: takeCode,
  resendMessage: takeResend,
  finishLogin: takeFinish,
  answerPasskeyOffer: takePasskeyOffer,
  answerConsent: takeConsent,
  chooseOtherAccount: takeOtherAccount,
  turnToConnection: takeTurn,
  chooseLanguage: takeLanguage,
};
