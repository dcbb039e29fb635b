// A page of a sign-in as data: what it shows and where its forms go. Made without knowing which door shows it.
import type { ReactElement } from 'react';
import type { FormAction } from '@/components/hidden-inputs';
import type { Runtime } from '@/lib/runtime/compose';
import type { Browser } from '@/lib/web/browser';
import type { Outcome } from '@/lib/web/outcome';

export type Shown = Readonly<
  | { kind: 'page'; title: string; card: ReactElement }
  /** Another page is the one to look at; a path of ours. */
  | { kind: 'elsewhere'; location: string }
>;

/** Reads only; an unauthenticated GET writes no row. @param asked.id of the interaction, as the URL says */
export type ShowStep = (
  latchkey: Runtime,
  browser: Browser,
  asked: Readonly<{ id: string; actions: LoginActions }>,
) => Promise<Shown>;

/** A form that a page of ours sent. */
export type TakeForm = (latchkey: Runtime, browser: Browser, form: FormData) => Promise<Outcome>;

/** The forms on these pages, by the names of their server actions (actions.ts). */
export type LoginForm =
  | 'submitIdentifier'
  | 'submitPasskey'
  | 'submitCode'
  | 'resendMessage'
  | 'finishLogin'
  | 'answerPasskeyOffer'
  | 'answerConsent'
  | 'chooseOtherAccount'
  | 'turnToConnection'
  | 'chooseLanguage';

/** What each form is sent to. */
export type LoginActions = Readonly<Record<LoginForm, FormAction>>;
