/** The process that vault-kill.test.ts kills: 32 writers on one vault, compaction and snapshots beside them; each acknowledged change on its own line. */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openVault } from '../../electron/vault/open-vault.ts';
import { valueForgotten } from '../../electron/vault/value-changes.ts';
import { PASSPHRASE, QUICK_KDF } from '../unit/vault/quick-kdf.ts';
import { sampleSchema, writeNote } from '../unit/vault/sample-schema.ts';

const [directory = '', round = ''] = process.argv.slice(2);
const ports = {
  clock: { now: () => Date.now() },
  random: randomBytes,
  // Small enough that whole segments leave the ledger while it is being killed.
  limits: { ledgerBytes: 500_000, reserve: 65_536 },
};
const vault = await openVault({
  directory,
  passphrase: PASSPHRASE,
  schema: sampleSchema,
  ports,
  kdf: QUICK_KDF,
});

// A snapshot can authenticate and still hold a state that never was: SQLite itself looks at every page of it.
await vault.turn(({ db }) => {
  const { integrity_check: found } = db.get<{ integrity_check: string }>('PRAGMA integrity_check') ?? {};
  if (found !== 'ok') throw new Error(`the state is broken: ${found}`);
});

async function write(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const name = `${round}-${writer}-${i}`;
    const context = { mount: 'mount', owner: name, version: 1 };
    const hash = await vault.turn((turn) => {
      const sealed = turn.sealValue(Buffer.from(`value of ${name}`), context);
      turn.record(writeNote(name, sealed));
      return sealed;
    });
    writeSync(1, `+${name}\n`);
    if (i % 5 !== 0) continue;
    writeSync(1, `?${name}\n`);
    await vault.turn((turn) => turn.record({ ...writeNote(name), changes: [valueForgotten.make({ hash })] }));
    writeSync(1, `-${name}\n`);
  }
}

async function keepTidy(): Promise<never> {
  for (;;) {
    await vault.compact();
    await vault.snapshot();
  }
}

await Promise.all([keepTidy(), ...Array.from({ length: 32 }, (_, writer) => write(writer))]);
