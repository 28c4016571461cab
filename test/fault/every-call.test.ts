import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVault } from '../../electron/vault/create-vault.ts';
import { openVault } from '../../electron/vault/open-vault.ts';
import { valueForgotten } from '../../electron/vault/value-changes.ts';
import type { ValueHash, Vault } from '../../electron/vault/vault.ts';
import { asKeywardenError } from '../../shared/errors/keywarden-error.ts';
import { FaultyFiles } from '../unit/vault/faulty-files.ts';
import { sampleSchema, writeNote } from '../unit/vault/sample-schema.ts';
import { TemporaryVault } from '../unit/vault/temporary-vault.ts';
import { CHANGING, failing } from './changing-calls.ts';

const LONG = process.env['KEYWARDEN_FAULT_ROUNDS'] !== undefined;
/** The short form lets every third call fail, the long one every call. */
const STRIDE = LONG ? 1 : 3;
const LIMIT = LONG ? 3_600_000 : 240_000;
const DAY = 86_400_000;

let parent: string;
let pristine: string;

/** A vault with two closed segments and two snapshots, old enough to be trimmed. */
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kw-calls-'));
  const folder = new TemporaryVault(join(parent, 'pristine'), sampleSchema);
  await createVault(folder.options());
  for (const part of ['p', 'q']) {
    const vault = await openVault(folder.options());
    const hash = await write(vault, `${part}1`);
    await write(vault, `${part}2`);
    await destroy(vault, hash, `${part}1`);
    await vault.compact();
    await vault.close();
    folder.now += 2 * DAY;
  }
  pristine = folder.directory;
});
afterAll(() => rm(parent, { recursive: true, force: true }));

const context = (owner: string) => ({ mount: 'mount', owner, version: 1 });
const write = (vault: Vault, name: string): Promise<ValueHash> =>
  vault.turn((turn) => {
    const hash = turn.sealValue(Buffer.from(`value of ${name}`), context(name));
    turn.record(writeNote(name, hash));
    return hash;
  });
const destroy = (vault: Vault, hash: ValueHash, name: string) =>
  vault.turn((turn) => turn.record({ ...writeNote(name), changes: [valueForgotten.make({ hash })] }));

/** Name to value; a destroyed one is `null`. */
type Notes = Record<string, string | null>;
const BEFORE: Notes = { p1: null, p2: 'value of p2', q1: null, q2: 'value of q2' };

const readNotes = (vault: Vault): Promise<Notes> =>
  vault.turn((turn) =>
    Object.fromEntries(
      turn.db
        .all<{ name: string; value: ValueHash }>('SELECT name, value FROM notes ORDER BY name')
        .map((row) => {
          const there = turn.db.get('SELECT 1 FROM vault_values WHERE hash = ?', row.value) !== undefined;
          const value = there ? Buffer.from(turn.revealValue(row.value, context(row.name))).toString() : null;
          return [row.name, value];
        }),
    ),
  );

/** What the workload was told, and what it was not. */
interface Told {
  readonly notes: Notes;
  /** Changes that were refused: a dead disk may hold them all the same. */
  readonly refused: Notes;
}

/** Every refusal must be one of ours. */
async function tryTo<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    expect(asKeywardenError(error).code, String(error)).not.toBe('internal');
    return undefined;
  }
}

/** Opens, writes, destroys, compacts, snapshots, trims, indexes: everything that a vault does with its folder. */
async function workload(folder: TemporaryVault, disk: FaultyFiles, told: Told): Promise<Vault | undefined> {
  folder.limits = { recordAge: DAY, reserve: 4_096 };
  const vault = await tryTo(() => openVault(folder.options(disk.files)));
  if (!vault) return undefined;
  const noted = async (name: string, value: string | null, change: () => Promise<unknown>) => {
    const done = await tryTo(async () => {
      await change();
      return true;
    });
    (done ? told.notes : told.refused)[name] = value;
    folder.now += 60_000;
  };
  let hash: ValueHash | undefined;
  await noted('a', 'value of a', async () => {
    hash = await write(vault, 'a');
  });
  await noted('b', 'value of b', () => write(vault, 'b'));
  if (hash) await noted('a', null, () => destroy(vault, hash as ValueHash, 'a'));
  await tryTo(() => vault.compact());
  await noted('c', 'value of c', () => write(vault, 'c'));
  await tryTo(() => vault.snapshot());
  await noted('d', 'value of d', () => write(vault, 'd'));
  await tryTo(() => vault.readRecords({ limit: 3 }));
  // What the vault does by itself has come to its end.
  await tryTo(() => vault.compact());
  await noted('e', 'value of e', () => write(vault, 'e'));
  return vault;
}

