// The operator's colours, made readable: the text on each is whichever of black and white stands out more, and a button that
// hardly differs from its card gets a border. WCAG 2.2 §1.4.3, §1.4.11.
import type { Branding } from './settings';

export type TextColor = '#000000' | '#ffffff';

/** Colours of the pages, as the pages use them. */
export type BrandColors = Readonly<{
  /** On the button and the monogram and nowhere else. */
  primary: Readonly<{
    /** `#rrggbb`. */
    color: string;
    textColor: TextColor;
    /** Where it stands out less than 3:1 from the card. */
    needsBorder: Readonly<{ light: boolean; dark: boolean }>;
  }> | null;
  /** What the card lies on, by day and by night. */
  page: Readonly<{ color: string; textColor: TextColor }> | null;
}>;

/** `--color-card` of app/globals.css. */
const CARD = { light: '#ffffff', dark: '#17181b' };
const BORDER_CONTRAST_MIN = 3;

export function brandColors({ primaryColor, pageBackground }: Branding): BrandColors {
  return {
    primary:
      primaryColor === undefined
        ? null
        : {
            color: primaryColor,
            textColor: readableOn(primaryColor),
            needsBorder: {
              light: contrast(primaryColor, CARD.light) < BORDER_CONTRAST_MIN,
              dark: contrast(primaryColor, CARD.dark) < BORDER_CONTRAST_MIN,
            },
          },
    page:
      pageBackground === undefined ? null : { color: pageBackground, textColor: readableOn(pageBackground) },
  };
}

/** One of them always has 4.5:1 or more. */
function readableOn(color: string): TextColor {
  return contrast(color, '#000000') >= contrast(color, '#ffffff') ? '#000000' : '#ffffff';
}

/** 1 to 21. @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: string): number {
  const linear = (at: number) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
}
