'use server';
// Changes the look and the words of the login, by the management API, and says what there is to say of them while they are typed.
import type { Finding } from '@/components/console/brand-editor';
import { judgeContrast } from '@/lib/login/brand';
import { checkPageTemplate } from '@/lib/login/page-template';
import { BRANDING_PATH } from '@/lib/management/branding-routes';
import type { Caller } from '@/lib/management/caller';
import { PAGE_TEMPLATE_PATH, sentenceOf } from '@/lib/management/page-template-routes';
import { TEXTS_PATH } from '@/lib/management/prompt-routes';
import { THEMES_PATH } from '@/lib/management/theme-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, asSentence, operatorAction, operatorQuestion } from '@/lib/web/console/action';
import { askManagement, findManagement, managementPath } from '@/lib/web/console/ask';
import {
  BORDER_FIELDS,
  bordersBody,
  draftLook,
  lookBody,
  lookProblems,
  textProblems,
  typedTexts,
} from '@/lib/web/console/brand-draft';
import { t } from '@/lib/web/console/words';

export async function saveLook(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const [problem] = Object.entries(lookProblems(form));
    if (problem !== undefined)
      return { kind: 'refused', field: problem[0], sentence: asSentence(problem[1]) };
    await askManagement(caller, { method: 'PATCH', path: BRANDING_PATH, body: lookBody(form) });
    await keepBorders(caller, form);
    return { kind: 'done', said: t('branding.saved') };
  });
}

/** Takes everything back to ours: the form that is sent has no field of it. */
export async function resetLook(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    await askManagement(caller, { method: 'PATCH', path: BRANDING_PATH, body: lookBody(form) });
    const theme = await findTheme(caller);
    if (theme !== null) await askManagement(caller, { method: 'DELETE', path: theme.path });
    return { kind: 'done', said: t('branding.reset.done') };
  });
}

/** Borders are the theme's, and the theme goes over the branding: what it says of the rest gives way to what is in the form. */
async function keepBorders(caller: Caller, form: FormData): Promise<void> {
  const borders = bordersBody(form);
  const theme = await findTheme(caller);
  if (theme !== null) {
    const body = { ...SAID_BY_BRANDING, borders: { ...NO_BORDERS, ...borders } };
    await askManagement(caller, { method: 'PATCH', path: theme.path, body });
  } else if (Object.keys(borders).length > 0) {
    await askManagement(caller, { method: 'POST', path: THEMES_PATH, body: { borders } });
  }
}

const SAID_BY_BRANDING = {
  colors: { primary_button: null },
  page_background: { background_color: null },
  fonts: { font_url: null },
  widget: { logo_url: null },
};

const NO_BORDERS = Object.fromEntries(BORDER_FIELDS.map((name) => [name, null]));

async function findTheme(caller: Caller): Promise<{ path: string } | null> {
  const theme = await findManagement<{ themeId: string }>(caller, { path: `${THEMES_PATH}/default` });
  return theme && { path: managementPath(`${THEMES_PATH}/{themeId}`, { themeId: theme.themeId }) };
}

/** What the API would refuse of a look that is being typed, and how its colours stand out. */
export async function checkLook(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorQuestion('editor', async () => {
    const { colors } = draftLook({ branding: {}, theme: null }, form);
    const findings = judgeContrast(colors).map(
      ({ kind, textColor, ratio, least, nearby }): Finding => ({
        sentence: t(`branding.contrast.${kind}`, {
          text: t(textColor === '#ffffff' ? 'branding.contrast.white' : 'branding.contrast.black'),
          ratio: Math.floor(ratio * 10) / 10,
          least,
          isEnough: String(ratio >= least),
        }),
        isEnough: ratio >= least,
        offer:
          nearby === null
            ? null
            : {
                field: 'colors.primary',
                color: nearby,
                label: t('branding.contrast.take', { color: nearby }),
              },
      }),
    );
    return shown(lookProblems(form), findings);
  });
}

export async function saveTemplate(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const body = { template: documentOf(form) };
    await askManagement(caller, { method: 'PUT', path: PAGE_TEMPLATE_PATH, body });
    return { kind: 'done', said: t('branding.saved') };
  });
}

/** Takes the page template off. */
export async function resetTemplate(_last: ActionState, _form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    await askManagement(caller, { method: 'DELETE', path: PAGE_TEMPLATE_PATH });
    return { kind: 'done', said: t('branding.template.reset.done') };
  });
}

/** What the API would refuse of a page template that is being typed; nothing of one that is not there. */
export async function checkTemplate(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorQuestion('editor', async () => {
    const source = documentOf(form);
    const problem = source.trim() === '' ? null : checkPageTemplate(source, new Date());
    return shown(problem === null ? {} : { template: sentenceOf(problem) }, []);
  });
}

/** As it was typed: forms send every end of a line as two characters. */
function documentOf(form: FormData): string {
  return textOf(form, 'template').replaceAll('\r\n', '\n');
}

export async function saveTexts(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const prompt = textOf(form, 'prompt');
    const body = typedTexts(form);
    const [problem] = Object.entries(textProblems(prompt, body));
    if (problem !== undefined)
      return { kind: 'refused', field: problem[0], sentence: asSentence(problem[1]) };
    const path = managementPath(TEXTS_PATH, { prompt, language: textOf(form, 'locale') });
    await askManagement(caller, { method: 'PUT', path, body });
    return { kind: 'done', said: t('branding.saved') };
  });
}

/** Takes the texts of one prompt in one language back to ours. */
export async function resetTexts(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const names = { prompt: textOf(form, 'prompt'), language: textOf(form, 'locale') };
    await askManagement(caller, { method: 'PUT', path: managementPath(TEXTS_PATH, names), body: {} });
    return { kind: 'done', said: t('branding.words.reset.done') };
  });
}

export async function checkTexts(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorQuestion('editor', async () =>
    shown(textProblems(textOf(form, 'prompt'), typedTexts(form)), []),
  );
}

function shown(problems: Readonly<Record<string, string>>, findings: readonly Finding[]): ActionState {
  const sentences = Object.fromEntries(
    Object.entries(problems).map(([field, problem]) => [field, asSentence(problem)]),
  );
  return {
    kind: 'done',
    said: '',
    shown: { problems: JSON.stringify(sentences), findings: JSON.stringify(findings) },
  };
}
