// Page templates to begin with: whole documents, which the API takes as they are.

/** By the name of its word in the console. */
export const PAGE_EXAMPLES = {
  headerAndFooter: `<!DOCTYPE html>
<html lang="{{ locale }}" dir="{{ dir }}">
  <head>
    {%- auth0:head -%}
    <style>
      .layout { display: grid; grid-template-rows: auto 1fr auto; min-block-size: 100svb; }
      .top, .bottom { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; padding: 1rem 1.5rem; }
      .top { background: #14213d; color: #fff; font-weight: 600; }
      .middle { display: grid; place-items: start center; padding: 10svb 1rem 2rem; }
      .bottom { justify-content: center; font-size: 0.875rem; color: #4b5563; }
      @media (prefers-color-scheme: dark) { .bottom { color: #a6a9b0; } }
      @media (width < 30rem) { .middle { padding: 0; } }
    </style>
  </head>
  <body>
    <div class="layout">
      <header class="top">{{ tenant.friendly_name | default: application.name }}</header>
      <div class="middle">{%- auth0:widget -%}</div>
      <aside class="bottom">
        {% if tenant.support_url %}<a href="{{ tenant.support_url }}">{{ tenant.support_url }}</a>{% endif %}
        <span>© {{ "now" | date: "%Y" }} {{ tenant.friendly_name }}</span>
      </aside>
    </div>
  </body>
</html>
`,
  twoColumns: `<!DOCTYPE html>
<html lang="{{ locale }}" dir="{{ dir }}">
  <head>
    {%- auth0:head -%}
    <style>
      .columns { display: grid; grid-template-columns: 1fr 1fr; min-block-size: 100svb; }
      .story { display: grid; align-content: end; gap: 1rem; padding: 3rem; background: linear-gradient(160deg, #14213d, #2457d6); color: #fff; }
      .story h2 { font-size: 2rem; line-height: 1.2; font-weight: 600; text-wrap: balance; }
      .sign-in { display: grid; place-items: center; padding: 2rem 1rem; }
      @media (width < 56rem) {
        .columns { grid-template-columns: 1fr; grid-template-rows: auto 1fr; }
        .story { padding: 1.5rem; }
        .story p { display: none; }
        .sign-in { place-items: start center; }
      }
      @media (width < 30rem) { .sign-in { padding: 0; } }
    </style>
  </head>
  <body>
    <div class="columns">
      <aside class="story">
        <h2>{{ tenant.friendly_name | default: application.name }}</h2>
        <p>One sign-in for everything you do with us.</p>
      </aside>
      <div class="sign-in">{%- auth0:widget -%}</div>
    </div>
  </body>
</html>
`,
  plain: `<!DOCTYPE html>
<html lang="{{ locale }}" dir="{{ dir }}">
  <head>
    {%- auth0:head -%}
  </head>
  <body class="_widget-auto-layout">
    {%- auth0:widget -%}
  </body>
</html>
`,
} as const;
