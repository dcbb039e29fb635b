/*
 * Passkeys on the login pages, where anybody may have one. Every page works without this file; with it the form that signs in
 * with a passkey is there, the browser offers passkeys beside the field, and forms say whether this device could keep one. It
 * speaks the browser's own JSON (Web Authentication Level 3 §5.1) and does nothing where that is not known.
 */
(() => {
  const Credential = window.PublicKeyCredential;
  if (!Credential?.parseRequestOptionsFromJSON) return;

  // --- Whether this device can keep one: whoever proves themselves here may be offered it -------------------------------

  const keepers = document.querySelectorAll('[name=passkeys]');
  if (keepers.length > 0)
    Credential.isUserVerifyingPlatformAuthenticatorAvailable().then((can) => {
      for (const keeper of keepers) keeper.value = can ? 'here' : '';
    });

  // --- The form that is sent with what an authenticator says ------------------------------------------------------------

  const form = document.querySelector('form[data-passkey]');
  if (!form) return;
  const options = JSON.parse(form.dataset.passkey);
  const isNew = 'rp' in options;
  const { passkey: answer } = form.elements;
  let asking;

  const ask = async (mediation) => {
    // A browser asks one question at a time.
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const credential = isNew
        ? await navigator.credentials.create({
            publicKey: Credential.parseCreationOptionsFromJSON(options),
            signal,
          })
        : await navigator.credentials.get({
            publicKey: Credential.parseRequestOptionsFromJSON(options),
            mediation,
            signal,
          });
      answer.value = JSON.stringify(credential);
      form.requestSubmit();
    } catch ({ name }) {
      // This device has one already: nothing is left to ask.
      if (name === 'InvalidStateError') form.requestSubmit(form.querySelector('[value=never]'));
      else if (mediation === 'optional' && form.dataset.refused === undefined) askBesideField();
    }
  };

  /** Shown among what the browser fills the field with; nobody is interrupted. */
  const askBesideField = async () => {
    if (!isNew && (await Credential.isConditionalMediationAvailable?.())) ask('conditional');
  };

  form.hidden = false;
  form.addEventListener('submit', (event) => {
    const { name, value } = event.submitter ?? {};
    if (answer.value !== '' || (name === 'choice' && value !== 'create')) return;
    // Not yet: login.js, which listens further up, would take it for sent.
    event.preventDefault();
    event.stopPropagation();
    ask('optional');
  });
  // Who comes back by the browser's back button finds the page as it was left.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) answer.value = '';
  });
  const { refused } = form.dataset;
  // Of one that is not known here the browser need not speak again, and whoever was just refused presses the button.
  if (refused)
    Credential.signalUnknownCredential?.({ rpId: options.rpId, credentialId: refused }).catch(() => {});
  if (refused === undefined) askBesideField();
})();
