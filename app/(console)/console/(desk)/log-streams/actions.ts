'use server';
// Makes, changes and ends log streams, by the management API.
import { LOG_STREAMS_PATH, ROTATE_STREAM_SECRET_PATH } from '@/lib/management/log-stream-routes';
import type { StreamDocument } from '@/lib/management/log-streams';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { allOf } from '@/lib/web/console/fields';
import { t } from '@/lib/web/console/words';
import { LOG_STREAMS, logStreamPath } from './words';

export async function createLogStream(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const isHttp = textOf(form, 'type') !== 'stdout';
    const authorization = textOf(form, 'sink.httpAuthorization').trim();
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
      },
    });
    const next = logStreamPath(made.id);
    const said = t('logStreams.new.done', { name: made.name });
    return made.signing_secret === undefined
      ? { kind: 'done', said, goTo: next }
      : { kind: 'done', said, shown: { secret: made.signing_secret, next } };
  });
}

export async function changeLogStream(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const isHttp = form.has('sink.httpEndpoint');
    const typed = textOf(form, 'sink.httpAuthorization').trim();
    // A field for a secret is empty when it is shown: that leaves the one that is kept.
    const authorization = form.has('no_authorization') ? null : typed === '' ? undefined : typed;
    if (isHttp && authorization === undefined && form.has('shown_endpoint')) {
      const isMoved = textOf(form, 'sink.httpEndpoint').trim() !== textOf(form, 'shown_endpoint');
      const sentence = t('logStreams.settings.authorizationAgain');
      if (isMoved) return { kind: 'refused', field: 'sink.httpAuthorization', sentence };
    }
    await askManagement(caller, {
      method: 'PATCH',
      path: pathOf(form),
      body: {
        name: textOf(form, 'name').trim(),
        filters: filtersOf(form),
        ...(isHttp && {
          sink: { ...sinkOf(form), ...(authorization !== undefined && { httpAuthorization: authorization }) },
        }),
      },
    });
    return { kind: 'done', said: t('list.saved') };
  });
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
  };
}

function filtersOf(form: FormData) {
  return allOf(form, 'filters').map((name) => ({ type: 'category', name }));
}

function pathOf(form: FormData): string {
  return managementPath(`${LOG_STREAMS_PATH}/{id}`, { id: textOf(form, 'stream') });
}
