// The provider that takes the e-mail of every system under test: Resend's HTTP interface as far as sending goes, in a
// process of its own, so that its work is on nobody's account. Tells its parent each recipient and code, over IPC. Its
// argument says how it behaves: fast, slow, failing now and then, or not there at all.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Subjects begin with the code, in one group of digits or two. */
const CODE_FIRST = /^(\d{3}) ?(\d{3})\b/;
const ANSWER_HEADERS = { 'Content-Type': 'application/json' };
/** No message is failed more often, so that all can arrive. */
const FAILURES_MAX = 3;

const behaviour = JSON.parse(process.argv[2]);
/** By idempotency key: the id under which it was taken, or null, and how often it was failed. */
const seen = new Map();
let requests = 0;
let failed = 0;
let accepted = 0;

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  if (behaviour.kind === 'slow') await sleep(behaviour.milliseconds);
  if (behaviour.kind !== 'failing') return answer(response, take(body));

  requests += 1;
  const key = request.headers['idempotency-key'];
  const message = seen.get(key) ?? { id: null, failures: 0 };
  seen.set(key, message);
  const fails = requests % behaviour.oneIn === 0 && message.failures < FAILURES_MAX;
  if (fails) {
    failed += 1;
    message.failures += 1;
    // In turn: it is not taken, and nothing but the answer gets lost.
    if (failed % 2 === 1)
      return response.writeHead(503, ANSWER_HEADERS).end('{"name":"service_unavailable"}');
  }
  message.id ??= take(body);
  if (fails) request.socket.destroy();
  else answer(response, message.id);
});

/** Takes a message, and tells of it. */
function take(body) {
  const { to, subject } = JSON.parse(body);
  const [, first = '', second = ''] = CODE_FIRST.exec(subject) ?? [];
  accepted += 1;
  process.send({ recipient: [to].flat()[0], oneTimeCode: first + second, requests, failed });
  return `00000000-0000-4000-8000-${String(accepted).padStart(12, '0')}`;
}

function answer(response, id) {
  response.writeHead(200, ANSWER_HEADERS).end(JSON.stringify({ id }));
}

server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  if (behaviour.kind === 'dead') server.close();
  process.send({ port });
});

process.once('disconnect', () => process.exit());
