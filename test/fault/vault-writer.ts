/** The process that vault-kill.test.ts kills: 32 writers on one vault, each acknowledged write on its own line. */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openVault } from '../../electron/vault/open-vault.ts';
import { PASSPHRASE, QUICK_KDF } from '../unit/vault/quick-kdf.ts';
import { sampleSchema, writeNote } from '../unit/vault/sample-schema.ts';

const [directory = '', round = ''] = process.argv.slice(2);
const ports = { clock: { now: () => Date.now() }, random: randomBytes };
const vault = await openVault({
  directory,
  passphrase: PASSPHRASE,
  schema: sampleSchema,
  ports,
  kdf: QUICK_KDF,
});

async function write(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const name = `${round}-${writer}-${i}`;
    const context = { mount: 'mount', owner: name, version: 1 };
    await vault.turn((turn) => {
      turn.record(writeNote(name, turn.sealValue(Buffer.from(`value of ${name}`), context)));
    });
    writeSync(1, `${name}\n`);
  }
}

await Promise.all(Array.from({ length: 32 }, (_, writer) => write(writer)));
