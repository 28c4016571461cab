import { createServer } from 'node:http';

/** The floor: what bare `node:http` needs to answer with a body of the same size, and nothing else. */
const body = Buffer.from(JSON.stringify({ data: 'x'.repeat(Number(process.argv[2] ?? 400)) }));
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
});
const socketPath = process.argv[3];
server.listen(socketPath ?? { port: 0, host: '127.0.0.1' }, () => {
  const address = socketPath ?? `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ event: 'ready', address })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
