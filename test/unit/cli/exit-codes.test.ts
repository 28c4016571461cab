import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerError, answerHeaders } from '../../../electron/broker/answer.ts';
import { brokerClient } from '../../../electron/cli/broker/broker-client.ts';
import { errorOf } from '../../../electron/cli/broker/broker-reply.ts';
import { ERROR_TABLE, type ErrorCode } from '../../../shared/errors/error-table.ts';
import { asKeywardenError, KeywardenError } from '../../../shared/errors/keywarden-error.ts';

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];

/** Answers what the path names: a code as our broker does, or a status and words as any other server of the dialect. */
let server: Server;
let address: URL;
beforeAll(async () => {
  server = createServer((asked, reply) => {
    const [, , kind = '', first = '', hex = ''] = (asked.url ?? '').split('/');
    const second = Buffer.from(hex, 'hex').toString();
    if (kind === 'other') {
      reply.writeHead(Number(first), { 'Content-Type': 'application/json' });
      reply.end(JSON.stringify({ errors: second === '' ? [] : [second] }));
      return;
    }
    const answer = answerError(new KeywardenError(first as ErrorCode, second === '' ? undefined : second));
    reply.writeHead(answer.status, answerHeaders(answer));
    reply.end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => server.close());

async function heard(path: string, token: string | undefined = 't'): Promise<KeywardenError> {
  const client = brokerClient({ kind: 'url', url: address, trusted: true }, token);
  return client.envelope({ verb: 'GET', path }).then(
    () => expect.fail('it was not refused'),
    (thrown: unknown) => asKeywardenError(thrown),
  );
}
const hex = (words: string) => Buffer.from(words).toString('hex');
const exit = ({ code }: KeywardenError) => ERROR_TABLE[code].exit;

describe('the exit code of kw', () => {
  test.each(CODES)('%s: the same on either side of the wire, whatever it is said in', async (code) => {
    for (const words of ['', 'words of the one who threw it']) {
      const error = await heard(`ours/${code}/${hex(words)}`);
      expect([error.code, exit(error)]).toEqual([code, ERROR_TABLE[code].exit]);
    }
  });

  test('0 to 5 are all there is, and each means one thing', () => {
    expect([...new Set(CODES.map((code) => ERROR_TABLE[code].exit))].sort()).toEqual([1, 2, 3, 4, 5]);
    const of = (wanted: number) => CODES.filter((code) => ERROR_TABLE[code].exit === wanted);
    expect(of(2)).toEqual(['usage']);
    expect(of(3), 'sealed or not running').toEqual(['sealed', 'locked', 'not-running', 'vault-quarantined']);
    for (const code of of(4)) expect([400, 403], code).toContain(ERROR_TABLE[code].status);
    for (const code of of(5)) expect([400, 404], code).toContain(ERROR_TABLE[code].status);
  });

  test.each<[number, string, ErrorCode]>([
    [403, 'permission denied', 'permission-denied'],
    [403, '1 error occurred:\n\t* permission denied\n\n', 'policy-denied'],
    [403, 'anything', 'permission-denied'],
    [404, '', 'not-found'],
    [404, 'no handler for route "x"', 'not-found'],
    [503, 'Vault is sealed', 'sealed'],
    [503, '', 'sealed'],
    [400, 'invalid role or secret ID', 'login-failed'],
    [400, 'invalid username or password', 'login-failed'],
    [400, 'unknown role: x', 'unknown-role'],
    [400, 'wrapping token is not valid or does not exist', 'wrapping-invalid'],
    [400, 'anything', 'invalid-request'],
    [405, 'unsupported operation', 'unsupported-operation'],
    [429, '', 'too-many-requests'],
    [500, 'internal error', 'internal'],
    [502, '<html>', 'internal'],
    [418, '', 'invalid-request'],
  ])('another server of the dialect says %i %j: %s', async (status, words, code) => {
    expect((await heard(`other/${status}/${hex(words)}`)).code).toBe(code);
  });

  test('a code that does not go with its status is nobody’s word', () => {
    const reply = { status: 500, anonymous: false, body: { errors: [] } };
    expect(errorOf(reply).code).toBe('internal');
  });

  test('202 is done without an answer', async () => {
    const client = brokerClient({ kind: 'url', url: address, trusted: true }, 't');
    expect(await client.envelope({ verb: 'GET', path: 'other/202/' })).toBeUndefined();
  });
});
