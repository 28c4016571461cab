import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseRecoveryKit } from '../../../electron/crypto/recovery-kit.ts';
import { openVault } from '../../../electron/vault/open-vault.ts';
import { verifyPassphrase } from '../../../electron/vault/verify-passphrase.ts';
import type { WayIn } from '../../../electron/vault/way-in.ts';
import type { WaysIn } from '../../../electron/vault/ways-in.ts';
import { type FaultyCall, FaultyFiles } from './faulty-files.ts';
import { PASSPHRASE } from './quick-kdf.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const proof: WayIn = { passphrase: PASSPHRASE };
const NEW: WayIn = { passphrase: Buffer.from('another') };
const CALLS: readonly FaultyCall[] = ['open', 'write', 'sync', 'rename', 'syncFolder'];

/** What changes the header, and which ways must open it before and after. */
const CHANGES: readonly [string, (ways: WaysIn) => Promise<unknown>, after: WayIn][] = [
  ['adding a way', (ways) => ways.addRecoveryKit(proof), proof],
  ['another passphrase', (ways) => ways.changePassphrase(proof, Buffer.from('another'), 'another-one'), NEW],
  [
    'a leaked one',
    (ways) => ways.changePassphrase(proof, Buffer.from('another'), 'someone-may-know-it'),
    NEW,
  ],
  ['a new epoch', (ways) => ways.rekey(proof), proof],
  [
    'new keys',
    (ways) => ways.replaceKeys(proof, { secret: { kind: 'recovery-kit', bytes: randomBytes(32) } }),
    proof,
  ],
];

async function openBy(folder: TemporaryVault, wayIn: WayIn) {
  const { passphrase: _, ...options } = folder.options();
  return openVault({ ...options, ...wayIn });
}

describe.each(CHANGES)('%s on a disk that fails at any call', (_, change, after) => {
  it('is there or not, and the vault opens whole either way', async () => {
    for (const call of CALLS) {
      for (let at = 1; ; at++) {
        const folder = await TemporaryVault.make();
        const faulty = new FaultyFiles();
        const vault = await folder.open(faulty.files);
        const kit = await vault.ways.addRecoveryKit(proof);
        await vault.turn((turn) => turn.record(writeNote('before')));
        let reached = false;
        let count = 0;
        faulty.fault = (what) => {
          if (what !== call || reached || ++count < at) return undefined;
          reached = true;
          return 'EIO';
        };
        const done = await change(vault.ways).then(
          () => true,
          () => false,
        );
        faulty.fault = () => undefined;
        await vault.close();
        // The kit opens it whatever became of the passphrase; a change that was answered is there.
        const byKit = await openBy(folder, {
          secret: { kind: 'recovery-kit', bytes: parseRecoveryKit(kit) },
        });
        expect(byKit.quarantine).toBeUndefined();
        expect(await byKit.turn(({ db }) => db.all('SELECT name FROM notes'))).toEqual([{ name: 'before' }]);
        await byKit.turn((turn) => turn.record(writeNote('later')));
        await byKit.ways.addKeychain(
          { secret: { kind: 'recovery-kit', bytes: parseRecoveryKit(kit) } },
          new Uint8Array(32),
        );
        await byKit.close();
        const wayIns = done ? [after] : [proof, NEW];
        const { directory, kdf } = folder.options();
        const tries = wayIns.map((wayIn) => verifyPassphrase({ directory, kdf, ...wayIn }));
        await Promise.any(tries);
        if (!reached) break;
      }
    }
  });
});
