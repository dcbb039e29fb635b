// The pages of the login that the preview shows, and which of them a prompt's texts are on.

export const PREVIEW_SCREENS = [
  'identifier',
  'identifier_wrong',
  'sign_up',
  'code',
  'code_text',
  'code_wrong',
  'code_unsent',
  'link',
  'link_opened',
  'link_dead',
  'trouble',
  'passkey',
  'consent',
  'sign_out',
  'signed_out',
  'error',
] as const;

export type PreviewScreen = (typeof PREVIEW_SCREENS)[number];

/** Prompts whose texts can be changed, with the pages where they are to be read. */
export const SCREENS_OF_PROMPT = {
  'login-id': ['identifier', 'identifier_wrong'],
  'signup-id': ['sign_up'],
  'login-passwordless': [
    'code',
    'code_text',
    'code_wrong',
    'code_unsent',
    'link',
    'link_opened',
    'link_dead',
  ],
  passkeys: ['passkey'],
  consent: ['consent'],
  logout: ['sign_out', 'signed_out'],
} as const satisfies Readonly<Record<string, readonly PreviewScreen[]>>;
