import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVault } from '../../electron/vault/create-vault.ts';
import { openVault } from '../../electron/vault/open-vault.ts';
import { asKeywardenError } from '../../shared/errors/keywarden-error.ts';
import { sampleSchema, writeNote } from '../unit/vault/sample-schema.ts';
import { TemporaryVault } from '../unit/vault/temporary-vault.ts';

/** The long form (any number of rounds) tries every byte; the short one every 23rd. */
const STEP = process.env['KEYWARDEN_FAULT_ROUNDS'] ? 1 : 23;

/** The long form opens the vault some ten thousand times. */
const LIMIT = STEP === 1 ? 1_800_000 : 120_000;

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const REFUSALS = new Set(['vault-damaged', 'vault-newer', 'vault-missing']);

let parent: string;
let pristine: TemporaryVault;
let files: { readonly path: string; readonly bytes: Buffer }[];

/** Three openings: two snapshots, and a tail that no snapshot covers. */
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kw-files-'));
  pristine = new TemporaryVault(join(parent, 'pristine'), sampleSchema);
  await createVault(pristine.options());
  for (const [at, name] of NAMES.entries()) {
    const vault = await openVault(pristine.options());
    await vault.turn((turn) => turn.record(writeNote(name)));
    if (at === NAMES.length - 1) {
      const filter = (source: string) => !source.endsWith('.new');
      await cp(pristine.directory, join(parent, 'killed'), { recursive: true, filter });
    }
    await vault.close();
  }
  pristine = new TemporaryVault(join(parent, 'killed'), sampleSchema);
  await rm(join(pristine.directory, 'lock'));
  const names = await readdir(pristine.directory, { recursive: true });
  const found = names.filter((name) => /\.kw[hls]$/.test(name));
  files = await Promise.all(
    found.map(async (path) => ({ path, bytes: await readFile(join(pristine.directory, path)) })),
  );
});
afterAll(() => rm(parent, { recursive: true, force: true }));

/** Opens a copy with one file replaced: the names that are there, or the code of the refusal. */
async function openWith(path: string, bytes: Uint8Array | undefined): Promise<string[] | string> {
  const folder = new TemporaryVault(join(parent, 'tried'), sampleSchema);
  await cp(pristine.directory, folder.directory, { recursive: true });
  try {
    if (bytes) await writeFile(join(folder.directory, path), bytes);
    else await rm(join(folder.directory, path));
    const vault = await openVault(folder.options());
    try {
      return await vault.turn(({ db }) =>
        db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map(({ name }) => name),
      );
    } finally {
      await vault.close();
    }
  } catch (error) {
    return asKeywardenError(error).code;
  } finally {
    await rm(folder.directory, { recursive: true, force: true });
  }
}

/** A change that nobody could have noticed is the one thing that must not come of it. */
function expectTypedOr(outcome: string[] | string, allowed: readonly string[][], what: string): void {
  if (typeof outcome === 'string') expect(REFUSALS, `${what}: ${outcome}`).toContain(outcome);
  else expect(allowed, what).toContainEqual(outcome);
}

describe('a vault with one file changed', () => {
  it('is a small vault as a killed process leaves it', async () => {
    expect(files.map(({ path }) => path.slice(-4)).sort()).toEqual(['.kwh', '.kwl', '.kws', '.kws']);
    expect(await openWith('vault.kwh', files.find(({ path }) => path === 'vault.kwh')?.bytes)).toEqual(NAMES);
  });

  it(
    'with any byte flipped is refused with a typed error, or opens with all that was acknowledged',
    async () => {
      for (const { path, bytes } of files) {
        for (let at = 0; at < bytes.length; at += path.endsWith('.kws') ? STEP * 17 : STEP) {
          const outcome = await openWith(path, bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 8))));
          expectTypedOr(outcome, [NAMES], `${path} byte ${at}`);
        }
      }
    },
    LIMIT,
  );

  it(
    'cut at any byte is refused, or opens without the one write that was not finished',
    async () => {
      for (const { path, bytes } of files) {
        for (let length = 0; length < bytes.length; length += path.endsWith('.kws') ? STEP * 17 : STEP) {
          const outcome = await openWith(path, bytes.subarray(0, length));
          // The last write was acknowledged here; but a cut file looks exactly as if the process had died within it.
          const allowed = path.endsWith('.kwl') ? [NAMES, NAMES.slice(0, -1)] : [NAMES];
          expectTypedOr(outcome, allowed, `${path} cut to ${length}`);
        }
      }
    },
    LIMIT,
  );

  it('missing is refused, or opens with all that was acknowledged', async () => {
    for (const { path } of files) expectTypedOr(await openWith(path, undefined), [NAMES], `${path} missing`);
  });
});
