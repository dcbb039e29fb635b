// `/api/v2/latchkey/…`: what is ours alone stands apart from what Auth0 has, so that neither gets in the other's way.
import { z } from 'zod';
import { queryNumber } from './fields';
import { type OperatorLettersDeps, sendTestMessage, sentDocument, testMessageBody } from './operator-letters';
import {
  listProviders,
  messageSearchBody,
  messagesDocument,
  preview,
  previewBody,
  previewDocument,
  providersDocument,
  type ReportsDeps,
  reportSmsSpend,
  searchMessages,
  smsSpendReport,
} from './reports';
import { routeFor } from './route';

export const SMS_SPEND_PATH = '/api/v2/latchkey/sms-spend';
export const MESSAGE_SEARCH_PATH = '/api/v2/latchkey/messages/search';
export const TEST_MESSAGE_PATH = '/api/v2/latchkey/connections/{id}/test';
export const PROVIDERS_PATH = '/api/v2/latchkey/connections/{id}/providers';
export const PREVIEW_PATH = '/api/v2/latchkey/connections/{id}/preview';

/** As long as the ledger is kept. */
const DAYS_MAX = 366;

const route = routeFor<ReportsDeps & OperatorLettersDeps>();

export const REPORT_ROUTES = [
  route({
    method: 'GET',
    path: SMS_SPEND_PATH,
    summary: 'Tell what text messages cost',
    scope: 'read:stats',
    query: z.strictObject({ days: queryNumber(1, DAYS_MAX, 7) }),
    result: smsSpendReport,
    answer: (deps, { query }) => reportSmsSpend(deps, query.days),
  }),
  route({
    method: 'GET',
    path: PROVIDERS_PATH,
    summary: 'List who sends messages of a connection',
    description:
      'In the order they are tried: Resend, then SMTP; Twilio, then the gateway of the connection. Who is named is used, the order is fixed.',
    scope: 'read:connections',
    result: providersDocument,
    answer: (deps, { params }) => listProviders(deps, params.id),
  }),
  route({
    method: 'POST',
    path: PREVIEW_PATH,
    summary: 'Preview a message of a connection',
    scope: 'read:connections',
    isRead: true,
    body: previewBody,
    result: previewDocument,
    answer: (deps, { params, body }) => preview(deps, { id: params.id, ...body }),
  }),
  route({
    method: 'POST',
    path: TEST_MESSAGE_PATH,
    summary: 'Send a test message of a connection',
    description:
      'As people get it, with a code that opens nothing: to an address, or to a number in a country that the connection texts. ' +
      'Answers when a provider took it, or none did. Text messages of a test are in no report.',
    scope: 'update:connections',
    body: testMessageBody,
    result: sentDocument,
    answer: (deps, { params, body, caller }) => sendTestMessage(deps, { id: params.id, ...body, caller }),
  }),
  route({
    method: 'POST',
    path: MESSAGE_SEARCH_PATH,
    summary: 'Search messages',
    description: 'The person is in the body, because an address does not belong into a URL.',
    scope: 'read:logs',
    isRead: true,
    body: messageSearchBody,
    result: messagesDocument,
    answer: (deps, { body }) => searchMessages(deps, body),
  }),
];
