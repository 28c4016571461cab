/**
 * The process that make-vault.test.ts kills: makes a vault as `kw init` and sys/init do, and dies by its own hand at the nth change of
 * the disk. Says what it tells (`told …`), and at the end (`made`).
 */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createKeywardenVault } from '../../electron/create-keywarden-vault.ts';
import { asKeywardenError } from '../../shared/errors/keywarden-error.ts';
import { FaultyFiles } from '../unit/vault/faulty-files.ts';
import { CHANGING } from './changing-calls.ts';

const [directory = '', how = '', at = ''] = process.argv.slice(2);
const disk = new FaultyFiles();
let calls = 0;
disk.fault = (call) => {
  if (CHANGING.has(call) && ++calls === Number(at)) process.kill(process.pid, 'SIGKILL');
  return undefined;
};
const ports = {
  clock: { now: () => Date.now(), after: () => () => {} },
  random: (length: number) => new Uint8Array(randomBytes(length)),
  log: () => {},
  files: disk.files,
};
const tell = async (told: unknown) => void writeSync(1, `told ${JSON.stringify(told)}\n`);
try {
  await createKeywardenVault({
    directory,
    ports,
    passphrase: Buffer.from('a passphrase for a crash alone'),
    tell,
    ...(how === 'shares' && {
      async arrange(ways, byKit) {
        await ways.addShares(byKit, { threshold: 2, total: 3 });
        for (const { id, kind } of await ways.list()) {
          if (kind === 'passphrase') await ways.remove(byKit, id, 'not-needed');
        }
      },
    }),
  });
  writeSync(1, `made ${calls}\n`);
} catch (error) {
  writeSync(1, `refused ${asKeywardenError(error).code}\n`);
}
