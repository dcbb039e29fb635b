// How the console reads and changes anything: it asks the management API in the name of the operator, in this process. There is
// no other way in, so what the API cannot do the console cannot do.
import 'server-only';
import { headers } from 'next/headers';
import { notFound } from 'next/navigation';
import type { Caller } from '@/lib/management/caller';
import type { ManagementErrorCode } from '@/lib/management/problem';
import { runtime } from '@/lib/runtime/boot';
import { FRONT_HEADER, PEER_HEADER } from '@/lib/runtime/client-address';

export type ManagementRequest = Readonly<{
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the issuer, such as `/api/v2/clients`; build it with {@link managementPath} where it names something. */
  path: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
}>;

/** The management API said no. The message is its sentence, for developers; it repeats nothing that was sent. */
export class ManagementRefusal extends Error {
  override name = 'ManagementRefusal';
  constructor(
    readonly status: number,
    readonly errorCode: ManagementErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * What the API answers, of the type that its route declares; undefined where that is nothing.
 * @throws {ManagementRefusal} what it refuses
 */
export async function askManagement<Answer>(
  caller: Caller,
  { body, ...request }: ManagementRequest,
): Promise<Answer> {
  const sent = body === undefined ? undefined : { body: JSON.stringify(body), headers: JSON_BODY };
  const response = await fetchManagement(caller, { ...request, sent });
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

/**
 * The same for what is no JSON: a file that the API gives, or takes.
 * @throws {ManagementRefusal} what it refuses
 */
export async function fetchManagement(
  caller: Caller,
  {
    method = 'GET',
    path,
    query = {},
    sent,
  }: Omit<ManagementRequest, 'body'> & {
    sent?: Readonly<{ body: BodyInit | null; headers: Readonly<Record<string, string>> }> | undefined;
  },
): Promise<Response> {
  const { console: operatorConsole, environment } = await runtime();
  const url = new URL(path, environment.issuer);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const response = await operatorConsole.ask(
    caller,
    new Request(url, {
      method,
      headers: { ...(await headersOfBrowser()), ...sent?.headers },
      ...(sent !== undefined && { body: sent.body, duplex: 'half' as const }),
    }),
  );
  if (response.ok) return response;
  const { message, errorCode } = (await response.json()) as {
    message: string;
    errorCode: ManagementErrorCode;
  };
  throw new ManagementRefusal(response.status, errorCode, message);
}

/** What the API answers; null where there is no such thing. @throws {ManagementRefusal} what it refuses */
export async function findManagement<Answer>(
  caller: Caller,
  request: ManagementRequest,
): Promise<Answer | null> {
  try {
    return await askManagement<Answer>(caller, request);
  } catch (refusal) {
    if (refusal instanceof ManagementRefusal && refusal.status === 404) return null;
    throw refusal;
  }
}

/** The same for a page: what is not there, or not for this operator, is a page that is not there. */
export async function readManagement<Answer>(
  caller: Caller,
  request: Omit<ManagementRequest, 'method'>,
): Promise<Answer> {
  try {
    return await askManagement<Answer>(caller, request);
  } catch (problem) {
    const isAbsent = problem instanceof ManagementRefusal && [400, 403, 404].includes(problem.status);
    if (isAbsent) notFound();
    throw problem;
  }
}

/** A path of the API with names in the place of its `{…}`. */
export function managementPath(template: string, names: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ''));
}

const JSON_BODY = { 'content-type': 'application/json' };

/** What the audit log tells of whoever asks: the browser and its address. */
async function headersOfBrowser(): Promise<Record<string, string>> {
  const sent = await headers();
  return Object.fromEntries(
    ['user-agent', 'x-forwarded-for', FRONT_HEADER, PEER_HEADER].flatMap((name) => {
      const value = sent.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
