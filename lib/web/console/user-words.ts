// Users as the console names and addresses them.
import 'server-only';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import type { UserDocument } from '@/lib/management/user-document';

/** The list of users. */
export const USERS_PAGE = `${CONSOLE_PATH}/users`;

/** Views of a user, each a page below theirs; the first is the page itself. */
export const USER_VIEWS = ['profile', 'metadata', 'sessions', 'messages', 'log'] as const;

export type UserView = (typeof USER_VIEWS)[number];

/** Path of the page of a user. */
export function userPage(id: string, view: UserView = 'profile'): string {
  const page = `${USERS_PAGE}/${encodeURIComponent(id)}`;
  return view === 'profile' ? page : `${page}/${view}`;
}

/** Path of the page where another user becomes part of one. @param other the one that is chosen; left out: none yet */
export function linkPage(id: string, other?: string): string {
  const page = `${userPage(id)}/link`;
  return other === undefined ? page : `${page}?${new URLSearchParams({ with: other })}`;
}

/** What a segment of a page's path stands for; nobody's id where it is not percent-encoded. */
export function idOfSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}

/** What to call somebody: by what proves who they are, for that is what they are asked for and searched by. */
export function callUser({ user_id, email, phone_number }: UserDocument): string {
  return email ?? phone_number ?? user_id;
}
