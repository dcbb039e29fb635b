/*
 * Comfort for the login pages. Every page works without this file; with it a pasted code and an opened link send themselves,
 * the tab that waited goes on, a button that is not ready counts down, a pressed button shows that it works, and times are
 * told by the person's own clock. Its words come from data attributes, so it speaks the language of the page. It has no
 * state between pages.
 */
(() => {
  const find = (selector) => document.querySelector(selector);
  const status = find('[role=status]');

  // --- The address: a link's token stays out of the bar, the history and whatever is shared from there -------------------

  const shown = find('[data-shown-address]')?.dataset.shownAddress;
  if (shown) {
    // They answer to the address as it was.
    for (const form of document.forms) form.setAttribute('action', form.action);
    history.replaceState(null, '', shown);
  }

  // --- Times: the server says UTC -----------------------------------------------------------------------------------

  for (const time of document.querySelectorAll('time')) {
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, {
      dateStyle: 'date' in time.dataset ? 'medium' : undefined,
      timeStyle: 'short',
      hourCycle: 'h23',
    });
  }

  // --- Sending: once, and seen to be under way ----------------------------------------------------------------------

  let busy = null;
  let slow;

  const rest = () => {
    clearTimeout(slow);
    busy?.removeAttribute('data-busy');
    busy?.removeAttribute('aria-disabled');
    busy = null;
    status.textContent = '';
  };

  document.addEventListener('submit', (event) => {
    const button = event.submitter ?? event.target.querySelector('[type=submit]') ?? find('.button');
    if (busy || button?.ariaDisabled === 'true') return event.preventDefault();
    busy = button;
    busy.dataset.busy = '';
    busy.ariaDisabled = 'true';
    slow = setTimeout(() => {
      status.textContent = status.dataset.slow;
      slow = setTimeout(rest, 26_000); // nothing came: let it be pressed again
    }, 4000);
  });

  // --- The code: cleaned as it comes, sent once when it came whole --------------------------------------------------

  const field = find('[autocomplete=one-time-code]');
  if (field) {
    const whole = new RegExp(`(?<!\\d)\\d{${field.dataset.digits}}(?!\\d)`);
    // Full-width and Arabic digits become ours; spaces, hyphens and invisible marks go.
    const tidy = (text) =>
      text
        .normalize('NFKC')
        .replace(/[٠-٩۰-۹]/g, (digit) => digit.charCodeAt(0) & 15)
        .replace(/[\s\p{Pd}\p{Cf}]/gu, '');
    const failed = find('[data-kind=error], [data-kind=trouble]');
    let before = '';
    let sent = false;

    const clean = (event) => {
      if (event.isComposing) return;
      const tidied = tidy(field.value);
      const code = tidied.match(whole)?.[0] ?? tidied; // a whole message may have been pasted
      if (field.value !== code) {
        const caret = tidy(field.value.slice(0, field.selectionStart)).length;
        field.value = code;
        field.setSelectionRange(caret, caret);
      }
      const pasted = /^insertFrom/.test(event.inputType);
      const cameWhole = (pasted || code.length > before.length + 1) && code.match(whole)?.[0] === code;
      before = code;
      // What the browser fills in again after a failure may be the code that failed: only a paste is a wish.
      if (!cameWhole || sent || (failed && !pasted)) return;
      sent = true;
      // Long enough to see the digits arrive, and for a press of the button to be first.
      setTimeout(() => field.value === code && field.form.requestSubmit(), 250);
    };
    field.addEventListener('input', clean);
    field.addEventListener('compositionend', clean);
  }

  // --- The link: opened in this browser it signs in as soon as somebody looks, once --------------------------------------

  const seen = () => !document.prerendering && !document.hidden;
  const landing = find('form[data-sends-itself]');
  // Who comes back from here was answered already, and is not sent round in circles.
  if (landing && !document.referrer.endsWith(shown)) {
    const open = () => {
      if (!seen()) return;
      document.removeEventListener('visibilitychange', open);
      document.removeEventListener('prerenderingchange', open);
      landing.requestSubmit();
    };
    document.addEventListener('visibilitychange', open);
    document.addEventListener('prerenderingchange', open);
    open();
  }

  // --- Finishing: by the tab that waited, where one answers; else by the one that opened the link ------------------------

  const finish = find('form[data-tab]');
  const goOn = () => finish.requestSubmit();
  if (finish) {
    const { value: interaction } = finish.elements.interaction;
    const tabs = new BroadcastChannel('latchkey');
    if (finish.dataset.tab === 'opened') {
      const alone = setTimeout(goOn, 800);
      tabs.onmessage = ({ data }) => {
        if (data.taken !== interaction || busy) return;
        clearTimeout(alone);
        finish.hidden = true;
        find('[data-taken]').hidden = false;
      };
      tabs.postMessage({ proven: interaction });
    } else {
      tabs.onmessage = ({ data }) => {
        if (data.proven !== interaction || busy) return;
        tabs.postMessage({ taken: interaction });
        goOn();
      };
    }
  }

  // --- Waiting: asks now and then, and when somebody looks again, what became of the message ----------------------------

  if (field) {
    const ask = async () => {
      if (field.value !== '' || busy || !seen()) return;
      const answer = await fetch(field.dataset.delivery).catch(() => null);
      const state = answer?.ok ? (await answer.json()).state : 'under_way';
      if (state === 'under_way' || field.value !== '' || busy) return;
      if (state === 'proven' && finish) goOn();
      else location.reload();
    };
    const askEvery = (wait) =>
      setTimeout(() => ask().then(() => askEvery(Math.min(wait * 1.5, 60_000))), wait);
    askEvery(6_000);
    document.addEventListener('visibilitychange', ask);
  }

  // --- A choice that needs no button, unless it is made with the keyboard, where every step through it would be one -------

  const choice = find('select[data-sends-itself]');
  choice?.addEventListener('change', () => choice.matches(':focus-visible') || choice.form.requestSubmit());

  // --- Asking again: counts down, says so only at the start and at the end ------------------------------------------

  const again = find('[data-countdown]');
  if (again) {
    const label = again.textContent;
    const readyAt = Date.now() + again.dataset.countdown * 1000;
    const say = (words) => {
      const aloud = document.createElement('span');
      aloud.className = 'sr-only';
      aloud.textContent = words;
      status.replaceChildren(aloud);
    };
    const count = () => {
      const seconds = Math.ceil((readyAt - Date.now()) / 1000);
      if (seconds > 0) {
        const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
        again.textContent = again.dataset.label.replace('{time}', time);
        again.ariaDisabled = 'true';
        setTimeout(count, ((readyAt - Date.now()) % 1000) + 1);
      } else {
        again.textContent = label;
        again.ariaDisabled = null;
        say(again.dataset.ready);
      }
    };
    count();
    say(again.dataset.waits);
  }

  // --- Focus: before the first key, and again when the browser's back button shows the page as it was left -----------

  find('[autofocus]')?.focus();
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    rest();
    find('[autofocus]')?.focus();
  });
})();
