import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openVault } from '../../electron/vault/open-vault.ts';
import { verifyBackup } from '../../electron/vault/restore-backup.ts';
import { readSnapshot } from '../../electron/vault/snapshot-files.ts';
import { asKeywardenError } from '../../shared/errors/keywarden-error.ts';
import { PASSPHRASE, QUICK_KDF } from '../unit/vault/quick-kdf.ts';
import { sampleSchema } from '../unit/vault/sample-schema.ts';
import { TemporaryVault } from '../unit/vault/temporary-vault.ts';
import { makeSmallVault, NAMES, type SmallVault, withBytes } from './small-vault.ts';

/** The long form (any number of rounds) tries every byte; the short one every so manieth. */
const STEP = process.env['KEYWARDEN_FAULT_ROUNDS'] ? 1 : 83;

/** The long form opens the vault some ten thousand times. */
const LIMIT = STEP === 1 ? 3_600_000 : 240_000;

const REFUSALS = new Set(['vault-damaged', 'vault-newer', 'vault-missing']);

let parent: string;
let vault: SmallVault;
/** What an opening finds where nothing was changed. */
let whole: Found;
/** And where the last write is torn. */
let torn: Found;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kw-files-'));
  vault = await makeSmallVault(parent);
  whole = (await openWith('', undefined)) as Found;
  torn = {
    names: whole.names.filter((name) => name !== 'f'),
    audit: whole.audit.filter((path) => path !== 'note/f'),
  };
});
afterAll(() => rm(parent, { recursive: true, force: true }));

/** What the state and the audit say. */
interface Found {
  readonly names: readonly string[];
  readonly audit: readonly string[];
}

/** Opens a copy with one file replaced: what is there, or the code of the refusal. */
async function openWith(path: string, bytes: Uint8Array | 'missing' | undefined): Promise<Found | string> {
  const folder = new TemporaryVault(join(parent, 'tried'), sampleSchema);
  folder.now = vault.folder.now;
  folder.limits = vault.folder.limits;
  await cp(vault.folder.directory, folder.directory, { recursive: true });
  try {
    if (bytes === 'missing') await rm(join(folder.directory, path));
    else if (bytes) await writeFile(join(folder.directory, path), bytes);
    const opened = await openVault(folder.options());
    try {
      const names = await opened.turn(({ db }) =>
        db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map(({ name }) => name),
      );
      const { records } = await opened.readRecords({ pathPrefix: 'note/', limit: 1000 });
      return { names, audit: records.map((record) => record.path) };
    } finally {
      await opened.close();
    }
  } catch (error) {
    return asKeywardenError(error).code;
  } finally {
    await rm(folder.directory, { recursive: true, force: true });
  }
}

/** A change that nobody could have noticed is the one thing that must not come of it. */
function expectTypedOr(outcome: Found | string, allowed: readonly Found[], what: string): void {
  if (typeof outcome === 'string') expect(REFUSALS, `${what}: ${outcome}`).toContain(outcome);
  else expect(allowed, what).toContainEqual(outcome);
}

const flipped = (bytes: Buffer, at: number) => bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 8)));

/** A snapshot is large, and passed over for the one before it where it does not open: opened with every so manieth byte changed. */
const stepOf = (path: string) => (path.endsWith('.kws') ? STEP * 97 : STEP);

describe('a vault with one file changed', () => {
  it('is a small vault as a killed process leaves it, with one of every file that there is', () => {
    const kinds = new Set(vault.files.map(({ path }) => path.slice(-4)));
    expect([...kinds].sort()).toEqual(['.kwc', '.kwh', '.kwl', '.kws', '.kwx']);
    expect(whole.names.filter((name) => name !== 'gone')).toEqual(NAMES);
    expect(whole.audit).toContain('note/f');
    expect(whole.audit).not.toContain('note/a');
  });

  it(
    'with any byte flipped is refused with a typed error, or opens with all that was acknowledged',
    async () => {
      let tries = 0;
      for (const { path, bytes } of vault.files) {
        for (let at = 0; at < bytes.length; at += stepOf(path)) {
          expectTypedOr(await openWith(path, flipped(bytes, at)), [whole], `${path} byte ${at}`);
          tries += 1;
        }
      }
      process.stdout.write(`vault files: ${tries} openings with a byte flipped, 0 silently wrong\n`);
    },
    LIMIT,
  );

  it(
    'cut at any byte is refused, or opens without the one write that was not finished',
    async () => {
      let tries = 0;
      for (const { path, bytes } of vault.files) {
        for (let length = 0; length < bytes.length; length += stepOf(path)) {
          const outcome = await openWith(path, bytes.subarray(0, length));
          // The last write was acknowledged here; but a cut file looks exactly as if the process had died within it.
          const allowed = path.endsWith('.kwl') ? [whole, torn] : [whole];
          expectTypedOr(outcome, allowed, `${path} cut to ${length}`);
          tries += 1;
        }
      }
      process.stdout.write(`vault files: ${tries} openings of a file cut short, 0 silently wrong\n`);
    },
    LIMIT,
  );

  it('missing is refused, or opens with all that was acknowledged', async () => {
    for (const { path } of vault.files) {
      expectTypedOr(await openWith(path, 'missing'), [whole], `${path} missing`);
    }
  });
});

/** Every byte of the large files, read as they are when the vault opens. */
describe.each(['a snapshot', 'a backup'])('%s', (which) => {
  const damage = async (bytes: Buffer, path: string) => {
    if (which === 'a backup') {
      const from = join(parent, 'backup.kwb');
      await verifyBackup({ from, files: withBytes(from, bytes), passphrase: PASSPHRASE, kdf: QUICK_KDF });
      return;
    }
    const unlocked = await folderOfSnapshots(bytes, path);
    await readSnapshot(unlocked, Number(path.slice(-20, -4)));
  };
  let keys: Awaited<ReturnType<TemporaryVault['unlock']>>;
  const folderOfSnapshots = async (bytes: Buffer, path: string) => {
    keys ??= await vault.folder.unlock();
    const folder = join(vault.folder.directory, 'snapshots');
    return { ...keys, folder, files: withBytes(join(vault.folder.directory, path), bytes) };
  };
  const files = () =>
    which === 'a backup'
      ? [{ path: 'backup.kwb', bytes: vault.backup }]
      : vault.files.filter(({ path }) => path.endsWith('.kws')).slice(-1);

  it(
    'opens, and with any byte flipped, cut to any length, or with anything behind its end it does not',
    async () => {
      let tries = 0;
      const step = STEP === 1 ? 1 : which === 'a backup' ? 601 : 997;
      for (const { path, bytes } of files()) {
        await damage(bytes, path);
        const refused = async (changed: Buffer, what: string) => {
          tries += 1;
          const code = await damage(changed, path).then(
            () => 'opened',
            (error: unknown) => asKeywardenError(error).code,
          );
          // A hundred thousand assertions would be kept in memory.
          if (!REFUSALS.has(code) && code !== 'unlock-failed')
            expect(code, `${path} ${what}`).toBe('refused');
        };
        for (let at = 0; at < bytes.length; at += step) {
          await refused(Buffer.from(flipped(bytes, at)), `byte ${at}`);
          await refused(bytes.subarray(0, at), `cut to ${at}`);
        }
        await refused(Buffer.concat([bytes, Buffer.alloc(1)]), 'continued');
      }
      process.stdout.write(`${which}: ${tries} changes, each refused\n`);
    },
    LIMIT,
  );
});
