import { createServer } from 'node:http';

/** The floor: what bare `node:http` needs to answer with a body of the same size, and nothing else. */
const body = Buffer.from(JSON.stringify({ data: 'x'.repeat(Number(process.argv[2] ?? 400)) }));
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(
    `${JSON.stringify({ event: 'ready', address: `http://127.0.0.1:${server.address().port}` })}\n`,
  );
});
process.once('SIGTERM', () => process.exit(0));
