import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
let folder: string;
let file: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keywarden-audit-'));
  file = join(folder, 'audit.jsonl');
  world = await openCoreWorld();
});
afterEach(async () => {
  await world.core.stop();
  rmSync(folder, { recursive: true, force: true });
});

const enable = (path = 'file', options: Record<string, unknown> = { file_path: file }, type = 'file') =>
  world.ask(world.root, 'update', `sys/audit/${path}`, { type, options });
const lines = () =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('an audit device', () => {
  it('gets a line for each request and each answer, with every value as a hash that can be looked for', async () => {
    await enable();
    await world.ask(world.root, 'update', 'secret/data/app', {
      data: { password: 'canary-audited', size: 7 },
    });
    await world.ask(world.root, 'read', 'secret/data/app');
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('canary-audited');
    expect(text).not.toContain(world.root);
    const [asked, answered, , read] = lines();
    expect(asked).toMatchObject({
      type: 'request',
      request: { operation: 'update', path: 'secret/data/app' },
    });
    expect(answered).toMatchObject({ type: 'response', error: '', request: { id: asked.request.id } });
    const { hash } = await world.data(world.root, 'update', 'sys/audit-hash/file', {
      input: 'canary-audited',
    });
    expect(asked.request.data.data).toEqual({ password: hash, size: 7 });
    expect(read.response.data.data.password).toBe(hash);
    const token = await world.data(world.root, 'update', 'sys/audit-hash/file', { input: world.root });
    expect(asked.auth).toMatchObject({ client_token: token['hash'], policies: ['root'] });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is told of refusals and of strangers too, in our words alone', async () => {
    await enable();
    await world.refusal('hvs.canary-stranger', 'read', 'secret/data/app');
    expect(lines().at(-1)).toMatchObject({ type: 'response', error: 'permission-denied', auth: {} });
    expect(readFileSync(file, 'utf8')).not.toContain('canary');
  });

  it('hashes under a key of its own, and shows the fields that a mount says to show', async () => {
    await enable('one');
    await enable('two', { file_path: join(folder, 'other') });
    const hash = async (path: string) =>
      (await world.data(world.root, 'update', `sys/audit-hash/${path}`, { input: 'x' }))['hash'];
    expect(await hash('one')).not.toBe(await hash('two'));
    await world.ask(world.root, 'update', 'sys/mounts/secret/tune', { audit_non_hmac_request_keys: 'note' });
    await world.ask(world.root, 'update', 'secret/data/app', { data: { note: 'seen' } });
    expect(lines().at(-2).request.data).toEqual({ data: { note: 'seen' } });
  });

  it('is listed, kept over a restart, and silent once it is disabled', async () => {
    await enable();
    expect(await world.data(world.root, 'read', 'sys/audit')).toEqual({
      'file/': { description: '', local: false, options: { file_path: file }, path: 'file/', type: 'file' },
    });
    await world.restart();
    const before = lines().length;
    await world.ask(world.root, 'read', 'auth/token/lookup-self');
    expect(lines()).toHaveLength(before + 2);
    await world.ask(world.root, 'delete', 'sys/audit/file');
    const after = lines().length;
    await world.ask(world.root, 'read', 'auth/token/lookup-self');
    expect(lines()).toHaveLength(after);
    expect(await world.data(world.root, 'read', 'sys/audit')).toEqual({});
  });

  it('that cannot be written any more stops nobody: the ledger has it all', async () => {
    await enable('file', { file_path: file });
    rmSync(folder, { recursive: true });
    await world.restart();
    expect((await world.ask(world.root, 'read', 'auth/token/lookup-self')).status).toBe(200);
  });

  it.each([
    ['of another type', { file_path: '/x' }, 'syslog', /unknown backend type/],
    ['without a path', {}, 'file', /file_path is required/],
    ['with half a path', { file_path: 'here' }, 'file', /whole path/],
    ['that shows values', { file_path: '/x', log_raw: 'true' }, 'file', /not supported/],
    ['in no folder', { file_path: '/nowhere/at/all' }, 'file', /cannot be written/],
  ])('%s is refused', async (_what, options, type, words) => {
    expect(await world.why(enable('bad', options, type))).toMatch(words);
    expect(await world.data(world.root, 'read', 'sys/audit')).toEqual({});
  });
});
