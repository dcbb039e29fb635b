// What a posted form comes to, as data: the door that the form came by carries it out. It always ends in a redirect, so that
// reload, back and scripts-off are the same path.
import type { Cookie } from '@/lib/endpoints/cookies';
import type { LoginMessage } from '@/lib/login/message';

export type Outcome = Readonly<{
  /** A path of ours, or the absolute address of a client, made by lib/oidc/authorization-response.ts. */
  location: string;
  setCookies: readonly Cookie[];
  /** To be sent once the answer is on its way. */
  messages: readonly LoginMessage[];
}>;

/** @param brought what the answer carries beside its location, in this order */
export function goTo(location: string, ...brought: readonly Partial<Omit<Outcome, 'location'>>[]): Outcome {
  return {
    location,
    setCookies: brought.flatMap(({ setCookies = [] }) => setCookies),
    messages: brought.flatMap(({ messages = [] }) => messages),
  };
}
