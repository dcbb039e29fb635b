// How a message looks: one card, and in it what the person came for. Tables and inline styles, because that is what every
// mail program understands; the style sheet only adds what some of them do better. No image, no tracking, nothing loaded
// from anywhere, and an address is always whole: no program has to put one together. Colours and sizes are those of the
// login page (app/globals.css). Knows no words.
import { type Html, html, joinHtml } from './html';

/** A paragraph, the one button, or a code. */
export type EmailPart = Readonly<
  | { kind: 'text'; words: string }
  | { kind: 'button'; label: string; address: string }
  /** Digits in the groups they are read in. Copied, they are one number. */
  | { kind: 'code'; groups: readonly string[] }
>;

/** The words of one message, in the order they are read. */
export type Letter = Readonly<{
  subject: string;
  /** Shown beside the subject in a list of messages. */
  preview: string;
  heading: string;
  parts: readonly EmailPart[];
  /** What to recognise the request by, and what to do if it is somebody else's. */
  notes: readonly string[];
  /** For whoever did not ask. */
  stop: Readonly<{ label: string; address: string }> | null;
}>;

/** The whole message as HTML, about 6 kB; mail programs clip at 100. */
export function layOutEmail(
  { subject, preview, heading, parts, notes, stop }: Letter,
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
<title>${subject}</title>
<style>${STYLE_SHEET}</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f6f6f4">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preview}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#f6f6f4">
<tr><td class="margin" align="center" style="padding:40px 16px">
<!--[if mso]><table role="presentation" width="400" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff" style="max-width:400px;background:#fff;border:1px solid #e4e4e1;border-radius:16px;border-collapse:separate">
<tr><td class="inside" lang="${language}" dir="${direction}" align="${start}" style="padding:32px;text-align:${start};font:400 16px/24px ${FONTS};color:#17181a;overflow-wrap:anywhere">
<h1 style="margin:0;font:600 24px/32px ${FONTS};letter-spacing:-.015em">${heading}</h1>
${joinHtml(parts.map(layOutPart))}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td class="line" style="padding-top:24px;border-bottom:1px solid #e4e4e1;font-size:0;line-height:0">&nbsp;</td>
</tr></table>
${joinHtml(notes.map((note) => inNote(html`${note}`)))}
${stop ? inNote(html`<a class="note" href="${stop.address}" style="color:#5d6068;text-decoration:underline">${stop.label}</a>`) : ''}
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
`.markup;
}

/** The same words without a look. What is to be copied or pressed stands alone on its line. */
export function layOutText({ heading, parts, notes, stop }: Letter): string {
  const blocks = [heading, ...parts.map(inPlainText), ...notes];
  if (stop) blocks.push(`${stop.label}:\n${stop.address}`);
  return `${blocks.join('\n\n')}\n`;
}

function layOutPart(part: EmailPart, index: number): Html {
  switch (part.kind) {
    case 'text':
      return html`<p style="margin:${index === 0 ? '8px' : '16px'} 0 0">${part.words}</p>`;
    case 'button':
      return inBox(
        html`<td class="button" align="center" bgcolor="#17181a" style="background:#17181a;border-radius:8px;mso-padding-alt:12px 16px"><a class="label" href="${part.address}" style="display:block;padding:12px 16px;font:600 16px/24px ${FONTS};color:#fff;text-align:center;text-decoration:none;mso-padding-alt:0">${part.label}</a></td>`,
      );
    case 'code':
      return inBox(
        html`<td class="code" dir="ltr" align="center" bgcolor="#f6f6f4" style="padding:20px 8px;background:#f6f6f4;border-radius:8px;font:600 32px/40px ${DIGITS};letter-spacing:.08em;white-space:nowrap;user-select:all;-webkit-user-select:all">${inGroups(part.groups)}</td>`,
      );
  }
}

/** A row of its own for the distance above: not every program gives a table a margin. */
function inBox(cell: Html): Html {
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:separate">
<tr><td height="16" style="height:16px;font-size:0;line-height:16px">&nbsp;</td></tr>
<tr>${cell}</tr>
</table>`;
}

function inPlainText(part: EmailPart): string {
  switch (part.kind) {
    case 'text':
      return part.words;
    case 'button':
      return part.address;
    case 'code':
      return part.groups.join('');
  }
}

function inNote(content: Html): Html {
  return html`<p class="note" style="margin:16px 0 0;font:400 14px/20px ${FONTS};color:#5d6068">${content}</p>`;
}

const FONTS = html`system-ui,-apple-system,Segoe UI,Roboto,Helvetica Neue,Arial,sans-serif`;
const DIGITS = html`ui-monospace,SFMono-Regular,Menlo,Consolas,Liberation Mono,monospace`;

/** For programs that ask about dark mode; `data-ogsc` and `data-ogsb` are how Outlook's say that they apply it. */
const STYLE_SHEET = html`
:root{color-scheme:light dark;supported-color-schemes:light dark}
h1{text-wrap:balance;word-break:auto-phrase}
p{text-wrap:pretty}
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
.line{border-color:#2a2c30!important}
.button{background:#f0f0ee!important}
.label{color:#17181b!important}
.note{color:#a6a9b0!important}
}
@media (prefers-color-scheme:dark) and (max-width:479px){.page{background:#17181b!important}}
[data-ogsb] .page,[data-ogsb] .code{background:#0e0f11!important}
[data-ogsb] .card{background:#17181b!important}
[data-ogsc] .inside{color:#f0f0ee!important}
[data-ogsc] .note{color:#a6a9b0!important}
[data-ogsb] .button{background:#f0f0ee!important}
[data-ogsc] .label{color:#17181b!important}
`;

/** The gap is a margin, not a space: a double press selects the whole code, and autofill finds one number. */
function inGroups([first = '', ...others]: readonly string[]): Html {
  const spaced = others.map((group) => html`<span style="margin-left:.4em">${group}</span>`);
  return html`${first}${joinHtml(spaced, '')}`;
}
