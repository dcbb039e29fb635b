'use server';
import type { Finding } from '@/components/console/brand-editor';
// Changes the look and the words of the login, by the management API, and says what there is to say of them while they are typed.
import { judgeContrast } from '@/lib/login/brand';
import { BRANDING_PATH } from '@/lib/management/branding-routes';
import { TEXTS_PATH } from '@/lib/management/prompt-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, asSentence, operatorAction, operatorQuestion } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { draftLook, lookBody, lookProblems, textProblems, typedTexts } from '@/lib/web/console/brand-draft';
import { t } from '@/lib/web/console/words';

export async function saveLook(_last: ActionState, form: FormData): Promise<ActionState> {
  return keepLook(form, t('branding.saved'));
}

/** Takes everything back to ours: the form that is sent has no field of it. */
export async function resetLook(_last: ActionState, form: FormData): Promise<ActionState> {
  return keepLook(form, t('branding.reset.done'));
}

async function keepLook(form: FormData, said: string): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    await askManagement(caller, { method: 'PATCH', path: BRANDING_PATH, body: lookBody(form) });
    return { kind: 'done', said };
  });
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
