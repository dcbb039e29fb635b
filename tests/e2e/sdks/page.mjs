// The script of an application's page: Auth0's three libraries for browsers, each set up as its README says. Bundled by
// esbuild, as an application would be; `settings` is all that the page tells it.
import { Auth0Client } from '@auth0/auth0-spa-js';
import { Management, WebAuth } from 'auth0-js';
import { Auth0LockPasswordless } from 'auth0-lock';

const { domain, clientId, phoneId, audience, scope } = window.settings;
const home = `${window.location.origin}/`;

const spa = { domain, clientId, authorizationParams: { redirect_uri: home, audience, scope } };
/** Keeps what it remembers in memory, so each page load starts with nothing. */
window.byFrame = new Auth0Client(spa);
window.byRefreshToken = new Auth0Client({ ...spa, useRefreshTokens: true, useRefreshTokensFallback: true });

const webAuth = (clientID) =>
  new WebAuth({ domain, clientID, redirectUri: home, responseType: 'token id_token', audience, scope });

window.webAuth = webAuth(clientId);
/** An application of a telephone's, which runs in a page too. */
window.onPhone = webAuth(phoneId);

/** What a person may ask of the management API with their own token. */
window.manage = (token) => new Management({ domain, token });

/** auth0-js answers by callback. */
window.answered = (ask) =>
  new Promise((resolve, reject) => {
    ask((problem, answer) => (problem ? reject(new Error(JSON.stringify(problem))) : resolve(answer)));
  });

window.openLock = (connection, passwordlessMethod = 'code') => {
  const lock = new Auth0LockPasswordless(clientId, domain, {
    allowedConnections: [connection],
    passwordlessMethod,
    auth: { redirectUrl: home, responseType: 'token id_token', params: { audience, scope } },
  });
  lock.on('authenticated', (answer) => {
    window.authenticated = answer;
  });
  lock.on('authorization_error', (problem) => {
    window.authenticated = problem;
  });
  window.lock = lock;
  return lock;
};
