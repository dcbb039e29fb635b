// The pages of the login that the preview shows, and which of them a prompt's texts are on.

export const PREVIEW_SCREENS = [
  'identifier',
  'identifier_wrong',
  'code',
  'code_wrong',
  'link',
  'trouble',
  'consent',
  'sign_out',
  'signed_out',
  'error',
] as const;

export type PreviewScreen = (typeof PREVIEW_SCREENS)[number];

/** Prompts whose texts can be changed, with the pages where they are to be read. */
export const SCREENS_OF_PROMPT = {
  'login-id': ['identifier', 'identifier_wrong'],
  'login-passwordless': ['code', 'code_wrong', 'link'],
  consent: ['consent'],
  logout: ['sign_out', 'signed_out'],
} as const satisfies Readonly<Record<string, readonly PreviewScreen[]>>;
