import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CreateVaultOptions, createVault } from '../../electron/vault/create-vault.ts';
import { openVault } from '../../electron/vault/open-vault.ts';
import type { VaultFiles } from '../../electron/vault/ports.ts';
import { restoreBackup } from '../../electron/vault/restore-backup.ts';
import { verifyLedger } from '../../electron/vault/verify-ledger.ts';
import { asKeywardenError } from '../../shared/errors/keywarden-error.ts';
import { FaultyFiles } from '../unit/vault/faulty-files.ts';
import { PASSPHRASE, QUICK_KDF } from '../unit/vault/quick-kdf.ts';
import { sampleSchema, writeNote } from '../unit/vault/sample-schema.ts';
import { TemporaryVault } from '../unit/vault/temporary-vault.ts';
import { type Bundle, bundle } from './bundle.ts';
import { failing } from './changing-calls.ts';

const LONG = process.env['KEYWARDEN_FAULT_ROUNDS'] !== undefined;
/** Faults within the process come at every call; a real process, which takes a second, is killed at every so manieth. */
const STEP = LONG ? 5 : 101;
/** The short form lets every third call fail. */
const STRIDE = LONG ? 1 : 3;
const LIMIT = LONG ? 1_800_000 : 240_000;

let parent: string;
let maker: Bundle;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kw-make-'));
  maker = await bundle('test/fault/vault-maker.ts', { quickKeys: true });
});
afterAll(async () => {
  await rm(parent, { recursive: true, force: true });
  await maker.remove();
});

/** A folder for a vault, without one. */
async function empty(): Promise<TemporaryVault> {
  const folder = new TemporaryVault(join(parent, 'vault'), sampleSchema);
  await rm(folder.directory, { recursive: true, force: true });
  return folder;
}

/** Makes a vault that has two notes from its beginning, written at two openings. */
async function make(folder: TemporaryVault, files?: VaultFiles): Promise<void> {
  const options: CreateVaultOptions = {
    ...folder.options(files),
    async begin(open) {
      for (const name of ['first', 'second']) {
        const vault = await open({ passphrase: PASSPHRASE });
        await vault.turn((turn) => turn.record(writeNote(name))).finally(() => vault.close());
      }
    },
  };
  await createVault(options);
}

let backup: string;
async function restore(folder: TemporaryVault, files?: VaultFiles): Promise<void> {
  if (!backup) {
    const source = new TemporaryVault(join(parent, 'source'), sampleSchema);
    await make(source);
    const vault = await openVault(source.options());
    backup = join(parent, 'backup.kwb');
    await vault.backUp(backup).finally(() => vault.close());
  }
  const { directory, passphrase, kdf, ports } = folder.options();
  await restoreBackup({
    directory,
    passphrase,
    kdf,
    random: ports.random,
    from: backup,
    ...(files && { files }),
  });
}

const tried = (work: () => Promise<void>): Promise<string> =>
  work().then(
    () => 'made',
    (error) => asKeywardenError(error).code,
  );

async function expectWhole(folder: TemporaryVault, what: string): Promise<void> {
  const vault = await openVault(folder.options());
  const names = await vault.turn(({ db }) => db.all('SELECT name FROM notes ORDER BY name'));
  await vault.close();
  expect(names, what).toEqual([{ name: 'first' }, { name: 'second' }]);
  await folder.verify();
}

describe.each([
  ['made', make],
  ['restored', restore],
] as const)('a vault that is being %s', (how, work) => {
  it('whose disk fails once, at any call, is whole, or none at all and can be made at once', async () => {
    let n = 1;
    for (; ; n += STRIDE) {
      const folder = await empty();
      const disk = new FaultyFiles();
      const reached = failing(disk, n, 1, 'EIO');
      const outcome = await tried(() => work(folder, disk.files));
      expect(['made', 'ledger-unavailable'], `call ${n}`).toContain(outcome);
      if (outcome !== 'made') expect(await tried(() => work(folder)), `call ${n}`).toBe('made');
      await expectWhole(folder, `call ${n}`);
      if (!reached()) break;
    }
    process.stdout.write(
      `a vault ${how}: ${Math.ceil(n / STRIDE) - 1} of ${n - 1} calls failed in turn, whole or none\n`,
    );
  });

  it('and that dies at any call is whole, or none at all and can be made at once', async () => {
    let n = 1;
    for (; ; n += STRIDE) {
      const folder = await empty();
      const disk = new FaultyFiles();
      const reached = failing(disk, n, Number.POSITIVE_INFINITY, 'EIO');
      await tried(() => work(folder, disk.files));
      await rm(join(folder.directory, 'lock'), { force: true });
      expect(['made', 'vault-exists'], `call ${n}`).toContain(await tried(() => work(folder)));
      await expectWhole(folder, `call ${n}`);
      if (!reached()) break;
    }
    process.stdout.write(
      `a vault ${how}: death at ${Math.ceil(n / STRIDE) - 1} of ${n - 1} calls, whole or none\n`,
    );
  });
});

describe.each(['passphrase', 'shares'])('kw init or sys/init (%s), killed at any step', (how) => {
  it(
    'leaves a vault whose root token was told, or none: then it is made at once',
    async () => {
      const directory = join(parent, 'killed');
      const run = async (at: number) => {
        const { stdout } = await promisify(execFile)(process.execPath, [
          maker.script,
          directory,
          how,
          String(at),
        ]).catch((error: { stdout: string }) => error);
        return stdout;
      };
      let kills = 0;
      let whole = 0;
      for (let at = 1; ; at += STEP) {
        await rm(directory, { recursive: true, force: true });
        const first = await run(at);
        const second = await run(0);
        if (second.includes('refused')) {
          expect(second, `killed at ${at}`).toBe('refused vault-exists\n');
          expect(first, `killed at ${at}`).toMatch(/^told .*"rootToken":"hvs\./);
          if (!first.includes('made')) whole += 1;
        } else {
          expect(second, `killed at ${at}`).toMatch(/^told .*\nmade \d+\n$/);
        }
        if (how === 'passphrase') {
          const passphrase = Buffer.from('a passphrase for a crash alone');
          const { records } = await verifyLedger({ directory, passphrase, kdf: QUICK_KDF });
          expect(records, `killed at ${at}`).toBeGreaterThan(0);
        }
        if (first.includes('made')) break;
        kills += 1;
      }
      process.stdout.write(
        `init by ${how}: killed at ${kills} steps, ${whole} whole, the others made anew\n`,
      );
    },
    LIMIT,
  );
});
