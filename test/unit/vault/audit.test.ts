import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../electron/vault/node-files.ts';
import type { VaultFiles } from '../../../electron/vault/ports.ts';
import { valueForgotten } from '../../../electron/vault/value-changes.ts';
import type { LedgerRecord, RecordQuery, Vault } from '../../../electron/vault/vault.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const ACTORS = ['ann', 'ben', 'scheduler'];
const OPERATIONS = ['read', 'update', 'delete'];
const OUTCOMES = ['ok', 'policy-denied'];
const PATHS = ['secret/data/app/one', 'secret/data/app/two', 'secret/data/ops', 'sys/mounts'];

const pick = (from: readonly string[], i: number) => from[i % from.length] as string;

/** The disk, and how often a ledger's segment was read from. */
function countingFiles(): { readonly files: VaultFiles; reads: number } {
  const counting = {
    reads: 0,
    files: {
      ...nodeFiles,
      open: async (path: string, how: 'new' | 'existing' | 'reading') => {
        const file = await nodeFiles.open(path, how);
        if (how !== 'reading' || !path.endsWith('.kwl')) return file;
        return {
          ...file,
          read: (position: number, length: number) => {
            counting.reads += 1;
            return file.read(position, length);
          },
        };
      },
    } satisfies VaultFiles,
  };
  return counting;
}

/** Ninety records of all kinds in three segments, some in batches of several. */
async function fill(folder: TemporaryVault, vault: Vault): Promise<LedgerRecord[]> {
  const all: LedgerRecord[] = [];
  vault.watch((records) => all.push(...records));
  for (let part = 0; part < 3; part++) {
    for (let i = 0; i < 15; i++) {
      folder.now += 1_000;
      const n = part * 15 + i;
      await Promise.all(
        [n * 2, n * 2 + 1].map((k) =>
          vault.turn((turn) =>
            turn.record({
              actor: { kind: 'token', id: `accessor-${k % 3}`, name: pick(ACTORS, k) },
              operation: pick(OPERATIONS, k >> 1),
              path: pick(PATHS, k * 7),
              outcome: pick(OUTCOMES, k >> 2),
              requestId: `request-${k}`,
              changes: [],
            }),
          ),
        ),
      );
    }
    if (part === 2) break;
    const hash = await vault.turn((turn) => {
      const sealed = turn.sealValue(Buffer.from('x'), { mount: 'm', owner: 'o', version: 1 });
      turn.record(writeNote('x', sealed));
      return sealed;
    });
    await vault.turn((turn) => turn.record({ ...writeNote('x'), changes: [valueForgotten.make({ hash })] }));
    await vault.compact();
  }
  return all;
}

/** What a query means, said in the plainest way. */
function expected(all: readonly LedgerRecord[], query: RecordQuery): LedgerRecord[] {
  const found = all.filter(
    ({ actor, operation, outcome, path, time }) =>
      time >= (query.from ?? 0) &&
      time < (query.to ?? Number.POSITIVE_INFINITY) &&
      [actor.id, actor.name, undefined].includes(query.actor) &&
      [operation, undefined].includes(query.operation) &&
      [outcome, undefined].includes(query.outcome) &&
      path.startsWith(query.pathPrefix ?? ''),
  );
  return query.newestFirst === false ? found : found.reverse();
}

