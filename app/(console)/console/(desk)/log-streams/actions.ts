'use server';
// Makes, changes and ends log streams, by the management API.
import { MASKED_SECRET } from '@/lib/login/connection-options';
import { HEADERS_MAX } from '@/lib/management/log-stream-headers';
import { LOG_STREAMS_PATH, ROTATE_STREAM_SECRET_PATH } from '@/lib/management/log-stream-routes';
import type { StreamDocument } from '@/lib/management/log-streams';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { allOf } from '@/lib/web/console/fields';
import { restoreFields } from '@/lib/web/console/undoable';
import { t } from '@/lib/web/console/words';
import { LOG_STREAMS, logStreamPath, PEOPLE_FIELDS } from './words';

export async function createLogStream(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const isHttp = textOf(form, 'type') !== 'stdout';
    const authorization = textOf(form, 'sink.httpAuthorization').trim();
    const startFrom = startOf(textOf(form, 'startFrom'));
    const made = await askManagement<StreamDocument & { signing_secret?: string }>(caller, {
      method: 'POST',
      path: LOG_STREAMS_PATH,
      body: {
        name: textOf(form, 'name').trim(),
        type: textOf(form, 'type'),
        ...(isHttp && {
          sink: { ...sinkOf(form), ...(authorization !== '' && { httpAuthorization: authorization }) },
        }),
        filters: filtersOf(form),
        pii_config: piiOf(form),
        ...(startFrom !== null && { startFrom: startFrom.toISOString() }),
      },
    });
    const next = logStreamPath(made.id);
    const said = t('logStreams.new.done', { name: made.name });
    return made.signing_secret === undefined
      ? { kind: 'done', said, goTo: next }
      : { kind: 'done', said, shown: { secret: made.signing_secret, next } };
  });
}

/** A secret cannot be given back, so a change of one is not undone. */
export async function changeLogStream(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const before = await askManagement<StreamDocument>(caller, { path: pathOf(form) });
    const isHttp = before.type === 'http';
    const sink = sinkOf(form);
    const typed = textOf(form, 'sink.httpAuthorization').trim();
    // A field for a secret is empty when it is shown: that leaves the one that is kept.
    const authorization = form.has('no_authorization') ? null : typed === '' ? undefined : typed;
    const untold = isHttp && sink.httpEndpoint !== before.sink.httpEndpoint ? findUntold() : null;
    if (untold !== null)
      return { kind: 'refused', field: untold, sentence: t('logStreams.settings.secretAgain') };
    const { pii_config: pii = { log_fields: [] } } = before;
    const shown: readonly string[] = [...PEOPLE_FIELDS, 'username'];
    await askManagement(caller, {
      method: 'PATCH',
      path: pathOf(form),
      body: {
        name: textOf(form, 'name').trim(),
        filters: filtersOf(form),
        // What is in no entry is nothing that this page shows, and stays.
        pii_config: piiOf(
          form,
          pii.log_fields.filter((field) => !shown.includes(field)),
        ),
        ...(isHttp && {
          sink: { ...sink, ...(authorization !== undefined && { httpAuthorization: authorization }) },
        }),
      },
    });
    const { httpAuthorization: _, httpCustomHeaders: headers = [], ...formerSink } = before.sink;
    const isSecretKept =
      authorization === undefined && JSON.stringify(sink.httpCustomHeaders) === JSON.stringify(headers);
    const { name, filters } = before;
    const former = { name, filters, pii_config: pii, ...(isHttp && { sink: formerSink }) };
    return {
      kind: 'done',
      said: t('list.saved'),
      ...(isSecretKept && { undo: { stream: before.id, former: JSON.stringify(former) } }),
    };

    /** What the old address was told is not told to another: the first field that has to be typed again. */
    function findUntold(): string | null {
      if (authorization === undefined && before.sink.httpAuthorization !== undefined)
        return 'sink.httpAuthorization';
      const index = sink.httpCustomHeaders.findIndex(({ value }) => value === MASKED_SECRET);
      return index < 0 ? null : `${HEADERS}[${index}].value`;
    }
  });
}

/** Gives a stream the settings it had, but for its secrets. */
export async function restoreLogStream(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', ({ caller }) => restoreFields(caller, pathOf(form), form));
}

export async function pauseLogStream(_last: ActionState, form: FormData): Promise<ActionState> {
  return changeStatus(form, 'paused');
}

export async function resumeLogStream(_last: ActionState, form: FormData): Promise<ActionState> {
  return changeStatus(form, 'active');
}

export async function rotateStreamSecret(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const path = managementPath(ROTATE_STREAM_SECRET_PATH, { id: textOf(form, 'stream') });
    const { signing_secret: secret } = await askManagement<{ signing_secret: string }>(caller, {
      method: 'POST',
      path,
    });
    return { kind: 'done', said: t('logStreams.secret.done'), shown: { secret } };
  });
}

export async function deleteLogStream(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    await askManagement(caller, { method: 'DELETE', path: pathOf(form) });
    return {
      kind: 'done',
      said: t('logStreams.delete.done', { name: textOf(form, 'name') }),
      goTo: LOG_STREAMS,
    };
  });
}

async function changeStatus(form: FormData, status: 'active' | 'paused'): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    await askManagement(caller, { method: 'PATCH', path: pathOf(form), body: { status } });
    const [stream, name] = [textOf(form, 'stream'), textOf(form, 'name')];
    return { kind: 'done', said: t(`logStreams.${status}.done`, { name }), undo: { stream, name } };
  });
}

function sinkOf(form: FormData) {
  return {
    httpEndpoint: textOf(form, 'sink.httpEndpoint').trim(),
    httpContentFormat: textOf(form, 'sink.httpContentFormat'),
    httpContentType: textOf(form, 'sink.httpContentType').trim(),
    httpCustomHeaders: headersOf(form),
  };
}

const HEADERS = 'sink.httpCustomHeaders';

/** Rows that nobody filled in are left out at the end alone: what is refused is told by its number. */
function headersOf(form: FormData) {
  const rows = Array.from({ length: HEADERS_MAX }, (_, index) => ({
    header: textOf(form, `${HEADERS}[${index}].header`).trim(),
    value: textOf(form, `${HEADERS}[${index}].value`).trim() || MASKED_SECRET,
  }));
  return rows.slice(
    0,
    rows.findLastIndex(({ header, value }) => header !== '' || value !== MASKED_SECRET) + 1,
  );
}

/** @param others that the form has no field for */
function piiOf(form: FormData, others: readonly string[] = []) {
  return {
    log_fields: [...allOf(form, 'pii_config.log_fields'), ...others],
    method: textOf(form, 'pii_config.method') || 'mask',
  };
}

/** Null: nothing but what is written from now on. */
function startOf(chosen: string): Date | null {
  if (chosen === 'all') return new Date(0);
  const secondsAgo = Number(chosen);
  return secondsAgo > 0 ? new Date(Date.now() - secondsAgo * 1000) : null;
}

function filtersOf(form: FormData) {
  return allOf(form, 'filters').map((name) => ({ type: 'category', name }));
}

function pathOf(form: FormData): string {
  return managementPath(`${LOG_STREAMS_PATH}/{id}`, { id: textOf(form, 'stream') });
}
