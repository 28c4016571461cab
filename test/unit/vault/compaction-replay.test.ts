import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { valueForgotten } from '../../../electron/vault/value-changes.ts';
import type { ValueHash, Vault } from '../../../electron/vault/vault.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd');
const step = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('write' as const), name }), weight: 5 },
  { arbitrary: fc.record({ do: fc.constant('destroy' as const), name }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constantFrom('compact', 'snapshot', 'reopen') }), weight: 3 },
);

const stateOf = (vault: Vault) =>
  vault.turn(({ db }) => ({
    notes: db.all('SELECT * FROM notes ORDER BY name'),
    values: db.all('SELECT hash, batch, hex(sealed) AS sealed FROM vault_values ORDER BY hash'),
    lingering: db.all('SELECT * FROM vault_lingering ORDER BY hash'),
  }));

it('a compacted ledger gives the same state alone as live, and from snapshot and tail, whatever came when', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
      const folder = await TemporaryVault.make();
      let vault = await folder.open();
      for (const step of steps) {
        if ('name' in step) {
          await vault.turn((turn) => {
            const row = turn.db.get<{ value: ValueHash | null }>(
              'SELECT value FROM notes WHERE name = ?',
              step.name,
            );
            const forgotten = row?.value ? [valueForgotten.make({ hash: row.value })] : [];
            if (step.do === 'destroy') return turn.record({ ...writeNote(step.name), changes: forgotten });
            const hash = turn.sealValue(Buffer.from('value'), { mount: 'm', owner: step.name, version: 1 });
            const written = writeNote(step.name, hash);
            turn.record({ ...written, changes: [...forgotten, ...written.changes] });
          });
        } else if (step.do === 'compact') await vault.compact();
        else if (step.do === 'snapshot') await vault.snapshot();
        else {
          await vault.close();
          vault = await folder.open();
        }
      }
      await vault.compact();
      const live = await stateOf(vault);
      const head = vault.head();
      await vault.close();
      vault = await folder.open();
      expect(await stateOf(vault)).toEqual(live);
      await vault.close();
      await rm(join(folder.directory, 'snapshots'), { recursive: true });
      vault = await folder.open();
      expect(await stateOf(vault)).toEqual(live);
      expect(vault.head()).toEqual(head);
      await vault.close();
      // Nothing lies in the ledger that the state does not know.
      const attachments = (await folder.records()).flatMap((record) => record.attachments);
      expect(attachments).toHaveLength(live.values.length);
    }),
    { numRuns: 20 },
  );
}, 60_000);
