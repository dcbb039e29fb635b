// HTML as a type of its own: a string gets into it only through the one function that escapes. Serves text that is made
// outside of React, such as e-mail.

/** Markup that is safe to join with other markup. Only {@link html} makes it. */
export type Html = Readonly<{ markup: string }>;

/** A template whose text is ours and whose values are anybody's: each is escaped, unless it is {@link Html} already. */
export function html(template: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const parts = values.map((value) => (typeof value === 'string' ? escapeHtml(value) : value.markup));
  return { markup: String.raw({ raw: template }, ...parts) };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Fit for text and for quoted attributes, nowhere else. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** The same for text that may hold entities already, which stay as they are: escaping it twice changes nothing. */
export function escapeOnce(text: string): string {
  return text.replace(
    /&(?!(?:[a-z]+\d*|#\d+|#x[\da-f]+);)|[<>"']/gi,
    (character) => ENTITIES[character] ?? '',
  );
}

/** Pieces one after another, a line each unless something else is to stand between them. */
export function joinHtml(pieces: readonly Html[], between = '\n'): Html {
  return { markup: pieces.map(({ markup }) => markup).join(between) };
}
