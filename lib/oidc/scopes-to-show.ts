// What a person is shown of the scopes they are asked for: OpenID Connect's by what they mean, an API's by its own descriptions.
// Knows no words but those. OpenID Connect Core §3.1.2.4, §5.4, §11.
import type { NeededConsent } from './consent';
import type { ApiScope, ResourceServer } from './resource-server';
import { OFFLINE_ACCESS } from './vocabulary';

/** OpenID Connect's scopes in the order they are shown. `openid` goes without saying where any other tells who it is. */
const OF_THE_PERSON = ['profile', 'email', 'phone', 'address'] as const;

export type ShownScope = 'openid' | (typeof OF_THE_PERSON)[number] | typeof OFFLINE_ACCESS;

export type ScopesToShow = Readonly<{
  shown: readonly ShownScope[];
  /** Null where its use is not asked for, or was allowed before. */
  api: Readonly<{
    name: string;
    /** Each a description by the operator, or `resource: action, action`; none where the API has no scopes, or none is asked for. */
    lines: readonly string[];
  }> | null;
  /** Some of what the client asks for was allowed before, and is not shown again. */
  isMore: boolean;
}>;

/**
 * @param api the one asked for; null for UserInfo alone
 * @param allowed what the person allowed before; empty where they never did
 */
export function scopesToShow(
  { scopes, asksAgain }: Pick<NeededConsent, 'scopes' | 'asksAgain'>,
  api: ResourceServer | null,
  allowed: readonly string[],
): ScopesToShow {
  const added = scopes.filter((scope) => !allowed.includes(scope));
  const isMore = !asksAgain && allowed.length > 0 && added.length > 0;
  const asked = isMore ? added : scopes;
  const known = OF_THE_PERSON.filter((scope) => asked.includes(scope));
  const ofApi = api?.scopes.filter(({ value }) => asked.includes(value)) ?? [];
  return {
    shown: [
      ...(known.length === 0 && asked.includes('openid') ? (['openid'] as const) : known),
      ...(asked.includes(OFFLINE_ACCESS) ? ([OFFLINE_ACCESS] as const) : []),
    ],
    api: api === null || (isMore && ofApi.length === 0) ? null : { name: api.name, lines: linesOf(ofApi) },
    isMore,
  };
}

/** Scopes without a description are named `action:resource`, as Auth0's are: those of one resource are one line. */
function linesOf(scopes: readonly ApiScope[]): string[] {
  const lines: string[] = [];
  const actions = new Map<string, string[]>();
  for (const { value, description } of scopes) {
    const [, action, resource] = /^([^:]+):(.+)$/.exec(value) ?? [];
    if (description.trim() !== '') lines.push(description);
    else if (action === undefined || resource === undefined) lines.push(value);
    else actions.set(resource, [...(actions.get(resource) ?? []), action]);
  }
  return [...lines, ...[...actions].map(([resource, of]) => `${resource}: ${of.join(', ')}`)];
}
