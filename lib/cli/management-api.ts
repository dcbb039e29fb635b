// How a command asks the management API, and how its refusals become one line for whoever called.
import { readEnvironment } from '@/lib/runtime/environment';
import { type ManagementApi, openManagementApi } from '@/lib/runtime/operations';
import { CommandFailure } from './command-line';

/** Opens the API for the work of one command. */
export async function withApi<Outcome>(work: (api: ManagementApi) => Promise<Outcome>): Promise<Outcome> {
  const api = await openManagementApi(readEnvironment());
  try {
    return await work(api);
  } finally {
    await api.close();
  }
}

/** What the API answered; null where it answers nothing. @throws {CommandFailure} with its sentence; 2 when what was asked is at fault */
export async function ask<Answer>(
  api: ManagementApi,
  request: Parameters<ManagementApi['send']>[0],
): Promise<Answer> {
  const response = await askForResponse(api, request);
  return (response.status === 204 ? null : await response.json()) as Answer;
}

/** The same, for an answer that is no JSON document. */
export async function askForResponse(
  api: ManagementApi,
  request: Parameters<ManagementApi['send']>[0],
): Promise<Response> {
  const response = await api.send(request);
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => null);
  const { message, errorCode = '' } = (answer ?? {}) as { message?: string; errorCode?: string };
  const sentence =
    SENTENCES[errorCode] ??
    message?.replace(/^(?:Payload|Query) validation error: /, '') ??
    `The server answered ${response.status}.`;
  throw new CommandFailure(sentence, /^invalid_(?:body|query_string)$/.test(errorCode) ? 2 : 1);
}

const SENTENCES: Readonly<Record<string, string>> = {
  inexistent_client: 'There is no application with that client ID.',
  inexistent_user: 'There is no such user.',
  inexistent_resource_server: 'There is no API with that id or identifier.',
  inexistent_endpoint: 'The server that is running is older than this command.',
};
