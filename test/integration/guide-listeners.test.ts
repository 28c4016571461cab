import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificate } from '../../electron/broker/self-made-certificate.ts';
import { type KwHome, makeKwHome } from '../support/kw.ts';

/** The lines of the guide that start a broker, with what only the reader's machine has replaced by what this one has. */
const lines = readFileSync('docs/guide/listeners.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('kw serve '));

let home: KwHome;
beforeAll(async () => {
  home = makeKwHome();
  const { cert, key } = await makeCertificate(['keys.team.internal'], Date.now());
  home.file('server.pem', cert);
  home.file('server.key', key);
});
afterAll(() => home.remove());

it.each(lines)('the guide’s line serves: %s', async (line) => {
  const socket = join(home.folder, 'app', 'broker.sock');
  const args = line
    .replace('/run/user/1000/keywarden-app/broker.sock', socket)
    .replace('172.17.0.1:8200', '127.0.0.2:0')
    .replace(':8200', ':0')
    .split(' ')
    .slice(2);
  const served = await home.serve(args);
  const name = /--allow-host (\S+)/.exec(line)?.[1] ?? 'localhost';
  const { hostname, port } = new URL(served.address);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const path = '/v1/sys/health';
    const asked = args.includes('--socket')
      ? request({ socketPath: socket, path, headers: { Host: name } })
      : requestSecurely({
          host: hostname === '0.0.0.0' ? '127.0.0.1' : hostname,
          port,
          path,
          headers: { Host: name },
          // As a container would ask; whom it trusts is another test's matter.
          rejectUnauthorized: false,
        });
    asked.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
  expect(status).toBe(200);
  await served.end();
});
