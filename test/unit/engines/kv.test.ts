import { beforeEach, describe, expect, it } from 'vitest';
import { kvEngine } from '../../../electron/engines/kv/kv-engine.ts';
import { openLoneEngine } from '../../support/lone-engine.ts';

let kv: Awaited<ReturnType<typeof openLoneEngine>>;
beforeEach(async () => {
  kv = await openLoneEngine(kvEngine, { version: '2' });
});

const write = (path: string, data: Record<string, unknown>, cas?: number | string) =>
  kv.ask('update', `data/${path}`, { data, ...(cas === undefined ? {} : { options: { cas } }) });
const read = (path: string, version?: number | string) =>
  kv.ask('read', `data/${path}`, version === undefined ? {} : { version });

describe('versions', () => {
  it('a write answers with its metadata, a read with data and metadata', async () => {
    const written = await write('app/db', { user: 'u', password: 'p' });
    const metadata = {
      created_time: '2023-11-14T22:13:20.000000000Z',
      custom_metadata: null,
      deletion_time: '',
      destroyed: false,
      version: 1,
    };
    expect(written.data).toEqual(metadata);
    expect((await read('app/db')).data).toEqual({ data: { password: 'p', user: 'u' }, metadata });
  });

  it('older versions stay readable; 0 is the newest; an unknown one is not found', async () => {
    await write('a', { n: 1 });
    await write('a', { n: 2 });
    expect((await read('a', '1')).data).toMatchObject({ data: { n: 1 } });
    expect((await read('a', 0)).data).toMatchObject({ data: { n: 2 } });
    await expect(read('a', 3)).rejects.toMatchObject({ code: 'not-found' });
    await expect(read('b')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('ten versions are kept, the mount or the secret may ask for more, and pruned values are erased', async () => {
    for (let n = 1; n <= 12; n += 1) await write('a', { n });
    await expect(read('a', 2)).rejects.toMatchObject({ code: 'not-found' });
    expect((await read('a', 3)).data).toMatchObject({ data: { n: 3 } });
    expect(await kv.sealedValues()).toBe(10);
    expect((await kv.ask('read', 'metadata/a')).data).toMatchObject({
      oldest_version: 3,
      current_version: 12,
    });
    await kv.ask('update', 'config', { max_versions: '12' });
    for (let n = 13; n <= 15; n += 1) await write('a', { n });
    expect((await kv.ask('read', 'metadata/a')).data).toMatchObject({ oldest_version: 4 });
  });

  it('a soft-deleted version answers 404 with the full envelope, and undelete brings it back', async () => {
    await write('a', { n: 1 });
    await kv.ask('delete', 'data/a');
    const gone = await read('a');
    expect(gone.status).toBe(404);
    expect(gone.data).toMatchObject({
      data: null,
      metadata: { destroyed: false, version: 1, deletion_time: '2023-11-14T22:13:20.000000000Z' },
    });
    await kv.ask('update', 'undelete/a', { versions: [1] });
    expect((await read('a')).data).toMatchObject({ data: { n: 1 } });
  });

  it('destroy erases the sealed value and cannot be undone', async () => {
    await write('a', { n: 1 });
    await kv.ask('update', 'destroy/a', { versions: '1' });
    await kv.ask('update', 'undelete/a', { versions: [1] });
    expect(await read('a')).toMatchObject({
      status: 404,
      data: { data: null, metadata: { destroyed: true } },
    });
    expect(await kv.sealedValues()).toBe(0);
  });

  it('deleting, undeleting and destroying what is not there changes nothing and is no error', async () => {
    await write('a', { n: 1 });
    for (const verb of ['delete', 'undelete', 'destroy']) {
      expect(await kv.ask('update', `${verb}/a`, { versions: [7] })).toEqual({});
      expect(await kv.ask('update', `${verb}/nowhere`, { versions: [1] })).toEqual({});
      await expect(kv.ask('update', `${verb}/a`)).rejects.toThrow('No version number provided');
    }
    expect(await kv.ask('delete', 'data/nowhere')).toEqual({});
    expect((await read('a')).data).toMatchObject({ data: { n: 1 } });
  });
});

describe('check-and-set', () => {
  const mismatch = /newer version|check-and-set parameter did not match the current version/;

  it('0 means that the secret must not exist; another number must be the current version', async () => {
    await write('a', { n: 1 }, 0);
    await expect(write('a', { n: 2 }, 0)).rejects.toMatchObject({ code: 'check-and-set-failed' });
    await expect(write('a', { n: 2 }, 5)).rejects.toThrow(mismatch);
    await write('a', { n: 2 }, '1');
    expect((await read('a')).data).toMatchObject({ data: { n: 2 } });
  });

  it('can be required by the mount or by the secret', async () => {
    await kv.ask('update', 'config', { cas_required: true });
    await expect(write('a', { n: 1 })).rejects.toThrow('check-and-set parameter required for this call');
    await kv.ask('update', 'config', { cas_required: 'false' });
    await kv.ask('update', 'metadata/a', { cas_required: true });
    await expect(write('a', { n: 1 })).rejects.toThrow('check-and-set parameter required for this call');
    await write('a', { n: 1 }, 0);
  });
});

describe('delete_version_after', () => {
  it('a version is readable until its time has come, and gone after it', async () => {
    await kv.ask('update', 'config', { delete_version_after: '1h' });
    await kv.ask('update', 'metadata/a', { delete_version_after: '30m' });
    expect((await kv.ask('read', 'config')).data).toEqual({
      cas_required: false,
      delete_version_after: '1h0m0s',
      max_versions: 0,
    });
    const written = await write('a', { n: 1 });
    expect(written.data).toMatchObject({ deletion_time: '2023-11-14T22:43:20.000000000Z' });
    expect((await read('a')).status).toBeUndefined();
    kv.clock.at += 30 * 60_000;
    expect((await read('a')).status).toBe(404);
  });

  it('a negative setting of the mount switches it off', async () => {
    await kv.ask('update', 'config', { delete_version_after: '-1s' });
    await kv.ask('update', 'metadata/a', { delete_version_after: '30m' });
    expect((await write('a', { n: 1 })).data).toMatchObject({ deletion_time: '' });
  });
});

describe('patch', () => {
  it('merges into the newest version; null deletes a key', async () => {
    await write('a', { keep: 1, drop: 2, deep: { x: 1, y: 2 } });
    await kv.ask('patch', 'data/a', { data: { drop: null, deep: { y: 3 }, add: true } });
    expect((await read('a')).data).toMatchObject({
      data: { keep: 1, deep: { x: 1, y: 3 }, add: true },
      metadata: { version: 2 },
    });
  });

  it('of an absent or deleted secret is not found', async () => {
    await expect(kv.ask('patch', 'data/a', { data: {} })).rejects.toMatchObject({ code: 'not-found' });
    await write('a', { n: 1 });
    await kv.ask('delete', 'data/a');
    await expect(kv.ask('patch', 'data/a', { data: {} })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('metadata', () => {
  it('reads as Vault writes it, with text keys for versions', async () => {
    await write('a', { n: 1 });
    await kv.ask('update', 'metadata/a', { custom_metadata: { owner: 'shop' }, max_versions: 5 });
    expect((await kv.ask('read', 'metadata/a')).data).toEqual({
      cas_required: false,
      created_time: '2023-11-14T22:13:20.000000000Z',
      current_version: 1,
      custom_metadata: { owner: 'shop' },
      delete_version_after: '0s',
      max_versions: 5,
      oldest_version: 0,
      updated_time: '2023-11-14T22:13:20.000000000Z',
      versions: {
        1: { created_time: '2023-11-14T22:13:20.000000000Z', deletion_time: '', destroyed: false },
      },
    });
  });

  it('a patch changes what it names alone', async () => {
    await kv.ask('update', 'metadata/a', { custom_metadata: { a: '1', b: '2' }, max_versions: 5 });
    await kv.ask('patch', 'metadata/a', { custom_metadata: { a: null, c: '3' } });
    expect((await kv.ask('read', 'metadata/a')).data).toMatchObject({
      custom_metadata: { b: '2', c: '3' },
      max_versions: 5,
    });
    await expect(kv.ask('patch', 'metadata/b', {})).rejects.toMatchObject({ code: 'not-found' });
  });

  it('deleting it removes the secret with every value', async () => {
    await write('a', { n: 1 });
    await write('a', { n: 2 });
    await kv.ask('delete', 'metadata/a');
    await expect(read('a')).rejects.toMatchObject({ code: 'not-found' });
    expect(await kv.sealedValues()).toBe(0);
    expect((await write('a', { n: 1 }, 0)).data).toMatchObject({ version: 1 });
  });
});

describe('listing', () => {
  it('shows secrets and folders, folders with a slash, sorted, one level at a time', async () => {
    for (const path of ['b', 'a/x', 'a/y/z', 'a/y/w', 'a', 'a0', 'c/d/e/f', 'ä/x'])
      await write(path, { n: 1 });
    const keys = async (path: string) => (await kv.ask('list', path)).data?.['keys'];
    expect(await keys('metadata')).toEqual(['a', 'a/', 'a0', 'b', 'c/', 'ä/']);
    expect(await keys('metadata/a/')).toEqual(['x', 'y/']);
    expect(await keys('metadata/a')).toEqual(['x', 'y/']);
    expect(await keys('metadata/c/d/')).toEqual(['e/']);
    await expect(keys('metadata/b/')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('in detail tells each secret’s version and times too, and no value', async () => {
    await write('app/db', { password: 'p' });
    await write('app/db', { password: 'q' });
    await write('top', { n: 1 });
    const { data } = await kv.ask('list', 'detailed-metadata/app');
    expect(data).toEqual({
      keys: ['db'],
      key_info: {
        db: {
          created_time: '2023-11-14T22:13:20.000000000Z',
          current_version: 2,
          updated_time: '2023-11-14T22:13:20.000000000Z',
        },
      },
    });
    expect((await kv.ask('list', 'detailed-metadata')).data).toMatchObject({ keys: ['app/', 'top'] });
    await expect(kv.ask('list', 'detailed-metadata/none')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('an empty mount lists as not found', async () => {
    await expect(kv.ask('list', 'metadata')).rejects.toMatchObject({ code: 'not-found' });
  });
});

it('subkeys show the shape without the values', async () => {
  await write('a', { user: 'u', nested: { deep: 1, list: [1] } });
  expect((await kv.ask('read', 'subkeys/a')).data?.['subkeys']).toEqual({
    user: null,
    nested: { deep: null, list: null },
  });
  expect((await kv.ask('read', 'subkeys/a', { depth: 1 })).data?.['subkeys']).toEqual({
    user: null,
    nested: null,
  });
});

it('a path of version 1 answers 404 with the hint that Vault gives', async () => {
  const reply = await kv.ask('read', 'app/db');
  expect(reply.status).toBe(404);
  expect(reply.warnings?.[0]).toContain("use 'vault kv get' for this operation");
});

it('a write without data is refused in words', async () => {
  await expect(kv.ask('update', 'data/a', { user: 'u' })).rejects.toThrow('no data provided');
});

it('a key named __proto__ is a key like any other', async () => {
  await write('a', JSON.parse('{"__proto__": {"x": 1}, "b": 2}'));
  expect(Object.keys((await read('a')).data?.['data'] as object)).toEqual(['__proto__', 'b']);
});

it('a mount of another version is refused', async () => {
  const version1 = await openLoneEngine(kvEngine);
  await expect(version1.ask('read', 'data/a')).rejects.toThrow('version=2');
});

it('unmounting removes every row and every value', async () => {
  await write('a/b', { n: 1 });
  await write('c', { n: 1 });
  await kv.vault.turn((turn) => {
    const lone = { ...kv.mount };
    const changes = kvEngine.unmounted?.({ ...turn, db: turn.db } as never, lone) ?? [];
    turn.record({
      actor: { kind: 'token', id: 'a', name: 'test' },
      operation: 'delete',
      path: 'sys/mounts/kv',
      outcome: 'ok',
      requestId: 'r',
      changes,
    });
  });
  expect(await kv.sealedValues()).toBe(0);
  await expect(kv.ask('list', 'metadata')).rejects.toMatchObject({ code: 'not-found' });
});