/** A fresh copy to work on. */
async function copyOf(directory: string, name: string): Promise<TemporaryVault> {
  const folder = new TemporaryVault(join(parent, name), sampleSchema);
  await rm(folder.directory, { recursive: true, force: true });
  await cp(directory, folder.directory, { recursive: true });
  folder.now += 10 * DAY;
  return folder;
}

/** How many calls the workload makes when nothing fails. */
async function countCalls(): Promise<number> {
  const disk = new FaultyFiles();
  const told: Told = { notes: { ...BEFORE }, refused: {} };
  const folder = await copyOf(pristine, 'counted');
  const vault = await workload(folder, disk, told);
  await vault?.close();
  expect(told).toEqual({
    notes: { ...BEFORE, a: null, b: 'value of b', c: 'value of c', d: 'value of d', e: 'value of e' },
    refused: {},
  });
  expect((await folder.verify()).since, 'the workload trims').toBeGreaterThan(0);
  return [...disk.calls].reduce((sum, [call, count]) => sum + (CHANGING.has(call) ? count : 0), 0);
}

async function expectWhole(folder: TemporaryVault, allowed: readonly Notes[], what: string): Promise<void> {
  await folder.verify();
  const vault = await openVault(folder.options());
  try {
    expect(allowed, what).toContainEqual(await readNotes(vault));
  } finally {
    await vault.close();
  }
  await folder.verify();
}

/** Everything between what was acknowledged and what was sent. */
function between({ notes, refused }: Told): readonly Notes[] {
  let all: Notes[] = [notes];
  for (const [name, value] of Object.entries(refused)) {
    all = all.flatMap((known) => [known, { ...known, [name]: value }]);
  }
  return all.map((known) => Object.fromEntries(Object.entries(known).sort()));
}

const plans = LONG
  ? ['EIO', 'ENOSPC', 'EROFS', 'EACCES'].flatMap((code) => [1, 4].map((many) => [code, many] as const))
  : ([['EIO', 1]] as const);

describe('a disk that fails at call n, for every n of a workload that does everything', () => {
  it.each(plans)(
    'with %s, %i times in a row: what was acknowledged is there, what was refused is not, and it recovers by itself',
    async (code, many) => {
      const calls = await countCalls();
      for (let n = 1; n <= calls; n += STRIDE) {
        const what = `${code} at call ${n} of ${calls}`;
        const folder = await copyOf(pristine, 'failed');
        const disk = new FaultyFiles();
        const told: Told = { notes: { ...BEFORE }, refused: {} };
        failing(disk, n, many, code);
        const vault = await workload(folder, disk, told);
        disk.fault = () => undefined;
        if (vault) {
          // The disk is back, and so is the vault.
          folder.now += 120_000;
          await vault.turn(() => undefined);
          await write(vault, 'z');
          told.notes['z'] = 'value of z';
          expect(await readNotes(vault), what).toEqual(Object.fromEntries(Object.entries(told.notes).sort()));
          await vault.close();
        }
        await expectWhole(folder, [Object.fromEntries(Object.entries(told.notes).sort())], what);
      }
      process.stdout.write(
        `${code} x${many}: ${Math.ceil(calls / STRIDE)} of ${calls} calls failed in turn, 0 lost, 0 corrupt\n`,
      );
    },
    LIMIT,
  );

  it(
    'and is never heard of again, as when the machine dies there: it opens with all that was acknowledged',
    async () => {
      const calls = await countCalls();
      for (let n = 1; n <= calls; n += STRIDE) {
        const folder = await copyOf(pristine, 'died');
        const disk = new FaultyFiles();
        const told: Told = { notes: { ...BEFORE }, refused: {} };
        failing(disk, n, Number.POSITIVE_INFINITY, 'EIO');
        const vault = await workload(folder, disk, told);
        const left = await copyOf(folder.directory, 'left');
        if (vault) await tryTo(() => vault.close());
        await rm(join(left.directory, 'lock'), { force: true });
        await expectWhole(left, between(told), `died at call ${n} of ${calls}`);
      }
      process.stdout.write(`death at ${Math.ceil(calls / STRIDE)} of ${calls} calls, 0 lost, 0 corrupt\n`);
    },
    LIMIT,
  );
});
