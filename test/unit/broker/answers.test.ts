import { describe, expect, test } from 'vitest';
import type { CoreResponse } from '../../../electron/core/request.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { EMPTY_ENVELOPE, openDoor, withData } from './door.ts';

async function answer(respond: () => CoreResponse, path = '/v1/a') {
  const door = await openDoor(respond);
  try {
    return { reply: await door.ask({ path, headers: { 'X-Vault-Token': 't' } }), logged: door.logged };
  } finally {
    await door.broker.close();
  }
}
const failing = (error: unknown) => () => {
  throw error;
};

describe('an answer', () => {
  test('is core’s envelope, with exactly the headers that clients check', async () => {
    const { reply } = await answer(() => withData({ é: 1 }));
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual({ ...EMPTY_ENVELOPE, data: { é: 1 } });
    expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('that is a file goes out byte for byte, as what it is', async () => {
    const bytes = Uint8Array.of(0x30, 0x82, 0xff, 0x00);
    const raw = { contentType: 'application/pkix-cert', bytes };
    const { reply } = await answer(() => ({ status: 200, envelope: null, raw }));
    expect(reply.headers).toMatchObject({ 'content-type': 'application/pkix-cert', 'content-length': '4' });
  });

  test('without anything to say is 204 and empty', async () => {
    const { reply } = await answer(() => ({ status: 204, envelope: null }));
    expect([reply.status, reply.text, reply.headers['content-type']]).toEqual([204, '', undefined]);
  });

  test('repeats its data at the top where core says so, and the envelope’s keys win', async () => {
    const { reply } = await answer(() => ({ ...withData({ 'x/': 1, auth: 2 }), dataAtTop: true }));
    expect(reply.json).toEqual({ ...EMPTY_ENVELOPE, 'x/': 1, data: { 'x/': 1, auth: 2 } });
  });

  test('of a deleted version is 404 with the whole envelope', async () => {
    const data = { data: null, metadata: { destroyed: false } };
    const { reply } = await answer(() => ({ ...withData(data), status: 404 }));
    expect(reply).toMatchObject({ status: 404, json: { ...EMPTY_ENVELOPE, data } });
  });
});

describe('every error row of the dialect, byte for byte', () => {
  test.each<[string, KeywardenError, number, string[]]>([
    ['missing or unknown token', new KeywardenError('permission-denied'), 403, ['permission denied']],
    [
      'policy denial',
      new KeywardenError('policy-denied'),
      403,
      ['1 error occurred:\n\t* permission denied\n\n'],
    ],
    ['lookup of a dead token', new KeywardenError('bad-token'), 403, ['bad token']],
    ['missing item, empty list', new KeywardenError('not-found'), 404, []],
    [
      'no mount',
      new KeywardenError('no-route', 'no handler for route "x". route entry not found.'),
      404,
      ['no handler for route "x". route entry not found.'],
    ],
    [
      'bad login',
      new KeywardenError('login-failed', 'invalid role or secret ID'),
      400,
      ['invalid role or secret ID'],
    ],
    [
      'mount path taken',
      new KeywardenError('path-in-use', 'path is already in use at x/'),
      400,
      ['path is already in use at x/'],
    ],
    ['unsupported operation', new KeywardenError('unsupported-operation'), 405, ['unsupported operation']],
    ['sealed meanwhile', new KeywardenError('sealed'), 503, ['Vault is sealed']],
    [
      'check and set',
      new KeywardenError('check-and-set-failed'),
      400,
      ['check-and-set parameter did not match the current version'],
    ],
  ])('%s', async (_what, error, status, errors) => {
    const { reply } = await answer(failing(error));
    expect([reply.status, reply.text]).toEqual([status, JSON.stringify({ errors })]);
  });

  test('sealed comes before everything that asks for a token', async () => {
    const door = await openDoor('sealed');
    for (const method of ['GET', 'LIST', 'POST', 'DELETE']) {
      const reply = await door.ask({ method, path: '/v1/secret/data/a' });
      expect([reply.status, reply.text]).toEqual([503, '{"errors":["Vault is sealed"]}']);
    }
    expect(door.asked).toEqual([]);
    await door.broker.close();
  });

  test('a stranger’s error becomes 500 without its words, its stack or a line of it in the log', async () => {
    const { reply, logged } = await answer(failing(new Error('could not store "hunter2"')));
    expect([reply.status, reply.text]).toEqual([500, '{"errors":["internal error"]}']);
    expect(logged.join()).toContain('request-failed');
    expect(logged.join()).not.toContain('hunter2');
  });
});
