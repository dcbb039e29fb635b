// CodeMirror as the console has it, in a file of its own because nobody loads it before there is something to edit. It is another
// way to write in a textarea, and that stays what the form sends: what is written here is written there, and what anybody else
// writes there is read back. The styles that it brings go by the page's nonce; their colours are the console's.
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { liquid } from '@codemirror/lang-liquid';
import { bidiIsolates, bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, type Extension, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  ViewPlugin,
} from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';

/** `liquid` is HTML with Liquid in it, or text with it. */
export type CodeLanguage = 'liquid' | 'json';

/** What assistive technology is told of it. */
export type EditorNaming = Readonly<{ labelledBy: string; describedBy: string; isInvalid: boolean }>;

export type OpenEditor = Readonly<{
  name: (naming: EditorNaming) => void;
  focus: () => void;
  close: () => void;
}>;

/**
 * Opens an editor in `place` that writes what is in `textarea`, as tall as that is. Who was writing there goes on here.
 *
 * @param nonce that the page's policy admits styles by
 */
export function openEditor({
  textarea,
  place,
  language,
  nonce,
  naming,
}: {
  textarea: HTMLTextAreaElement;
  place: HTMLElement;
  language: CodeLanguage;
  nonce: string;
  naming: EditorNaming;
}): OpenEditor {
  const named = new Compartment();
  const isReadOnly = textarea.matches(':disabled, :read-only');
  let isWriting = false;
  const view = new EditorView({
    parent: place,
    doc: textarea.value,
    selection: selectionOf(textarea),
    extensions: [
      EditorView.cspNonce.of(nonce),
      look,
      EditorState.readOnly.of(isReadOnly),
      named.of(attributesOf(naming, isReadOnly)),
      lineNumbers(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      bracketMatching(),
      EditorView.lineWrapping,
      language === 'json' ? json() : liquid(),
      syntaxHighlighting(classHighlighter),
      eitherDirection,
      // Tab indents; Escape gives the next Tab back to the page.
      keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorView.updateListener.of(({ docChanged, selectionSet, state }) => {
        if (docChanged) write(textarea, state.doc.toString());
        if (docChanged || selectionSet)
          textarea.setSelectionRange(state.selection.main.from, state.selection.main.to);
      }),
    ],
  });
  const hadFocus = document.activeElement === textarea;
  view.dom.style.blockSize = `${textarea.offsetHeight}px`;
  textarea.hidden = true;
  if (hadFocus) view.focus();

  function write(into: HTMLTextAreaElement, text: string): void {
    isWriting = true;
    into.value = text;
    into.dispatchEvent(new Event('input', { bubbles: true }));
    isWriting = false;
  }

  /** The part that is different, so that undoing it takes back no more than that. */
  function read(): void {
    if (isWriting) return;
    const before = view.state.doc.toString();
    const { value } = textarea;
    if (value === before) return;
    let from = 0;
    while (from < value.length && from < before.length && value[from] === before[from]) from += 1;
    let kept = 0;
    while (
      kept < Math.min(value.length, before.length) - from &&
      value[value.length - 1 - kept] === before[before.length - 1 - kept]
    )
      kept += 1;
    const changes = { from, to: before.length - kept, insert: value.slice(from, value.length - kept) };
    view.dispatch({ changes, selection: { anchor: from + changes.insert.length }, scrollIntoView: true });
  }

  /** A form is empty again only after it said so. */
  const readLater = () => setTimeout(read);
  textarea.addEventListener('input', read);
  textarea.form?.addEventListener('reset', readLater);
  const { form } = textarea;
  return {
    name: (next) => view.dispatch({ effects: named.reconfigure(attributesOf(next, isReadOnly)) }),
    focus: () => view.focus(),
    close() {
      textarea.removeEventListener('input', read);
      form?.removeEventListener('reset', readLater);
      textarea.hidden = false;
      view.destroy();
    },
  };
}

/** Where the cursor is in a textarea, whose line ends count one each. */
function selectionOf({ selectionStart, selectionEnd }: HTMLTextAreaElement) {
  return { anchor: selectionStart, head: selectionEnd };
}

function attributesOf({ labelledBy, describedBy, isInvalid }: EditorNaming, isReadOnly: boolean): Extension {
  return EditorView.contentAttributes.of({
    'aria-labelledby': labelledBy,
    'aria-describedby': describedBy,
    'aria-invalid': String(isInvalid),
    'aria-readonly': String(isReadOnly),
    // Of itself what is editable can be reached; some tools do not know it.
    tabindex: '0',
  });
}

const oneLine = Decoration.line({ attributes: { dir: 'auto' } });

/** Each line goes the way that its words go; tags in a line of Arabic stay whole. */
const eitherDirection: Extension = [
  EditorView.perLineTextDirection.of(true),
  bidiIsolates({ alwaysIsolate: true }),
  ViewPlugin.define(
    (view) => {
      const plugin = {
        lines: linesOf(view),
        update: ({ docChanged, viewportChanged }: { docChanged: boolean; viewportChanged: boolean }) => {
          if (docChanged || viewportChanged) plugin.lines = linesOf(view);
        },
      };
      return plugin;
    },
    { decorations: ({ lines }) => lines },
  ),
];

function linesOf({ visibleRanges, state }: EditorView) {
  const lines = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges) {
    for (let position = from; position <= to; ) {
      const line = state.doc.lineAt(position);
      lines.add(line.from, line.from, oneLine);
      position = line.to + 1;
    }
  }
  return lines.finish();
}

/** As any control of the console (console.css). Text is 4.5:1 or better on the card in both schemes. */
const look = EditorView.theme({
  '&': {
    minBlockSize: '6rem',
    resize: 'vertical',
    overflow: 'hidden',
    border: '1px solid var(--color-edge)',
    borderRadius: 'var(--radius-control)',
    backgroundColor: 'var(--color-card)',
    color: 'var(--color-ink)',
    fontSize: 'var(--text-table)',
  },
  '@media (pointer: coarse)': { '&': { fontSize: 'max(1rem, 16px)' } },
  '&:has([aria-invalid="true"])': { borderColor: 'var(--color-bad)' },
  '&.cm-focused': { outline: '2px solid var(--color-ring)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.54' },
  '.cm-content': { caretColor: 'var(--color-ink)', boxShadow: 'none' },
  '.cm-line': { paddingInline: '0.5rem 0.75rem' },
  '.cm-gutters': {
    border: 'none',
    backgroundColor: 'transparent',
    color: 'var(--color-muted)',
    fontVariantNumeric: 'tabular-nums',
  },
  '.cm-cursor': { borderInlineStart: '1.5px solid var(--color-ink)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'light-dark(#cfdcf9, #2b3f6b)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--color-hover)' },
  '.tok-comment, .tok-meta': { color: 'var(--color-muted)' },
  '.tok-typeName, .tok-keyword': { color: 'light-dark(#8a2a6f, #f2a3d9)' },
  '.tok-propertyName': { color: 'light-dark(#7a4a00, #e5bb78)' },
  '.tok-string, .tok-string2': { color: 'light-dark(#116b41, #6fd3a0)' },
  '.tok-variableName, .tok-variableName2': {
    color: 'light-dark(#2457d6, #8fb4ff)',
    fontWeight: '600',
  },
  '.tok-number, .tok-bool, .tok-atom': { color: 'light-dark(#5b3cc4, #b9a5ff)' },
  '.tok-invalid': { textDecoration: 'underline wavy var(--color-bad)' },
});
