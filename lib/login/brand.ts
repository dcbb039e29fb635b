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

/** How something stands out from what it lies on. WCAG 2.2 §1.4.3, §1.4.11. */
export type BrandContrast = Readonly<{
  kind: 'button_text' | 'button_by_day' | 'button_by_night' | 'page_text';
  /** Of the text. */
  textColor: TextColor;
  /** 1 to 21, and the least that is enough. */
  ratio: number;
  least: number;
  /** The colour next to the operator's that stands out enough by day and by night; null where theirs does. */
  nearby: string | null;
}>;

const TEXT_CONTRAST_MIN = 4.5;

/** What is to be said of the operator's colours, worst or not: a button that stands out too little gets a border. */
export function judgeContrast({ primaryColor, pageBackground }: Branding): readonly BrandContrast[] {
  const judged: BrandContrast[] = [];
  if (primaryColor !== undefined) {
    const textColor = readableOn(primaryColor);
    const text = { ratio: contrast(primaryColor, textColor), least: TEXT_CONTRAST_MIN, nearby: null };
    judged.push({ kind: 'button_text', textColor, ...text });
    for (const [kind, card] of [
      ['button_by_day', CARD.light],
      ['button_by_night', CARD.dark],
    ] as const) {
      const ratio = contrast(primaryColor, card);
      const nearby = ratio < BORDER_CONTRAST_MIN ? nearestThatStandsOut(primaryColor) : null;
      judged.push({ kind, textColor, ratio, least: BORDER_CONTRAST_MIN, nearby });
    }
  }
  if (pageBackground !== undefined) {
    const textColor = readableOn(pageBackground);
    const ratio = contrast(pageBackground, textColor);
    judged.push({ kind: 'page_text', textColor, ratio, least: TEXT_CONTRAST_MIN, nearby: null });
  }
  return judged;
}

/** The same hue with as little white or black in it as will do on both cards: there always is one in between. */
function nearestThatStandsOut(color: string): string {
  for (let percent = 1; percent <= 100; percent++) {
    for (const toward of ['#000000', '#ffffff']) {
      const mixed = mix(color, toward, percent / 100);
      const isEnough = Object.values(CARD).every((card) => contrast(mixed, card) >= BORDER_CONTRAST_MIN);
      if (isEnough) return mixed;
    }
  }
  return color;
}

function mix(color: string, toward: string, share: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [from, to] = [color, toward].map((each) => Number.parseInt(each.slice(at, at + 2), 16));
    const mixed = Math.round((from ?? 0) * (1 - share) + (to ?? 0) * share);
    return mixed.toString(16).padStart(2, '0');
  });
  return `#${channels.join('')}`;
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
