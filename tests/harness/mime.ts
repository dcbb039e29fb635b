// Reads a message the way a mail program does, as far as our own mail needs it: encoded words in headers, nested
// multiparts, quoted-printable and base64. An oracle, so it shares no code with the sender.
// RFC 5322 §2.2, RFC 2045 §6, RFC 2046 §5.1, RFC 2047 §2.

/** A message after decoding. */
export type ParsedMail = {
  /** Names in lower case; of repeated headers the last one. */
  headers: Map<string, string>;
  subject: string;
  /** The `text/plain` part, `null` when there is none. */
  text: string | null;
  /** The `text/html` part, `null` when there is none. */
  html: string | null;
};

/** Parses the bytes of one message. */
export function parseMail(raw: Buffer): ParsedMail {
  const message = parsePart(raw.toString('latin1'));
  const parts = flatten(message);
  const bodyOf = (type: string) => {
    const part = parts.find((candidate) => contentType(candidate).type === type);
    return part ? decodeBody(part) : null;
  };
  return {
    headers: new Map([...message.headers].map(([name, value]) => [name, decodeWords(value)])),
    subject: decodeWords(message.headers.get('subject') ?? ''),
    text: bodyOf('text/plain'),
    html: bodyOf('text/html'),
  };
}

/** Bytes as latin1 characters, headers unfolded but not decoded. */
type Part = { headers: Map<string, string>; body: string };

function parsePart(source: string): Part {
  const [head = '', ...rest] = source.split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers: new Map(headers), body: rest.join('\r\n\r\n') };
}

function flatten(part: Part): Part[] {
  const { type, parameters } = contentType(part);
  if (!type.startsWith('multipart/')) return [part];
  const sections = `\r\n${part.body}`.split(`\r\n--${parameters.get('boundary')}`).slice(1);
  return sections
    .filter((section) => !section.startsWith('--'))
    .flatMap((section) => flatten(parsePart(section.replace(/^[ \t]*\r\n/, ''))));
}

function contentType(part: Part): { type: string; parameters: Map<string, string> } {
  const [type = '', ...rest] = (part.headers.get('content-type') ?? 'text/plain').split(';');
  const parameters = rest.map((parameter): [string, string] => {
    const [name = '', value = ''] = parameter.split(/=(.*)/s);
    return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
  });
  return { type: type.trim().toLowerCase(), parameters: new Map(parameters) };
}

function decodeBody(part: Part): string {
  const encoding = part.headers.get('content-transfer-encoding')?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString('utf8');
  const body = encoding === 'quoted-printable' ? unquote(part.body.replace(/=[ \t]*\r\n/g, '')) : part.body;
  return Buffer.from(body, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
}

function unquote(text: string): string {
  return text.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function decodeWords(value: string): string {
  return Buffer.from(value, 'latin1')
    .toString('utf8')
    .replace(/(=\?[^?]+\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?[^?]+\?([bq])\?([^?]*)\?=/gi, (_, encoding: string, text: string) =>
      encoding.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : Buffer.from(unquote(text.replaceAll('_', ' ')), 'latin1').toString('utf8'),
    );
}
