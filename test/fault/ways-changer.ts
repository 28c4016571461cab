/** The process that ways-kill.test.ts kills: changes the ways into a vault, and dies by its own hand at the nth change of the disk. */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { FaultyFiles } from '../unit/vault/faulty-files.ts';
import { PASSPHRASE, QUICK_KDF } from '../unit/vault/quick-kdf.ts';
import { sampleSchema } from '../unit/vault/sample-schema.ts';
import { CHANGING } from './changing-calls.ts';
import { changeAndWrite } from './ways-changes.ts';

const [directory = '', id = '', at = ''] = process.argv.slice(2);
const disk = new FaultyFiles();
let calls = 0;
disk.fault = (call) => {
  if (CHANGING.has(call) && ++calls === Number(at)) process.kill(process.pid, 'SIGKILL');
  return undefined;
};
const clock = { now: () => Date.now() };
const ports = { clock, random: randomBytes, files: disk.files, limits: { reserve: 65_536 } };
const options = { directory, passphrase: PASSPHRASE, schema: sampleSchema, ports, kdf: QUICK_KDF };
await changeAndWrite(options, id, { changed: false, notes: [] }, (line) => writeSync(1, `${line}\n`));
