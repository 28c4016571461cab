import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { State } from '../../../electron/vault/state.ts';
import type { ReadDb } from '../../../electron/vault/state-db.ts';
import { valueForgotten } from '../../../electron/vault/value-changes.ts';
import type { Turn, ValueHash, Vault } from '../../../electron/vault/vault.ts';
import { sampleSchema, writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

type Step =
  | { readonly do: 'write'; readonly name: string; readonly value: string | undefined }
  | { readonly do: 'forget'; readonly name: string }
  | { readonly do: 'throw'; readonly name: string }
  | { readonly do: 'reopen' };

const name = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      name,
      value: fc.option(fc.string(), { nil: undefined }),
    }),
    weight: 6,
  },
  { arbitrary: fc.record({ do: fc.constant('forget' as const), name }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('throw' as const), name }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('reopen' as const) }), weight: 2 },
);

const context = (owner: string) => ({ mount: 'm', owner, version: 1 });

/** One step, as a turn. */
function perform(turn: Turn, step: Exclude<Step, { do: 'reopen' }>): void {
  if (step.do === 'forget') {
    const row = turn.db.get<{ value: ValueHash | null }>('SELECT value FROM notes WHERE name = ?', step.name);
    if (!row?.value) return;
    turn.record({ ...writeNote(step.name), changes: [valueForgotten.make({ hash: row.value })] });
    return;
  }
  const value = step.do === 'write' ? step.value : 'x';
  const hash = value === undefined ? null : turn.sealValue(Buffer.from(value), context(step.name));
  turn.record(writeNote(step.name, hash));
  if (step.do === 'throw') throw new Error('on purpose');
}

/** Everything in the state. */
const dump = (db: ReadDb) => ({
  notes: db.all('SELECT * FROM notes ORDER BY name'),
  values: db.all('SELECT hash, hex(sealed) AS sealed FROM vault_values ORDER BY hash'),
  migrations: db.all('SELECT * FROM vault_migrations ORDER BY id'),
});
const stateOf = (vault: Vault) => vault.turn(({ db }) => dump(db));

describe('the state', () => {
  it('replaying any prefix of a ledger equals the state at that point; snapshot + tail equals full replay', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
        async (batches) => {
          const folder = await TemporaryVault.make();
          let vault = await folder.open();
          const after = new Map<number, unknown>([[0, await stateOf(vault)]]);
          for (const batch of batches) {
            for (const step of batch) {
              if (step.do === 'reopen') {
                await vault.close();
                vault = await folder.open();
              } else {
                await vault
                  .turn((turn) => perform(turn, step))
                  .catch((error) => {
                    if (error.message !== 'on purpose') throw error;
                  });
              }
              after.set(vault.head().sequence, await stateOf(vault));
            }
          }
          const live = await stateOf(vault);
          const copy = await folder.copy();
          await vault.close();
          await rm(join(copy.directory, 'lock'));
          const fromTail = await copy.open();
          expect(await stateOf(fromTail)).toEqual(live);

          const prefix = await State.open(sampleSchema);
          for (const { record, attachments } of await folder.records()) {
            for (const sealed of attachments) prefix.keepValue(sealed, record.sequence);
            prefix.apply(record);
            expect(dump(prefix.reading)).toEqual(after.get(record.sequence));
          }
          await rm(join(folder.directory, 'snapshots'), { recursive: true });
          expect(await stateOf(await folder.open())).toEqual(live);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('a snapshot', () => {
  it('is taken while turns go on, once the tail is worth it, and holds no turn up', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const snapshots = () => readdir(join(folder.directory, 'snapshots'));
    const value = Buffer.alloc(100_000, 'v');
    let written = 0;
    while ((await snapshots()).filter((file) => file.endsWith('.kws')).length === 0) {
      await vault.turn((turn) =>
        turn.record(writeNote(`n${written % 100}`, turn.sealValue(value, context('o')))),
      );
      expect(++written).toBeLessThan(1_000);
    }
    expect(written).toBeGreaterThan(41);
    const live = await stateOf(vault);
    const copy = await folder.copy();
    await rm(join(copy.directory, 'lock'));
    expect(await stateOf(await copy.open())).toEqual(live);
  });
});
