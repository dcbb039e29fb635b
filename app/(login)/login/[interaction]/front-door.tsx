// The front's door to the pages of a sign-in (docs/decisions/0027), and to the preview of them: the same cards in the same document that Next makes, but
// for Next's scripts, and forms that are taken whichever door their page came through.
import type { FormAction } from '@/components/hidden-inputs';
import { serializeCookie } from '@/lib/endpoints/cookies';
import { BRAND_PREVIEW_PATH } from '@/lib/management/console-path';
import type { CreateFrontPages, FrontPage, PageBuild } from '@/lib/runtime/front-pages';
import type { Step } from '@/lib/web/answer';
import { browserBehind } from '@/lib/web/browser';
import { waitingNews } from '@/lib/web/waiting';
import { showPreview } from '../../console/branding/preview/show';
import type { LoginActions, LoginForm, Shown } from './shown';
import { FORMS, PAGES } from './steps';

/** What the script of a waiting page asks, beside the pages. */
const NEWS = 'delivery';

/** Whatever else leads to a page, such as other ways to write its address, is left to Next. */
const PATH = new RegExp(`^/login/([\\w-]{1,64})/(${[...Object.keys(PAGES), NEWS].join('|')})$`);

export const createLoginPages: CreateFrontPages = (latchkey, build) => {
  const forms = Object.keys(FORMS) as LoginForm[];
  const ids = new Map(forms.map((form) => [form, actionIdOf(build, form)]));
  const formsById = new Map([...ids].map(([form, id]) => [id, form]));
  const actions = Object.fromEntries([...ids].map(([form, id]) => [form, sentTo(id)])) as LoginActions;

  const findForm: FrontPage['find'] = (form) => {
    const name = [...form.keys()].find((key) => key.startsWith(ACTION_NAME)) ?? '';
    const found = formsById.get(name.slice(ACTION_NAME.length));
    if (found === undefined) return null;
    return async (headers) => {
      const { setCookies, ...outcome } = await FORMS[found](latchkey, browserBehind(headers, latchkey), form);
      const { issuer } = latchkey.environment;
      return {
        kind: 'redirect',
        ...outcome,
        setCookies: setCookies.map((cookie) => serializeCookie(issuer, cookie)),
      };
    };
  };

  return (path) => {
    if (path === BRAND_PREVIEW_PATH) {
      return {
        async show(headers, query) {
          const shown = await showPreview(latchkey, browserBehind(headers, latchkey), { query, actions });
          if (shown === null) return { kind: 'absent' };
          // Who types beside the frame goes on typing there.
          return { kind: 'page', html: write(shown, build).replaceAll(' autofocus=""', '') };
        },
        find: () => null,
      };
    }
    const [, id, last] = PATH.exec(path) ?? [];
    if (id === undefined) return null;
    if (last === NEWS) {
      return {
        async show(headers) {
          return { kind: 'json', value: await waitingNews(latchkey, browserBehind(headers, latchkey), id) };
        },
        find: () => null,
      };
    }
    return {
      async show(headers) {
        const shown = await PAGES[last as Step](latchkey, browserBehind(headers, latchkey), { id, actions });
        if (shown.kind === 'page') return { kind: 'page', html: write(shown, build) };
        return { kind: 'redirect', location: shown.location, setCookies: [], messages: [] };
      },
      find: findForm,
    };
  };
};

function write(
  { title, card }: Extract<Shown, { kind: 'page' }>,
  { render, stylesheets }: PageBuild,
): string {
  const document = (
    <>
      {/* As Next writes them, unasked. */}
      <meta charSet="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      {stylesheets.map((href) => (
        <link key={href} rel="stylesheet" href={href} precedence="next" />
      ))}
      <title>{title}</title>
      {card}
    </>
  );
  return `<!DOCTYPE html>${render(document)}`;
}

/** What comes before the id of an action in the name of the field that names it. */
const ACTION_NAME = '$ACTION_ID_';

/** Stands for a server action in a form: React asks it for the field by which Next finds the action. */
function sentTo(id: string): FormAction {
  const field = { name: ACTION_NAME + id, method: 'POST', encType: 'multipart/form-data', data: null };
  return Object.assign(() => {}, { $$FORM_ACTION: () => field });
}

/** The actions' file, as the build names it. */
const ACTIONS = 'app/(login)/login/[interaction]/actions.ts';

function actionIdOf({ actionIds }: PageBuild, form: LoginForm): string {
  const id = actionIds.get(`${ACTIONS}#${form}`);
  if (id === undefined) throw new Error(`The build has no action ${form}.`);
  return id;
}
