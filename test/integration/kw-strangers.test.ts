import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KwHome, makeKwHome, textOf } from '../support/kw.ts';

let home: KwHome;
let stranger: Server | undefined;
const root = { VAULT_TOKEN: 'root' };

beforeEach(() => {
  home = makeKwHome();
});
afterEach(async () => {
  stranger?.closeAllConnections();
  stranger?.close();
  stranger = undefined;
  await home.remove();
});

/** Listens in a broker's place. @returns its address. */
async function listen(
  answer: (asked: IncomingMessage, reply: ServerResponse) => void,
  port = 0,
): Promise<string> {
  stranger = createServer((asked, reply) => {
    asked.resume();
    answer(asked, reply);
  });
  stranger.listen(port, '127.0.0.1');
  await once(stranger, 'listening');
  return `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
}

function json(reply: ServerResponse, status: number, body: unknown): void {
  reply.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

describe('kw and what is no broker of ours', () => {
  it('sends nothing to whoever took the port of a broker that was killed', async () => {
    const served = await home.serve(['--dev', '--listen', '127.0.0.1:0']);
    await served.end('SIGKILL');
    const asked: (string | undefined)[] = [];
    await listen(
      (request, reply) => {
        asked.push(request.url);
        json(reply, 200, { data: {} });
      },
      Number(new URL(served.address).port),
    );
    const written = await home.kw(['write', 'secret/app', 'password=-'], { env: root, input: 'hunter2' });
    expect({ code: written.code, asked }).toEqual({ code: 3, asked: [] });
  });

  it('does not take the answer of any web server for "done"', async () => {
    const address = await listen((_request, reply) => reply.end('<html>welcome</html>'));
    for (const command of ['read', 'write', 'delete']) {
      const fields = command === 'write' ? ['password=-'] : [];
      const args = [command, 'secret/app', ...fields, '--address', address];
      const { code, stdout, stderr } = await home.kw(args, { env: root, input: 'x' });
      expect({ command, code, stdout, stderr }).toEqual({
        command,
        code: 3,
        stdout: '',
        stderr: 'kw: What answers there is no broker.\n',
      });
    }
  });

  it('never lets a complaint or a warning drive the terminal', async () => {
    const address = await listen((request, reply) => {
      const complains = request.url === '/v1/secret/complaint';
      json(reply, complains ? 400 : 200, {
        errors: ['\u001b[31mred\u009b1m'],
        warnings: ['\u001b]0;title\u0007'],
        data: {},
      });
    });
    const args = (path: string) => ['read', path, '--address', address];
    const complaint = await home.kw(args('secret/complaint'), { env: root });
    expect(complaint.stderr).toBe('kw: \\x1b[31mred\\x9b1m\n');
    const warning = await home.kw(args('secret/warning'), { env: root });
    expect(warning.stderr).toBe('kw: the broker says: \\x1b]0;title\\x07\n');
  });

  it('ends a run whose broker goes away while it begins, and does not wait for its next renewal', async () => {
    const address = await listen((request, reply) => {
      if (request.url === '/v1/sys/seal-status') return json(reply, 200, { sealed: false });
      if (request.url === '/v1/auth/token/create') {
        return json(reply, 200, { auth: { client_token: 'child', lease_duration: 3600, renewable: true } });
      }
      return reply.destroy();
    });
    const args = ['run', '--address', address, '-e', 'A=kw://secret/app#a', '--', process.execPath, '-e', ''];
    const { code, stderr } = await home.kw(args, { env: root });
    expect({ code, stderr }).toEqual({ code: 125, stderr: expect.stringContaining('No broker answers') });
  });
});

describe('what kw prints', () => {
  beforeEach(async () => {
    await home.serve(['--dev', '--dev-root-token-id', 'root', '--listen', '127.0.0.1:0']);
  });

  it('goes without a stack when its reader has seen enough', async () => {
    const child = home.start(['read', 'sys/policies/acl/default'], { env: root });
    child.stdout?.destroy();
    const said = textOf(child.stderr);
    const [code] = await once(child, 'exit');
    expect({ code, said: await said }).toEqual({ code: 0, said: '' });
  });

  it('is every field of an answer that is no envelope', async () => {
    const { code, stdout } = await home.kw(['read', 'sys/seal-status'], { env: root });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sealed +false$/m);
    expect(stdout).not.toMatch(/lease|undefined/);
  });
});
