// Brings the outcome of an authorization request to the client: by redirect, by a form that submits itself, or by a message
// to the page that frames us. OAuth 2.0 Form Post Response Mode §4 and appendix A; auth0-contract §4.2 for web_message.
import { html, joinHtml } from '@/lib/login/html';
import type { AuthorizationOutcome } from '@/lib/oidc/authorization-response';
import { addressOutcome } from '@/lib/oidc/authorization-response';
import type { ReturnAddress } from '@/lib/oidc/errors';
import type { Deps } from './deps';
import { respondRedirect, respondScriptedPage } from './respond';

/** What the self-submitting page says while scripts are off, in a language the browser accepts. */
export type FormPostWords = (acceptLanguage: string | null) => Readonly<{
  /** BCP 47 tag of the words. */
  language: string;
  direction: 'ltr' | 'rtl';
  title: string;
  /** One sentence: press the button to go on. */
  explanation: string;
  button: string;
}>;

/** Answers the browser that carries an outcome to the client, with the cookies to set on the way. */
export function answerClient(
  deps: Pick<Deps, 'issuer' | 'random' | 'formPostWords'>,
  answer: Readonly<{
    outcome: AuthorizationOutcome;
    /** An AuthorizationRequest is one. */
    returnAddress: ReturnAddress;
    acceptLanguage: string | null;
    setCookies?: readonly string[];
  }>,
): Response {
  const { setCookies = [] } = answer;
  const response = addressOutcome(answer.outcome, answer.returnAddress, deps.issuer);
  if (response.kind === 'redirect') return respondRedirect(response.location, { setCookies });

  const nonce = deps.random.id();
  if (response.kind === 'web_message') {
    const { origin: frameAncestor } = response;
    return respondScriptedPage(renderWebMessage({ ...response, nonce }), {
      nonce,
      frameAncestor,
      setCookies,
    });
  }
  const words = deps.formPostWords(answer.acceptLanguage);
  return respondScriptedPage(renderFormPost({ ...response, nonce, words }), { nonce, setCookies });
}

/**
 * The page is the only thing between us and the client's redirect URI, so it has no `form-action` in its policy: Chromium
 * applies that to every redirect after the post as well, and the client's next hop is none of our business. With scripts
 * off the button does what the script would have done.
 */
function renderFormPost({
  action,
  fields,
  nonce,
  words,
}: Readonly<{
  action: string;
  fields: readonly (readonly [string, string])[];
  nonce: string;
  words: ReturnType<FormPostWords>;
}>): string {
  const inputs = fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  return html`<!doctype html>
<html lang="${words.language}" dir="${words.direction}">
<head><meta charset="utf-8"><title>${words.title}</title></head>
<body>
<form method="post" action="${action}">
${joinHtml(inputs)}
<noscript><p>${words.explanation}</p><button>${words.button}</button></noscript>
</form>
<script nonce="${nonce}">document.forms[0].submit()</script>
</body>
</html>
`.markup;
}

/**
 * The page that silent authentication loads into a hidden frame. A browser hands the message to the page around it only if
 * that is of the origin named here, and shows this page to no other. What is told is data: the script is the same for all.
 */
function renderWebMessage({
  origin,
  fields,
  nonce,
}: Readonly<{ origin: string; fields: readonly (readonly [string, string])[]; nonce: string }>): string {
  const message = JSON.stringify({ type: 'authorization_response', response: Object.fromEntries(fields) });
  return html`<!doctype html>
<html>
<head><meta charset="utf-8"><title></title></head>
<body>
<script nonce="${nonce}" data-message="${message}" data-origin="${origin}">
const { message, origin } = document.currentScript.dataset;
parent.postMessage(JSON.parse(message), origin);
</script>
</body>
</html>
`.markup;
}