async function readAll(vault: Vault, query: RecordQuery): Promise<LedgerRecord[]> {
  const found: LedgerRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await vault.readRecords({ ...query, ...(cursor !== undefined && { cursor }) });
    found.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

describe('the audit of a vault', () => {
  let folder: TemporaryVault;
  let disk: ReturnType<typeof countingFiles>;
  let vault: Vault;
  let all: LedgerRecord[];
  let start: number;

  beforeEach(async () => {
    folder = await TemporaryVault.make();
    start = folder.now;
    disk = countingFiles();
    vault = await folder.open(disk.files);
    all = await fill(folder, vault);
  });

  const indices = async () =>
    (await readdir(join(folder.directory, 'ledger'))).filter((name) => name.endsWith('.kwx'));

  it('answers every query as a look at every record would, page by page, live and after reopening', async () => {
    const instant = fc.integer({ min: start - 1_000, max: start + 50_000 });
    const query = fc.record({
      newestFirst: optional(fc.boolean()),
      from: optional(instant),
      to: optional(instant),
      actor: optional(fc.constantFrom('ann', 'accessor-1', 'nobody')),
      operation: optional(fc.constantFrom(...OPERATIONS)),
      outcome: optional(fc.constantFrom(...OUTCOMES)),
      pathPrefix: optional(fc.constantFrom('secret/', 'secret/data/app/', 'sys', 'none')),
      limit: fc.integer({ min: 1, max: 40 }),
    });
    const check = () =>
      fc.assert(
        fc.asyncProperty(query, async (loose) => {
          const asked = Object.fromEntries(Object.entries(loose).filter(([, value]) => value !== undefined));
          expect(await readAll(vault, asked)).toEqual(expected(all, asked));
        }),
        { numRuns: 60 },
      );
    await check();
    await vault.close();
    vault = await folder.open();
    await check();
  });

  it('opens only the frames that hold something that was asked for', async () => {
    // What the vault does by itself after a snapshot is waited for: it reads, too.
    for (let i = 0; i < 2; i++) {
      await vault.turn(() => undefined);
      await vault.compact();
    }
    await vault.readRecords({ operation: 'none' });
    const before = disk.reads;
    expect((await vault.readRecords({ operation: 'none' })).records).toEqual([]);
    const forNothing = disk.reads - before;
    const page = await vault.readRecords({ from: start + 20_000, to: start + 20_001 });
    expect(page.records).toHaveLength(2);
    // One frame: its plain fields and its box. The rest are the headers of segments, looked at anew for each query.
    expect(disk.reads - before - 2 * forNothing).toBe(2);
  });

  it('shows what is being written, as soon as it is durable', async () => {
    for (let i = 0; i < 5; i++) {
      await vault.turn((turn) => turn.record(writeNote(`new-${i}`)));
      const { records } = await vault.readRecords({ limit: 1 });
      expect(records[0]?.path).toBe(`note/new-${i}`);
    }
  });

  it('makes a missing, damaged or outdated index again from the segment', async () => {
    await readAll(vault, {});
    await vault.close();
    expect(await indices()).toEqual(['00000001.kwx', '00000002.kwx']);
    const path = join(folder.directory, 'ledger', '00000001.kwx');
    const good = await readFile(path);
    for (let at = 0; at < good.length; at += 41) {
      await writeFile(path, good.with(at, (good[at] ?? 0) ^ 1));
      vault = await folder.open();
      expect(await readAll(vault, { pathPrefix: 'sys' })).toEqual(expected(all, { pathPrefix: 'sys' }));
      await vault.close();
    }
    await rm(path);
    vault = await folder.open();
    expect(await readAll(vault, {})).toEqual(expected(all, {}));
    await vault.close();
    expect(await indices()).toHaveLength(2);
  });

  it('names what is damaged instead of leaving it out', async () => {
    await readAll(vault, {});
    const bytes = await readFile(folder.segment(2));
    bytes[400] = (bytes[400] ?? 0) ^ 1;
    await writeFile(folder.segment(2), bytes);
    await expect(readAll(vault, {})).rejects.toThrow(/ledger\/00000002\.kwl, record/);
  });

  it('refuses a cursor that is none, and says sealed once it is', async () => {
    await expect(vault.readRecords({ cursor: 'x' })).rejects.toMatchObject({ code: 'invalid-request' });
    await vault.close();
    await expect(vault.readRecords({})).rejects.toMatchObject({ code: 'sealed' });
  });

  it('S2: holds no name or path in plain in its indices', async () => {
    await readAll(vault, {});
    for (const name of await indices()) {
      const bytes = await readFile(join(folder.directory, 'ledger', name));
      for (const text of ['ann', 'accessor', 'secret/', 'policy-denied'])
        expect(bytes.includes(text)).toBe(false);
    }
  });
});
