import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deriveEpochKeys } from '../../../electron/crypto/epoch-keys.ts';
import { CommitLoop, type CommitLoopParts } from '../../../electron/vault/commit-loop.ts';
import { EMPTY_HEAD } from '../../../electron/vault/head.ts';
import { KeyRing } from '../../../electron/vault/key-ring.ts';
import { MemoryLedger } from '../../../electron/vault/memory-ledger.ts';
import { nodeFiles } from '../../../electron/vault/node-files.ts';
import { openVault } from '../../../electron/vault/open-vault.ts';
import { Snapshotter } from '../../../electron/vault/snapshotter.ts';
import { State } from '../../../electron/vault/state.ts';
import { ValueSealer } from '../../../electron/vault/value-sealer.ts';
import type { WaysIn } from '../../../electron/vault/ways-in.ts';
import { FaultyFiles } from './faulty-files.ts';
import { PASSPHRASE } from './quick-kdf.ts';
import { sampleSchema, writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const proof = { passphrase: PASSPHRASE };
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const ring = (key: Uint8Array) => new KeyRing([deriveEpochKeys(key, new Uint8Array(16), 1)]);

describe('a vault that is closed while its ways in are being changed', () => {
  it.each<readonly [string, (ways: WaysIn) => Promise<unknown>, number, { passphrase: Uint8Array }]>([
    ['a recovery kit', (ways) => ways.addRecoveryKit(proof), 2, proof],
    [
      'another passphrase',
      (ways) => ways.changePassphrase(proof, Buffer.from('new'), 'another-one'),
      1,
      { passphrase: Buffer.from('new') },
    ],
    ['a new vault key', (ways) => ways.rekey(proof), 1, proof],
  ])(
    '%s: the change is whole, the vault opens again, and the folder is free',
    async (_, change, ways, opener) => {
      const folder = await TemporaryVault.make();
      const lock = join(folder.directory, 'lock');
      let looks = Number.NEGATIVE_INFINITY;
      let reached = () => {};
      let goOn = () => {};
      const held = new Promise<void>((resolve) => {
        reached = resolve;
      });
      const gate = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const options = folder.options({
        ...nodeFiles,
        stat: async (path) => {
          // The second look is the one just ahead of the header's writing.
          if (path === lock && ++looks === 2) {
            reached();
            await gate;
          }
          return nodeFiles.stat(path);
        },
      });
      const vault = await openVault(options);
      await vault.turn((turn) => turn.record(writeNote('one')));
      looks = 0;
      const changed = change(vault.ways).then(
        () => 'made' as const,
        (error: unknown) => error,
      );
      await held;
      let closed = false;
      const closing = vault.close().finally(() => {
        closed = true;
      });
      // As far as closing comes by itself.
      for (let i = 0; i < 2_000 && !closed; i++) await setImmediate();
      goOn();
      await closing;
      expect(await changed).toBe('made');
      await expect(stat(lock)).rejects.toMatchObject({ code: 'ENOENT' });
      const again = await openVault({ ...folder.options(), ...opener });
      expect(again.quarantine).toBeUndefined();
      expect(await again.ways.list()).toHaveLength(ways);
      await expect(vault.ways.rekey(proof)).rejects.toMatchObject({ code: 'sealed' });
      expect(await again.turn(({ db }) => db.all('SELECT name FROM notes'))).toEqual([{ name: 'one' }]);
      await again.close();
    },
  );

  it('opens again whenever that is, and a change that was made is there', async () => {
    const folder = await TemporaryVault.make();
    let kits = 0;
    for (let ticks = 0; ticks < 30; ticks++) {
      const vault = await folder.open();
      const made = vault.ways.addRecoveryKit(proof).then(
        () => 1,
        () => 0,
      );
      for (let i = 0; i < ticks; i++) await setImmediate();
      await vault.close();
      kits += await made;
      const again = await folder.open();
      const found = (await again.ways.list()).filter(({ kind }) => kind === 'recovery-kit').length;
      expect(found, `closed after ${ticks} ticks`).toBe(kits);
      await again.close();
    }
  });
});

describe('keys that are wiped', () => {
  it('open and seal nothing more: zeros would seal for everybody', () => {
    const keys = ring(random(32));
    const { header } = keys.current;
    keys.wipe();
    expect(header.every((byte) => byte === 0)).toBe(true);
    const late = deriveEpochKeys(random(32), new Uint8Array(16), 2);
    for (const use of [
      () => keys.current,
      () => keys.oldest,
      () => keys.ofEpoch(1),
      () => keys.prepare(late),
      () => keys.prepared(2),
      () => keys.begin(2),
    ]) {
      expect(use).toThrow(expect.objectContaining({ code: 'sealed' }));
    }
    expect(late.ledger.every((byte) => byte === 0)).toBe(true);
  });
});

describe('a state that SQLite has left half changed', () => {
  it('goes into no snapshot', async () => {
    const state = await State.open(sampleSchema);
    const keep = state.keep.bind(state);
    let fails = false;
    state.keep = (savepoint) => {
      if (fails && savepoint === 'batch') throw new Error('out of memory');
      keep(savepoint);
    };
    let between = 0;
    const parts: CommitLoopParts = {
      state,
      ledger: new MemoryLedger(),
      sealer: new ValueSealer(ring(random(32)), random),
      clock: { now: () => 1 },
      betweenBatches: () => {
        between += 1;
      },
    };
    const loop = new CommitLoop(parts, EMPTY_HEAD);
    await loop.turn((turn) => turn.record(writeNote('one')));
    await loop.turn(() => undefined);
    await setImmediate();
    const before = between;
    expect(before).toBeGreaterThan(0);
    fails = true;
    await expect(loop.turn((turn) => turn.record(writeNote('two')))).rejects.toMatchObject({
      code: 'internal',
    });
    await loop.close();
    expect(between).toBe(before);
  });
});

describe('a snapshot that the disk refuses', () => {
  it.each(['open', 'write', 'sync', 'rename'] as const)('at %s keeps no copy of the state', async (call) => {
    const folder = await TemporaryVault.make();
    const { keys, vaultId } = await folder.unlock();
    const disk = new FaultyFiles();
    disk.fault = (found) => (found === call ? 'ENOSPC' : undefined);
    const state = await State.open(sampleSchema);
    const freeze = state.freeze.bind(state);
    let kept = 0;
    state.freeze = () => {
      const image = freeze();
      kept += 1;
      return {
        ...image,
        thaw: () => {
          kept -= 1;
          image.thaw();
        },
      };
    };
    const snapshots = { files: disk.files, keys, vaultId, folder: join(folder.directory, 'snapshots') };
    const snapshotter = new Snapshotter({ folder: snapshots, state, random, check: async () => {} }, 0, 0);
    await expect(snapshotter.finish({ ...EMPTY_HEAD, sequence: 1 })).rejects.toMatchObject({
      code: 'ENOSPC',
    });
    expect(kept).toBe(0);
  });
});
