import { describe, expect, it } from 'vitest';
import { chooseLanguage, findLanguage, guessCountry, LANGUAGES } from '@/lib/login/languages';
import { startComputing } from '@/tests/harness/computing-time';

describe('the language of a person', () => {
  it('is the first one of ui_locales that we speak', () => {
    expect(chooseLanguage(['sv', 'fr-CA', 'de'], 'ja')).toBe('fr');
  });

  it('is what the browser prefers, by weight and not by place, where the request names none', () => {
    expect(chooseLanguage([], 'en;q=0.2, ja;q=0.9, sv')).toBe('ja');
    expect(chooseLanguage(['sv'], 'en;q=0, de;q=0.1')).toBe('de');
  });

  it.each([
    ['zh-TW', 'zh-Hant'],
    ['zh-HK', 'zh-Hant'],
    ['zh-CN', 'zh-Hans'],
    ['zh', 'zh-Hans'],
    ['pt-PT', 'pt-BR'],
    ['es-419', 'es'],
    ['iw', 'he'],
    ['DE-at', 'de'],
  ])('%s is spoken to in %s', (tag, language) => {
    expect(findLanguage(tag)).toBe(language);
  });

  it('is English for everybody else', () => {
    expect(chooseLanguage(['sv'], 'fi, *;q=0.1')).toBe('en');
    expect(chooseLanguage([], null)).toBe('en');
  });

  it('is decided in no time whatever the header holds (INP-3)', () => {
    const computedMs = startComputing();
    for (const header of [
      'a,'.repeat(50_000),
      '-'.repeat(50_000),
      'x-'.repeat(20_000),
      '\u0000,;q=,de;q=abc',
    ]) {
      expect(LANGUAGES).toContain(chooseLanguage([header], header));
    }
    expect(computedMs()).toBeLessThan(200);
  });
});

describe('the country of a person', () => {
  it('is guessed from the first region that is named', () => {
    expect(guessCountry([], 'en, de-AT;q=0.8, de-DE;q=0.9')).toBe('DE');
    expect(guessCountry(['fr-CH'], 'de-DE')).toBe('CH');
  });

  it('is not guessed from a region that is no country, nor from a language alone', () => {
    expect(guessCountry([], 'es-419, fr')).toBeNull();
    expect(guessCountry(['!!'], null)).toBeNull();
  });
});
