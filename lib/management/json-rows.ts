// A file of users, cut into the JSON objects it is made of, as it comes: one array of them, or one after the other (NDJSON), in
// whatever lines. Holds no more of it than one object. Whether an object is good JSON is somebody else's question; where it
// ends is told by quotes and brackets alone.
import type { SentRow } from '@/lib/login/job';

/** Characters that one user may take. */
export const ROW_MAX_LENGTH = 128 * 1024;

/** A file that cannot be cut: nothing of it is used. */
export class UnreadableFile extends Error {
  override name = 'UnreadableFile';
  constructor(
    readonly line: number,
    /** What is wrong with that line. */
    readonly sentence: string,
  ) {
    super(`line ${line} ${sentence}`);
  }
}

/** @throws {UnreadableFile} */
export async function* readJsonRows(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SentRow> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const cutter = createCutter();
  const decode = (chunk: Uint8Array | null): string => {
    try {
      return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw new UnreadableFile(cutter.line(), 'is not UTF-8');
    }
  };
  for await (const chunk of chunks) yield* cutter.cut(decode(chunk));
  yield* cutter.cut(decode(null));
  cutter.end();
}

type Cutter = Readonly<{
  /** The line one is in. */
  line(): number;
  /** The objects that end in the next piece of the file. */
  cut(text: string): SentRow[];
  end(): void;
}>;

function createCutter(): Cutter {
  let line = 1;
  let count = 0;
  /** Brackets that are open in the object at hand; 0 between two. */
  let depth = 0;
  let isInText = false;
  let isEscaped = false;
  /** What of the object came with earlier pieces, and the line it began on. */
  let begun = '';
  let begunOn = 1;
  const between = createGap();

  function checkLength(length: number): void {
    if (length > ROW_MAX_LENGTH) throw new UnreadableFile(begunOn, 'begins a user that is too long');
  }

  return {
    line: () => line,

    cut(text) {
      const rows: SentRow[] = [];
      let start = 0;
      for (let at = 0; at < text.length; at++) {
        const character = text.charCodeAt(at);
        if (character === NEWLINE) line++;
        if (depth === 0) {
          between(character, line);
          if (character !== OPEN_OBJECT) continue;
          [depth, begunOn, start] = [1, line, at];
        } else if (isInText) {
          if (isEscaped) isEscaped = false;
          else if (character === BACKSLASH) isEscaped = true;
          else if (character === QUOTE) isInText = false;
        } else if (character === QUOTE) isInText = true;
        else if (character === OPEN_OBJECT || character === OPEN_LIST) depth++;
        else if (character === CLOSE_OBJECT || character === CLOSE_LIST) {
          depth--;
          if (depth > 0) continue;
          const row = begun + text.slice(start, at + 1);
          begun = '';
          checkLength(row.length);
          rows.push([++count, begunOn, row]);
        }
      }
      if (depth > 0) begun += text.slice(start);
      checkLength(begun.length);
      return rows;
    },

    end() {
      if (depth > 0) throw new UnreadableFile(begunOn, 'begins a user that does not end');
      between(null, line);
    },
  };
}

/** What may stand between two objects, before the first and behind the last; null is the end of the file. */
function createGap(): (character: number | null, line: number) => void {
  let isFirst = true;
  let list: 'none' | 'open' | 'closed' = 'none';
  return (character, line) => {
    if (character === null) {
      if (list === 'open') throw new UnreadableFile(line, 'ends a list that is not closed');
    } else if (character === OPEN_OBJECT) {
      if (list === 'closed') throw new UnreadableFile(line, 'goes on after the end of the list');
      isFirst = false;
    } else if (character === OPEN_LIST && isFirst && list === 'none') list = 'open';
    else if (character === CLOSE_LIST && list === 'open') list = 'closed';
    else if (!BLANKS.includes(character) && (character !== COMMA || isFirst || list === 'closed'))
      throw new UnreadableFile(line, 'is no list of JSON objects');
  };
}

const [NEWLINE, QUOTE, COMMA, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  10, 34, 44, 91, 92, 93, 123, 125,
] as const;
/** Tab, line feed, carriage return, space, and the mark that some editors begin a file with. */
const BLANKS: readonly number[] = [9, 10, 13, 32, 0xfeff];
