// A person signing in: an address on the first page, the code out of the message, the code on the second page. Made of
// what people see (labels, fields, the words of the message), so that it holds for every way the pages are built.
import type { Page } from 'playwright-core';
import { witness } from './evidence';
import type { SmtpSink } from './smtp-sink';
import type { Visit, Visitor } from './visitor';

/** Where messages for people arrive. */
export type Post = Pick<SmtpSink, 'waitForMessage'>;

/** Types an address on the first page and walks on to the page that waits for the code. */
export function askForCode(visitor: Visitor, firstPage: Visit, address: string): Promise<Visit> {
  return visitor.submit(firstPage, { fields: { identifier: witness(address) }, press: 'Continue' });
}

/** The code in the next message to that address. @throws when none comes in time, or it holds no code */
export async function readCode(post: Post, address: string, timeoutMilliseconds?: number): Promise<string> {
  const message = await post.waitForMessage(address, timeoutMilliseconds);
  const code = /^\d{4,10}$/m.exec(message.text ?? '')?.[0];
  if (code === undefined) throw new Error(`The message to ${address} holds no code:\n${message.text}`);
  return witness(code);
}

/** Types a code on the page that waits for it; the answer leaves to the client when it was right. */
export async function typeCode(visitor: Visitor, codePage: Visit, code: string): Promise<Visit> {
  const answer = await visitor.submit(codePage, { fields: { code }, press: 'Continue' });
  const authorizationCode = answer.leavesTo && callbackParameters(answer.leavesTo).get('code');
  if (authorizationCode) witness(authorizationCode);
  return answer;
}

/**
 * The same in a real browser. Digit by digit, because the script sends a code that comes whole: the press would be late for
 * it on a busy machine, and meet the next page.
 */
export async function enterCode(page: Page, code: string): Promise<void> {
  await page.waitForURL('**/code');
  await page.locator('input[name=code]').pressSequentially(code);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

/** The whole of it, from a page that asks for an address. */
export async function signIn(
  visitor: Visitor,
  firstPage: Visit,
  { post, address }: { post: Post; address: string },
): Promise<Visit> {
  const codePage = await askForCode(visitor, firstPage, address);
  return typeCode(visitor, codePage, await readCode(post, address));
}

/** A code of as many digits that is not this one. */
export function wrongCode(code: string, by = 1): string {
  return String((Number(code) + by) % 10 ** code.length).padStart(code.length, '0');
}

/** What a redirect to a client carries, in its query or in its fragment. */
export function callbackParameters({ search, hash }: URL): URLSearchParams {
  return new URLSearchParams(hash === '' ? search : hash.slice(1));
}
