// What the login says, a prompt and a language at a time: each text beside ours, read on its own page while it is written.
import type { Metadata } from 'next';
import { BrandEditor } from '@/components/console/brand-editor';
import { ConfirmDialog, HiddenFields } from '@/components/console/confirm-dialog';
import { SelectField, TextArea } from '@/components/console/field';
import { SubmitButton } from '@/components/console/form';
import { Tabs } from '@/components/console/tabs';
import { asCustomText, textsOfPrompt } from '@/lib/login/custom-texts';
import { directionOf, LANGUAGES, type Language } from '@/lib/login/languages';
import type { ScreenTexts } from '@/lib/login/settings';
import { mayUse } from '@/lib/management/caller';
import { BRAND_PREVIEW_PATH, BRANDING_PAGE } from '@/lib/management/console-path';
import { TEXTS_PATH } from '@/lib/management/prompt-routes';
import { localeOf } from '@/lib/management/tenant-routes';
import { wordsOf } from '@/lib/runtime/words';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { textField } from '@/lib/web/console/brand-draft';
import { requireOperator } from '@/lib/web/console/operator';
import { pathWith } from '@/lib/web/console/paging';
import { SCREENS_OF_PROMPT } from '@/lib/web/console/preview-screens';
import { t } from '@/lib/web/console/words';
import words from '@/messages/en/console.json';
import { checkTexts, resetTexts, saveTexts } from '../actions';
import { BrandForm, BrandingHeader, EDITOR_WORDS, LANGUAGE_OPTIONS, screenOptions } from '../branding';

export const metadata: Metadata = { title: t('branding.tabs.words') };

type Prompt = keyof typeof SCREENS_OF_PROMPT;
const PROMPTS = Object.keys(SCREENS_OF_PROMPT) as Prompt[];
const PAGE = `${BRANDING_PAGE}/words`;

type Asked = Promise<Readonly<Record<string, string | string[] | undefined>>>;

export default async function WordsPage({ searchParams }: { searchParams: Asked }) {
  const { caller } = await requireOperator();
  const asked = await searchParams;
  const prompt = PROMPTS.find((each) => each === asked.of) ?? 'login-id';
  const language = LANGUAGES.find((each) => each === asked.in) ?? 'en';
  const locale = localeOf(language);
  const texts = await readManagement<ScreenTexts>(caller, {
    path: managementPath(TEXTS_PATH, { prompt, language: locale }),
  });
  const mayEdit = mayUse(caller, ['update:prompts']);
  const version = JSON.stringify([prompt, language, texts]);
  return (
    <>
      <BrandingHeader
        view="words"
        action={
          mayEdit && (
            <ConfirmDialog
              name="reset-words"
              trigger={{ label: t('branding.words.reset.open') }}
              action={resetTexts}
              hidden={{ prompt, locale }}
              words={{
                title: t('branding.words.reset.title'),
                lead: t('branding.words.reset.lead'),
                submit: t('branding.reset.submit'),
              }}
            />
          )
        }
      />
      <Tabs
        label={t('branding.words.prompts.label')}
        tabs={PROMPTS.map((each) => ({
          label: t(`branding.words.prompts.${each}`),
          href: pathWith(PAGE, { of: each, in: language }),
          isCurrent: each === prompt,
        }))}
      />
      <Languages prompt={prompt} language={language} />
      <BrandEditor
        key={`${prompt} ${language}`}
        ask={checkTexts}
        framePath={BRAND_PREVIEW_PATH}
        version={version}
        fixed={{ language, prompt }}
        screens={screenOptions(SCREENS_OF_PROMPT[prompt])}
        words={EDITOR_WORDS}
        findingsTitle=""
      >
        <BrandForm
          name="words"
          title={t('branding.words.title')}
          lead={t('branding.words.lead')}
          action={saveTexts}
          version={version}
          hidden={{ prompt, locale }}
          mayEdit={mayEdit}
        >
          <Texts {...{ prompt, language, texts }} />
        </BrandForm>
      </BrandEditor>
    </>
  );
}

/** A form that is sent by GET: the language is part of the address. */
function Languages({ prompt, language }: { prompt: Prompt; language: Language }) {
  return (
    <form action={PAGE} className="flex max-w-[22rem] items-end gap-3">
      <HiddenFields fields={{ of: prompt }} />
      <div className="min-w-0 flex-1">
        <SelectField
          name="in"
          label={t('branding.preview.language')}
          options={LANGUAGE_OPTIONS}
          defaultValue={language}
        />
      </div>
      <SubmitButton look="quiet">{t('branding.words.show')}</SubmitButton>
    </form>
  );
}

function Texts({ prompt, language, texts }: { prompt: Prompt; language: Language; texts: ScreenTexts }) {
  const ours = wordsOf(language);
  const labels: Readonly<Record<string, string>> = words.branding.words.texts;
  return textsOfPrompt(prompt).map((text) => {
    const { screen, name, word, placeholders } = text;
    const field = textField(screen, name);
    const label = labels[`${screen}_${name}`] ?? labels[name] ?? name;
    return (
      <TextArea
        key={field}
        name={field}
        rows={2}
        dir={directionOf(language)}
        lang={language}
        label={label}
        placeholder={asCustomText(prompt, text, String(ours.raw(word as Parameters<typeof ours.raw>[0])))}
        hint={
          placeholders.length === 0
            ? undefined
            : t('branding.words.placeholders', { names: placeholders.join(', ') })
        }
        defaultValue={texts[screen]?.[name] ?? ''}
      />
    );
  });
}
