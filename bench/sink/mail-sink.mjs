// The provider that takes the e-mail of every system under test: Resend's HTTP interface as far as sending goes, in a
// process of its own, so that its work is on nobody's account. Tells its parent each recipient and code, over IPC.
import { createServer } from 'node:http';

/** Subjects begin with the code, in one group of digits or two. */
const CODE_FIRST = /^(\d{3}) ?(\d{3})\b/;
const ANSWER_HEADERS = { 'Content-Type': 'application/json' };

let received = 0;

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const { to, subject } = JSON.parse(body);
  const [, first = '', second = ''] = CODE_FIRST.exec(subject) ?? [];
  received += 1;
  const id = `00000000-0000-4000-8000-${String(received).padStart(12, '0')}`;
  response.writeHead(200, ANSWER_HEADERS).end(JSON.stringify({ id }));
  process.send({ recipient: [to].flat()[0], oneTimeCode: first + second });
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.once('disconnect', () => process.exit());
