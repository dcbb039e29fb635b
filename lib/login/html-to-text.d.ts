// What we use of html-to-text, which brings no types. @see https://github.com/html-to-text/node-html-to-text
declare module 'html-to-text' {
  type Element = { attribs: Record<string, string>; children: Element[] };
  type Builder = {
    addInline(text: string, options?: { noWordTransform?: boolean }): void;
    addLineBreak(): void;
  };
  export type Formatter = (
    element: Element,
    walk: (elements: Element[], builder: Builder) => void,
    builder: Builder,
  ) => void;

  export function compile(options: {
    wordwrap: false;
    limits: { maxInputLength: number; maxDepth: number };
    formatters: Record<string, Formatter>;
    selectors: readonly { selector: string; format?: string; options?: Record<string, unknown> }[];
  }): (html: string) => string;
}
