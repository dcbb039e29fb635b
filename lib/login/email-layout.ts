// How a message looks: one card, the code in the middle of it. Tables and inline styles, because that is what every mail
// program understands; the style sheet only adds what some of them do better. No image, no link, no tracking, nothing
// loaded from anywhere. Colours and sizes are those of the login page (app/globals.css). Knows no words.
import { type Html, html } from './html';

/** The words of one message, in the order they are read. */
export type EmailWords = Readonly<{
  subject: string;
  /** Shown beside the subject in a list of messages. */
  preview: string;
  heading: string;
  instruction: string;
  /** The code's digits in the groups they are read in. Copied, they are one number. */
  codeGroups: readonly string[];
  expiry: string;
  /** What to recognise the request by, and what to do if it is somebody else's. */
  notes: readonly string[];
}>;

/** The whole message, about 5 kB; mail programs clip at 100. */
export function layOutEmail(
  words: EmailWords,
  { language, direction }: { language: string; direction: 'ltr' | 'rtl' },
): string {
  const start = direction === 'rtl' ? 'right' : 'left';
  return html`<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="x-apple-disable-message-reformatting">
<title>${words.subject}</title>
<style>${STYLE_SHEET}</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f6f6f4">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${words.preview}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#f6f6f4">
<tr><td class="margin" align="center" style="padding:40px 16px">
<!--[if mso]><table role="presentation" width="400" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff" style="max-width:400px;background:#fff;border:1px solid #e4e4e1;border-radius:16px;border-collapse:separate">
<tr><td class="inside" dir="${direction}" align="${start}" style="padding:32px;text-align:${start};font:400 16px/24px ${FONTS};color:#17181a;overflow-wrap:anywhere">
<h1 style="margin:0 0 8px;font:600 24px/32px ${FONTS};letter-spacing:-.015em">${words.heading}</h1>
<p style="margin:0 0 24px">${words.instruction}</p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="code" dir="ltr" align="center" bgcolor="#f6f6f4" style="padding:20px 8px;background:#f6f6f4;border-radius:8px;font:600 32px/40px ${DIGITS};letter-spacing:.08em;white-space:nowrap;user-select:all;-webkit-user-select:all">${inGroups(words.codeGroups)}</td>
</tr></table>
<p style="margin:16px 0 0">${words.expiry}</p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="notes" style="padding-top:24px;border-bottom:1px solid #e4e4e1;font-size:0;line-height:0">&nbsp;</td>
</tr></table>
${joined(words.notes.map((note) => html`<p class="note" style="margin:16px 0 0;font:400 14px/20px ${FONTS};color:#5d6068">${note}</p>`))}
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
`.markup;
}

const FONTS = html`system-ui,-apple-system,Segoe UI,Roboto,Helvetica Neue,Arial,sans-serif`;
const DIGITS = html`ui-monospace,SFMono-Regular,Menlo,Consolas,Liberation Mono,monospace`;

/** For programs that ask about dark mode; `data-ogsc` and `data-ogsb` are how Outlook's say that they apply it. */
const STYLE_SHEET = html`
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:479px){
.page{background:#fff!important}
.margin{padding:0!important}
.card{border:0!important;border-radius:0!important}
.inside{padding:24px!important}
}
@media (prefers-color-scheme:dark){
.page{background:#0e0f11!important}
.card{background:#17181b!important;border-color:#2a2c30!important}
.inside{color:#f0f0ee!important}
.code{background:#0e0f11!important}
.notes{border-color:#2a2c30!important}
.note{color:#a6a9b0!important}
}
@media (prefers-color-scheme:dark) and (max-width:479px){.page{background:#17181b!important}}
[data-ogsb] .page,[data-ogsb] .code{background:#0e0f11!important}
[data-ogsb] .card{background:#17181b!important}
[data-ogsc] .inside{color:#f0f0ee!important}
[data-ogsc] .note{color:#a6a9b0!important}
`;

/** The gap is a margin, not a space: a double press selects the whole code, and autofill finds one number. */
function inGroups([first = '', ...others]: readonly string[]): Html {
  return html`${first}${joined(others.map((group) => html`<span style="margin-left:.4em">${group}</span>`))}`;
}

function joined(parts: readonly Html[]): Html {
  return parts.reduce((before, part) => html`${before}${part}`, html``);
}
