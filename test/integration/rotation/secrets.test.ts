import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isRunning } from '../../support/is-running.ts';
import { type KillableVault, openKillableVault } from './killable-vault.ts';

const HOOK = join(import.meta.dirname, 'lock-hook.mjs');
const folder = mkdtempSync(join(tmpdir(), 'keywarden-hook-'));
let vault: KillableVault;
let server: Server;
const posted: { step: string; new: Record<string, unknown>; old: Record<string, unknown> | null }[] = [];
let answer = 204;

beforeAll(async () => {
  vault = await openKillableVault();
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      posted.push(JSON.parse(body));
      response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server?.close();
  await vault?.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = async (path: string) =>
  (await vault.ask('read', `secret/data/${path}`)) as {
    data: Record<string, unknown>;
    metadata: { version: number };
  };
const write = (path: string, data: Record<string, unknown>) =>
  vault.ask('update', `secret/data/${path}`, { data });
const why = (refused: Promise<unknown>) =>
  refused.then(
    () => 'was not refused',
    (error: Error) => error.message,
  );
const lockAt = (name: string) =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
    opens: string[];
    told: string[];
    environment: string[];
  };
const programHook = (file: string, ...args: string[]) => ({
  program: process.execPath,
  args: [HOOK, join(folder, file), ...args],
  allowed_secrets: ['*'],
});

describe('a generated value', () => {
  test('is made at once where there is none, and then as often as it is asked for', async () => {
    await vault.ask('update', 'secret/rotation/app/session', {
      field: 'key',
      length: 40,
      charset: 'hex',
      rotation_period: '30d',
      rotation_jitter: '60d',
    });
    const first = await read('app/session');
    expect(first.data['key']).toMatch(/^[0-9a-f]{40}$/);
    await vault.ask('update', 'secret/rotate/app/session');
    const second = await read('app/session');
    expect(second.metadata.version).toBe(2);
    expect(second.data['key']).not.toBe(first.data['key']);
    const former = await vault.ask('read', 'secret/data/app/session', { version: 1 });
    expect(former['data']).toEqual(first.data);
    const shown = await vault.ask('read', 'secret/rotation/app/session');
    const days = (Date.parse(String(shown['due_time'])) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThan(90.1);
  });

  test('leaves the other fields, and a secret that is there, as they are', async () => {
    await write('app/db', { user: 'shop', password: 'old' });
    await vault.ask('update', 'secret/rotation/app/db', { field: 'password', rotation_period: '5s' });
    expect((await read('app/db')).data).toEqual({ user: 'shop', password: 'old' });
    const rotated = await vault.until(
      () => read('app/db'),
      ({ metadata }) => metadata.version === 2,
    );
    expect(rotated.data).toMatchObject({ user: 'shop' });
    expect(String(rotated.data['password'])).toMatch(/^[A-Za-z0-9]{32}$/);
    expect((await vault.ask('list', 'secret/rotation'))['keys']).toEqual(['app/db', 'app/session']);
    expect((await vault.ask('list', 'secret/rotation/app'))['keys']).toEqual(['app/db', 'app/session']);
    expect(await why(vault.ask('list', 'secret/rotation/ap'))).not.toBe('was not refused');
    await vault.ask('delete', 'secret/metadata/app/db');
    expect((await vault.ask('list', 'secret/rotation'))['keys']).toEqual(['app/session']);
  });

  test.each([
    [{ kind: 'magic' }, 'kind must be'],
    [{ kind: 'hook' }, 'needs the name of a hook'],
    [{ kind: 'hook', hook: 'none' }, 'there is no rotation hook none'],
    [{ kind: 'person' }, 'instructions'],
    [{ charset: 'aaaa' }, 'two different letters'],
    [{ rotation_period: '1s' }, '5 seconds'],
    [{ rotation_window: '1h' }, 'needs rotation_schedule'],
    [{ length: 3 }, ''],
  ])('is refused in words: %j', async (body, words) => {
    const said = await why(vault.ask('update', 'secret/rotation/app/refused', body));
    expect(said).toContain(words);
    expect(said).not.toBe('was not refused');
  });
});

describe('a hook (R1)', () => {
  test('is told over a pipe, without a shell and without our environment', async () => {
    await vault.ask('update', 'secret/rotation-hooks/lock', programHook('one'));
    await write('hooked/one', { value: 'by hand' });
    await vault.ask('update', 'secret/rotation/hooked/one', { kind: 'hook', hook: 'lock' });
    await vault.ask('update', 'secret/rotate/hooked/one');
    const { data } = await read('hooked/one');
    const lock = lockAt('one');
    expect(lock.opens).toEqual([data['value']]);
    expect(lock.told.map((line) => line.split(' ')[0])).toEqual(['set', 'test']);
    expect(new Set(lock.told.map((line) => line.split(' ')[1])).size).toBe(1);
    expect(lock.environment.filter((name) => !/^(PATH|PWD|SHLVL|_|__.*|LC_CTYPE)$/.test(name))).toEqual([]);
  });

  test('that does not end in time is ended with all that it has started', async () => {
    const pids = join(folder, 'pids');
    // A shell that waits for a shell that waits: both have the values.
    const script = `cat > /dev/null; sh -c 'echo $$ >> "${pids}"; while :; do sleep 1; done' & echo $$ >> "${pids}"; wait`;
    await vault.ask('update', 'secret/rotation-hooks/slow', {
      program: '/bin/sh',
      args: ['-c', script],
      allowed_secrets: ['hooked/slow'],
      timeout: '1s',
    });
    await write('hooked/slow', { value: 'by hand' });
    await vault.ask('update', 'secret/rotation/hooked/slow', { kind: 'hook', hook: 'slow' });
    expect(await why(vault.ask('update', 'secret/rotate/hooked/slow'))).toContain('did not end in time');
    await vault.ask('delete', 'secret/rotation/hooked/slow');
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(started.length).toBeGreaterThanOrEqual(2);
    await vi.waitFor(() => expect(started.filter(isRunning)).toEqual([]), 5000);
  });

  test('whose target refuses the new value puts the old one back', async () => {
    const { data: before } = await read('hooked/one');
    const lock = lockAt('one');
    writeFileSync(join(folder, 'one'), JSON.stringify({ ...lock, refuses: true }));
    const refused = why(vault.ask('update', 'secret/rotate/hooked/one'));
    await vault.until(
      () => vault.ask('read', 'secret/rotation/hooked/one'),
      (row) => row['last_result'] === 'reverted',
    );
    expect(await refused).toContain('does not work');
    expect((await read('hooked/one')).data).toEqual(before);
    expect(lockAt('one').opens).toEqual([before['value']]);
  });

  test('with an overlap keeps both values good until the former one is retired', async () => {
    await vault.ask('update', 'secret/rotation-hooks/two', programHook('two', 'two'));
    const kind = { kind: 'hook', hook: 'two', overlap: '2s' };
    await vault.ask('update', 'secret/rotation/hooked/two', kind);
    const first = String((await read('hooked/two')).data['value']);
    await vault.ask('update', 'secret/rotate/hooked/two');
    const second = String((await read('hooked/two')).data['value']);
    expect(lockAt('two').opens).toEqual([first, second]);
    await vault.until(
      () => vault.ask('read', 'secret/rotation/hooked/two'),
      (row) => row['state'] === 'idle',
    );
    expect(lockAt('two').opens).toEqual([second]);
  });

  test('at an address gets the values in the body, and no redirect is followed', async () => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/hook`;
    await vault.ask('update', 'secret/rotation-hooks/net', { url, allowed_secrets: 'hooked/*' });
    await write('hooked/net', { value: 'by hand', user: 'me' });
    await vault.ask('update', 'secret/rotation/hooked/net', { kind: 'hook', hook: 'net' });
    await vault.ask('update', 'secret/rotate/hooked/net');
    const { data } = await read('hooked/net');
    expect(posted.map(({ step }) => step)).toEqual(['set', 'test']);
    expect(posted[0]).toMatchObject({
      old: { value: 'by hand', user: 'me' },
      new: data,
      secret: 'hooked/net',
    });
    answer = 302;
    expect(await why(vault.ask('update', 'secret/rotate/hooked/net'))).toContain('answered with 302');
    answer = 204;
    await vault.until(
      () => vault.ask('read', 'secret/rotation/hooked/net'),
      (row) => row['state'] === 'idle',
    );
  });

  test.each([
    [{ program: 'relative/path' }, 'absolute'],
    [{ url: 'http://example.com/' }, 'https://'],
    [{ url: 'https://me:secret@example.com/' }, 'no credentials'],
    [{ url: 'https://example.com', program: '/bin/true' }, 'a program or a url'],
    [{}, 'a program or a url'],
  ])('is refused in words: %j', async (body, words) => {
    expect(await why(vault.ask('update', 'secret/rotation-hooks/bad', body))).toContain(words);
  });

  test('is written down by somebody with sudo alone', async () => {
    const policy = 'path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }';
    await vault.ask('update', 'sys/policies/acl/secrets', { policy });
    const { auth } = await vault.answer('update', 'auth/token/create', { policies: ['secrets'] });
    const as = (operation: 'read' | 'update' | 'list', path: string, body = {}) =>
      why(vault.answer(operation, path, body, String(auth?.client_token)));
    expect(await as('update', 'secret/rotation-hooks/mine', { program: '/bin/sh' })).toContain('No policy');
    expect(await as('read', 'secret/rotation-hooks/lock')).toContain('No policy');
    expect(await as('update', 'secret/rotate/hooked/two')).toBe('was not refused');
  });

  test('is used for the secrets alone that it is for', async () => {
    const kind = { kind: 'hook', hook: 'net' };
    expect(await why(vault.ask('update', 'secret/rotation/elsewhere', kind))).toContain(
      'that is for this secret',
    );
  });
});

describe('a value that only a person can bring', () => {
  test('is asked for with its instructions, proven, and then the current one', async () => {
    await vault.ask('update', 'secret/rotation-hooks/door', programHook('door'));
    await write('by-hand', { value: 'first' });
    await vault.ask('update', 'secret/rotation/by-hand', {
      kind: 'person',
      hook: 'door',
      instructions: 'Make a new key in the console.',
    });
    expect(await why(vault.ask('update', 'secret/rotate/by-hand'))).toContain(
      'Make a new key in the console.',
    );
    const asking = await vault.ask('read', 'secret/rotation/by-hand');
    expect(asking).toMatchObject({ state: 'asking', reason: 'Make a new key in the console.' });
    writeFileSync(
      join(folder, 'door'),
      JSON.stringify({ opens: ['second'], told: [], refuses: false, environment: [] }),
    );
    const wrong = vault.ask('update', 'secret/rotate/by-hand', { data: { value: 'mistyped' } });
    expect(await why(wrong)).toContain('does not work');
    expect((await read('by-hand')).data).toEqual({ value: 'first' });
    await vault.ask('update', 'secret/rotate/by-hand', { data: { value: 'second' } });
    expect((await read('by-hand')).data).toEqual({ value: 'second' });
    const proven = await vault.ask('read', 'secret/rotation/by-hand');
    expect(proven).toMatchObject({ state: 'idle', proof: ['door says that the new value works'] });
  });

  test('is asked for by new instructions as soon as there are any, and not at all where none is wanted any more', async () => {
    await write('by-machine', { value: 'first' });
    await vault.ask('update', 'secret/rotation/by-machine', { kind: 'person', instructions: 'Turn left.' });
    expect(await why(vault.ask('update', 'secret/rotate/by-machine'))).toContain('Turn left.');
    await vault.ask('update', 'secret/rotation/by-machine', { instructions: 'Turn right.' });
    await vault.until(
      () => vault.ask('read', 'secret/rotation/by-machine'),
      ({ state, reason }) => state === 'asking' && reason === 'Turn right.',
    );
    await vault.ask('update', 'secret/rotation/by-machine', { kind: 'generator' });
    await vault.until(
      () => read('by-machine'),
      ({ metadata }) => metadata.version === 2,
    );
  });

  test('is not taken for what is generated', async () => {
    const said = await why(vault.ask('update', 'secret/rotate/app/session', { data: { key: 'mine' } }));
    expect(said).toContain('leave data out');
  });
});
