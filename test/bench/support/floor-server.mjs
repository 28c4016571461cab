import { createServer } from 'node:http';

/** The floor: what bare `node:http` needs to answer with so many bytes, as the address says (`/420`), and nothing else. */
const bodies = new Map();
const bodyOf = (url) => {
  const body = Buffer.from(JSON.stringify('x'.repeat(Math.max(0, Number(url.slice(1)) - 2))));
  bodies.set(url, body);
  return body;
};
const server = createServer((request, response) => {
  const body = bodies.get(request.url) ?? bodyOf(request.url);
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
});
const socketPath = process.argv[2];
server.listen(socketPath ?? { port: 0, host: '127.0.0.1' }, () => {
  const address = socketPath ?? `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ event: 'ready', address })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
