// `/api/v2/latchkey/operators`: the team. An operator at the console must have proven who they are a moment ago to change it.
import { z } from 'zod';
import { answerPage, listResult, pageParameters, rangeOf } from './paging';
import { routeFor } from './route';
import {
  changeOperator,
  invitationBody,
  invitedDocument,
  inviteOperator,
  listOperators,
  makeSetupLink,
  operatorChangeBody,
  operatorDocument,
  removeOperator,
  setupLinkDocument,
  type TeamDeps,
} from './team';

export const OPERATORS_PATH = '/api/v2/latchkey/operators';
export const SETUP_LINK_PATH = '/api/v2/latchkey/setup-link';

const OPERATORS_PER_PAGE = 50;

const route = routeFor<TeamDeps>();

export const TEAM_ROUTES = [
  route({
    method: 'GET',
    path: OPERATORS_PATH,
    summary: 'List operators',
    description: 'Who may use the console, and who is invited to.',
    scope: 'read:operators',
    query: z.strictObject(pageParameters(OPERATORS_PER_PAGE)),
    result: listResult('operators', operatorDocument),
    answer: async (deps, { query }) =>
      answerPage('operators', await listOperators(deps, rangeOf(query)), query),
  }),
  route({
    method: 'POST',
    path: OPERATORS_PATH,
    summary: 'Invite an operator',
    description:
      'Whoever proves that address at the login and opens the console within 14 days has the role.',
    scope: 'create:operators',
    needsRecentProof: true,
    body: invitationBody,
    status: 201,
    result: invitedDocument,
    answer: (deps, { body, caller }) => inviteOperator(deps, body, caller),
  }),
  route({
    method: 'PATCH',
    path: `${OPERATORS_PATH}/{id}`,
    summary: 'Change the role of an operator',
    description: 'The last owner stays one.',
    scope: 'update:operators',
    needsRecentProof: true,
    body: operatorChangeBody,
    result: operatorDocument,
    answer: (deps, { params, body }) => changeOperator(deps, { id: params.id, ...body }),
  }),
  route({
    method: 'DELETE',
    path: `${OPERATORS_PATH}/{id}`,
    summary: 'Remove an operator',
    description: 'Ends their sessions at the console; their account stays. The last owner stays.',
    scope: 'delete:operators',
    needsRecentProof: true,
    answer: (deps, { params }) => removeOperator(deps, params.id),
  }),
  route({
    method: 'POST',
    path: SETUP_LINK_PATH,
    summary: 'Make a link for the first set-up of the console',
    description: 'Only while the console has no owner.',
    scope: 'create:operators',
    status: 201,
    result: setupLinkDocument,
    answer: (deps) => makeSetupLink(deps),
  }),
];
