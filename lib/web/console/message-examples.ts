// Words of messages to begin with: every kind of message can be written with them.

/** By the name of its word in the console. */
export const EMAIL_EXAMPLES = {
  card: `<div style="max-width: 30rem; margin: 0 auto; padding: 2rem 1rem; font: 16px/1.5 sans-serif">
  <h1 style="font-size: 22px">Sign in to {{ application.name }}</h1>
  {% if send != 'code' %}
    <p><a href="{{ link }}" style="display: inline-block; padding: 12px 20px; border-radius: 8px; background: #17181a; color: #fff; text-decoration: none">Sign in</a></p>
  {% endif %}
  {% if send != 'link' %}
    <p>Type this code where you asked for it:</p>
    <p style="font: 600 32px monospace; letter-spacing: 4px">{{ code }}</p>
  {% endif %}
  <p style="color: #5c5e66">You did not ask for it? Then leave this message alone.</p>
</div>
`,
  plain: `<p>Hello,</p>
{% if send != 'code' %}<p><a href="{{ link }}">Sign in to {{ application.name }}</a></p>{% endif %}
{% if send != 'link' %}<p>Your code for {{ application.name }} is <b>{{ code }}</b>.</p>{% endif %}
<p>You did not ask for it? Then leave this message alone.</p>
`,
} as const;

export const SMS_EXAMPLES = {
  line: '{{ code }} is your code for {{ application.name }}. We never ask for it.',
} as const;
