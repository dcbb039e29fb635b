// What a User-Agent header lets a person recognise: "Chrome on Windows". Answers only with names from the two lists below,
// never with text of the header, which anybody may write (MSG-4).

/** Either part is null when it is not among the names we know. */
export type RequestingBrowser = Readonly<{ browser: string | null; system: string | null }>;

/** Reads the first few hundred characters of the header; null reads as an unknown browser. */
export function describeBrowser(userAgent: string | null): RequestingBrowser {
  const header = (userAgent ?? '').slice(0, 512);
  const firstMatch = (names: readonly (readonly [string, RegExp])[]) =>
    names.find(([, pattern]) => pattern.test(header))?.[0] ?? null;
  return { browser: firstMatch(BROWSERS), system: firstMatch(SYSTEMS) };
}

/** In this order: every browser also claims to be the ones below it. */
const BROWSERS = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|OPiOS|OPX|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['DuckDuckGo', /\b(?:DuckDuckGo|Ddg)\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//],
  ['Safari', /\bVersion\/[\d.]+ .*\bSafari\//],
] as const;

/** An iPad that asks for desktop pages says it is a Mac; nothing in the header tells them apart. */
const SYSTEMS = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Windows', /\bWindows\b/],
  ['Mac', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
] as const;
