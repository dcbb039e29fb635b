// Next's door: the request as Next has it, and an outcome as Next carries it out. The only file here that knows Next.
import 'server-only';
import { cookies, headers } from 'next/headers';
import { forbidden, redirect } from 'next/navigation';
import { after } from 'next/server';
import { cache } from 'react';
import { type Cookie, cookieName } from '@/lib/endpoints/cookies';
import { runtime } from '@/lib/runtime/boot';
import type { Runtime } from '@/lib/runtime/compose';
import type { Environment } from '@/lib/runtime/environment';
import { isSameOrigin } from '@/lib/runtime/page-headers';
import { type Browser, browserBehind } from './browser';
import type { Outcome } from './outcome';

/** The browser behind the page or action at hand: one object a request, however many parts of a page ask. */
export const currentBrowser = cache(
  async (): Promise<Browser> => browserBehind(await headers(), await runtime()),
);

/**
 * Ends what a page did not ask for. The front says so first; this holds where there is none, and for actions that are called by
 * their name (NXT-2).
 */
export async function requireSameOrigin({ environment }: Runtime): Promise<void> {
  const { headers: sent } = await currentBrowser();
  if (!isSameOrigin(sent, environment.origin)) forbidden();
}

/**
 * Answers the form of an action, once it is proven that a page of ours sent it. Next answers an action's redirect with 303, so
 * a posted code is not posted on.
 */
export async function answerForm(
  take: (runtime: Runtime, browser: Browser, form: FormData) => Promise<Outcome>,
  form: FormData,
): Promise<never> {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  await requireSameOrigin(latchkey);
  const { location, setCookies, messages } = await take(latchkey, browser, form);
  await setAll(latchkey.environment, setCookies);
  for (const message of messages) after(() => latchkey.send(message));
  redirect(location);
}

async function setAll({ issuer, isHttps }: Environment, list: readonly Cookie[]): Promise<void> {
  const jar = await cookies();
  for (const { name, value, maxAgeSeconds, crossSite } of list) {
    jar.set(cookieName(issuer, name), value, {
      httpOnly: true,
      secure: isHttps,
      path: '/',
      sameSite: crossSite && isHttps ? 'none' : 'lax',
      ...(maxAgeSeconds === null ? {} : { maxAge: maxAgeSeconds }),
    });
  }
}
