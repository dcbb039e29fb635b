// The peer's two pages, as strings: who are you, and what is the code. Every post ends in a redirect.
import { Resend } from 'resend';

const BODY_MAX_BYTES = 16 * 1024;
const EMAIL_ADDRESS = /^[^\s@]{1,64}@[^\s@]{1,190}$/;

/** @returns {import('node:http').RequestListener} for every path below /interaction/ */
export function createLoginPages({ provider, users, mail }) {
  const resend = new Resend(mail.apiKey, { baseUrl: mail.baseUrl });

  return async (request, response) => {
    try {
      const { uid } = await provider.interactionDetails(request, response);
      const [, , , step = 'identifier'] = request.url.split('?')[0].split('/');
      if (request.method === 'GET')
        return sendPage(response, step === 'code' ? codeForm(uid) : identifierForm(uid));
      const form = await readForm(request);
      if (step === 'code') await submitCode(request, response, { uid, code: form.get('code') ?? '' });
      else await submitIdentifier(response, { uid, typed: form.get('identifier') ?? '' });
    } catch (problem) {
      response.writeHead(problem.statusCode ?? 500, { 'Content-Type': 'text/plain' });
      response.end('This sign-in cannot go on. Please start again.');
    }
  };

  async function submitIdentifier(response, { uid, typed }) {
    const email = typed.trim().toLowerCase();
    if (!EMAIL_ADDRESS.test(email))
      return sendPage(response, identifierForm(uid, 'That is not an e-mail address.'));
    const code = await users.startCode(uid, email);
    redirect(response, `/interaction/${uid}/code`);
    const { error } = await resend.emails.send({
      from: mail.from,
      to: [email],
      subject: `${code} is your sign-in code`,
      text: `Your sign-in code is ${code}. It works for ten minutes.`,
      html: `<p>Your sign-in code is <b>${code}</b>. It works for ten minutes.</p>`,
    });
    if (error) console.error(`Sending failed: ${error.name}`);
  }

  async function submitCode(request, response, { uid, code }) {
    const accountId = await users.verifyCode(uid, code.replace(/\s/g, ''));
    if (accountId === null) return sendPage(response, codeForm(uid, 'That code is not right.'));
    await provider.interactionFinished(request, response, { login: { accountId, amr: ['otp'] } });
  }
}

async function readForm(request) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > BODY_MAX_BYTES) throw Object.assign(new Error('Too large.'), { statusCode: 413 });
  }
  return new URLSearchParams(body);
}

function redirect(response, location) {
  response.writeHead(303, { Location: location, 'Content-Length': 0 }).end();
}

function sendPage(response, html) {
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  };
  response.writeHead(200, headers).end(html);
}

const identifierForm = (uid, problem = '') =>
  page(`<form method="post" action="/interaction/${uid}"><p>${problem}</p>
    <label>E-mail <input name="identifier" type="email" autocomplete="username" required autofocus></label>
    <button type="submit">Continue</button></form>`);

const codeForm = (uid, problem = '') =>
  page(`<form method="post" action="/interaction/${uid}/code"><p>${problem}</p>
    <label>Code <input name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus></label>
    <button type="submit">Continue</button></form>`);

const page = (content) => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
  <meta name="viewport" content="width=device-width"><style>body { font: 16px system-ui; margin: 3rem auto; width: 20rem }
  input, button { display: block; width: 100%; padding: .6rem; margin: .4rem 0 1rem; font: inherit }</style></head>
  <body><h1>Sign in</h1>${content}</body></html>`;
