// `/api/v2/jobs`: users by the file, in and out.
import {
  EXPORT_FILE_PATH,
  exportBody,
  fetchExport,
  IMPORT_MAX_BYTES,
  importForm,
  type JobsDeps,
  jobDocument,
  loadJob,
  loadProblems,
  rowProblemsDocument,
  startExport,
  startImport,
} from './jobs';
import { routeFor } from './route';
import { EXPORT_TYPES } from './user-exports';

export const JOBS_PATH = '/api/v2/jobs';
export const IMPORTS_PATH = `${JOBS_PATH}/users-imports`;
export const EXPORTS_PATH = `${JOBS_PATH}/users-exports`;

const route = routeFor<JobsDeps>();

export const JOB_ROUTES = [
  route({
    method: 'POST',
    path: IMPORTS_PATH,
    summary: 'Create a job to import users',
    description: [
      `A form with a file of users, ${IMPORT_MAX_BYTES / 1024 / 1024} MiB at most: one JSON array, or one object after the other`,
      '(NDJSON). Each is what a user is created with, but for the connection; `created_at`, `last_login` and `logins_count` may be',
      'told too. With `upsert` users who are there already are changed. What is wrong with a row stops no other.',
    ].join('\n'),
    scope: 'create:users',
    form: importForm,
    status: 202,
    result: jobDocument,
    answer: (deps, { request }) => startImport(deps, request),
  }),
  route({
    method: 'POST',
    path: EXPORTS_PATH,
    summary: 'Create a job to export users',
    description: [
      'The file is at `location`, for the bearer of a token that may read users, and is written as it is fetched: it says what',
      'is so then. Without `fields` a JSON file has what an import takes. In a CSV file a text that begins like a formula begins',
      'with an apostrophe.',
    ].join('\n'),
    scope: 'read:users',
    body: exportBody,
    status: 202,
    result: jobDocument,
    answer: (deps, { body }) => startExport(deps, body),
  }),
  route({
    method: 'GET',
    path: `${JOBS_PATH}/{id}`,
    summary: 'Get a job',
    scope: ['create:users', 'read:users'],
    result: jobDocument,
    answer: (deps, { params }) => loadJob(deps, params.id),
  }),
  route({
    method: 'GET',
    path: `${JOBS_PATH}/{id}/errors`,
    summary: 'List the rows that a job did not take',
    description: 'By their lines. Auth0 repeats the row itself; here nothing of it is kept.',
    scope: ['create:users', 'read:users'],
    result: rowProblemsDocument,
    answer: (deps, { params }) => loadProblems(deps, params.id),
  }),
  route({
    method: 'GET',
    path: EXPORT_FILE_PATH,
    summary: 'Fetch the file of an export',
    scope: 'read:users',
    showsSecret: true,
    file: Object.values(EXPORT_TYPES),
    answer: (deps, { params }) => fetchExport(deps, params.id),
  }),
];
