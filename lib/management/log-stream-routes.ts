// `/api/v2/log-streams`: where the audit log is sent as it is written.
import { z } from 'zod';
import {
  createdStreamDocument,
  createStream,
  describeStream,
  type LogStreamsDeps,
  loadStream,
  newStreamBody,
  removeStream,
  rotateSigningSecret,
  streamChangeBody,
  streamDocument,
  updateStream,
} from './log-streams';
import { routeFor } from './route';

export const LOG_STREAMS_PATH = '/api/v2/log-streams';
export const ROTATE_STREAM_SECRET_PATH = '/api/v2/latchkey/log-streams/{id}/rotate-secret';

const route = routeFor<LogStreamsDeps>();

export const LOG_STREAM_ROUTES = [
  route({
    method: 'GET',
    path: LOG_STREAMS_PATH,
    summary: 'List log streams',
    scope: 'read:log_streams',
    result: z.array(streamDocument),
    answer: async ({ logStreams }) => (await logStreams.all()).map(describeStream),
  }),
  route({
    method: 'POST',
    path: LOG_STREAMS_PATH,
    summary: 'Create a log stream',
    description: [
      '`http` posts batches of entries to `sink.httpEndpoint`, signed as Standard Webhooks has it; the answer shows the secret they are',
      'signed by, once. `stdout` prints each entry as a line of one server’s output. Entries that are written from now on, and',
      'with `startFrom` those that are kept since then, are sent, the oldest first, each until it is taken. `pii_config` keeps back what is',
      'said of people: masked, or the keyed hash that the log knows them by.',
    ].join('\n'),
    scope: 'create:log_streams',
    body: newStreamBody,
    status: 201,
    showsSecret: true,
    result: createdStreamDocument,
    answer: (deps, { body }) => createStream(deps, body),
  }),
  route({
    method: 'GET',
    path: `${LOG_STREAMS_PATH}/{id}`,
    summary: 'Get a log stream',
    scope: 'read:log_streams',
    result: streamDocument,
    answer: async (deps, { params }) => describeStream(await loadStream(deps, params.id)),
  }),
  route({
    method: 'PATCH',
    path: `${LOG_STREAMS_PATH}/{id}`,
    summary: 'Update a log stream',
    description: [
      'Entries go on to wait for one that is paused, or was suspended because nobody took them for a day; made active, it goes on where',
      'it stopped.',
    ].join('\n'),
    scope: 'update:log_streams',
    body: streamChangeBody,
    result: streamDocument,
    answer: (deps, { params, body }) => updateStream(deps, { id: params.id, body }),
  }),
  route({
    method: 'DELETE',
    path: `${LOG_STREAMS_PATH}/{id}`,
    summary: 'Delete a log stream',
    description: 'What waits for it is not sent any more.',
    scope: 'delete:log_streams',
    answer: (deps, { params }) => removeStream(deps, params.id),
  }),
  route({
    method: 'POST',
    path: ROTATE_STREAM_SECRET_PATH,
    summary: 'Rotate the signing secret of a log stream',
    description: 'Batches are signed by the new one at once; one that is not taken is sent again.',
    scope: 'update:log_streams',
    showsSecret: true,
    result: z.strictObject({ signing_secret: z.string() }),
    answer: (deps, { params }) => rotateSigningSecret(deps, params.id),
  }),
];
