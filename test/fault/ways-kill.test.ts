import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVault } from '../../electron/vault/create-vault.ts';
import { openVault } from '../../electron/vault/open-vault.ts';
import type { WayIn } from '../../electron/vault/way-in.ts';
import { asKeywardenError } from '../../shared/errors/keywarden-error.ts';
import { FaultyFiles } from '../unit/vault/faulty-files.ts';
import { PASSPHRASE } from '../unit/vault/quick-kdf.ts';
import { sampleSchema } from '../unit/vault/sample-schema.ts';
import { TemporaryVault } from '../unit/vault/temporary-vault.ts';
import { type Bundle, bundle } from './bundle.ts';
import { failing } from './changing-calls.ts';
import { CHANGES, changeAndWrite, type Heard, KIT, NEW_PASSPHRASE } from './ways-changes.ts';

const LONG = process.env['KEYWARDEN_FAULT_ROUNDS'] !== undefined;
/** Death within the process comes at every call; a real process is killed at every so manieth. */
const STEP = LONG ? 3 : 43;
/** The short form lets it die at every fifth call. */
const STRIDE = LONG ? 1 : 5;

let parent: string;
let pristine: TemporaryVault;
let changer: Bundle;

/** A vault with a passphrase and a recovery kit. */
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kw-ways-'));
  changer = await bundle('test/fault/ways-changer.ts');
  pristine = new TemporaryVault(join(parent, 'pristine'), sampleSchema);
  await createVault({ ...pristine.options(), recoveryKit: KIT });
});
afterAll(async () => {
  await rm(parent, { recursive: true, force: true });
  await changer.remove();
});

async function copyOf(directory: string, name: string): Promise<TemporaryVault> {
  const folder = new TemporaryVault(join(parent, name), sampleSchema);
  await rm(folder.directory, { recursive: true, force: true });
  await cp(directory, folder.directory, { recursive: true });
  folder.now += 60_000;
  return folder;
}

const OLD: WayIn = { passphrase: PASSPHRASE };
const NEW: WayIn = { passphrase: NEW_PASSPHRASE };
const byKit = (): WayIn => ({ secret: { kind: 'recovery-kit', bytes: KIT } });

/** Opens it and gives the notes; or the code of the refusal. */
async function notesBy(folder: TemporaryVault, wayIn: WayIn): Promise<string[] | string> {
  const { passphrase: _, ...options } = folder.options();
  try {
    const vault = await openVault({ ...options, ...wayIn });
    try {
      expect(vault.quarantine).toBeUndefined();
      return await vault.turn(({ db }) =>
        db.all<{ name: string }>('SELECT name FROM notes').map(({ name }) => name),
      );
    } finally {
      await vault.close();
    }
  } catch (error) {
    return asKeywardenError(error).code;
  }
}

/** Which of the three opens it, each on a copy of its own; all that was acknowledged is behind each one that does. */
async function expectOpens(
  left: TemporaryVault,
  change: (typeof CHANGES)[number],
  heard: Heard,
  what: string,
) {
  await rm(join(left.directory, 'lock'), { force: true });
  const opened: Record<string, boolean> = {};
  for (const [name, wayIn] of [
    ['old', OLD],
    ['new', NEW],
    ['kit', byKit()],
  ] as const) {
    const notes = await notesBy(await copyOf(left.directory, 'tried'), wayIn);
    opened[name] = notes !== 'unlock-failed';
    if (opened[name])
      expect(notes, `${what}, by the ${name} one`).toEqual(expect.arrayContaining(heard.notes));
  }
  const possible = heard.changed ? [change.after] : [change.before, change.after];
  expect(possible, what).toContainEqual(opened);
}

describe.each(CHANGES)('$what, and the process dies', (change) => {
  it('at any call to the disk: the old or the new way in opens it, never none, and nothing acknowledged is lost', async () => {
    let n = 1;
    for (; ; n += STRIDE) {
      const folder = await copyOf(pristine.directory, 'dying');
      const disk = new FaultyFiles();
      const reached = failing(disk, n, Number.POSITIVE_INFINITY, 'EIO');
      const heard: Heard = { changed: false, notes: [] };
      await changeAndWrite(folder.options(disk.files), change.id, heard).catch((error) =>
        expect(asKeywardenError(error).code, String(error)).not.toBe('internal'),
      );
      await expectOpens(await copyOf(folder.directory, 'left'), change, heard, `died at call ${n}`);
      if (!reached()) break;
    }
    process.stdout.write(
      `${change.what}: death at ${Math.ceil(n / STRIDE) - 1} of ${n - 1} calls, a way in is left, 0 lost\n`,
    );
  });

  it('by kill -9: the same', async () => {
    let kills = 0;
    for (let at = 1; ; at += STEP) {
      const folder = await copyOf(pristine.directory, 'killed');
      const { stdout } = await promisify(execFile)(process.execPath, [
        changer.script,
        folder.directory,
        change.id,
        String(at),
      ]).catch((error: { stdout: string }) => error);
      const lines = stdout.split('\n').slice(0, -1);
      const notes = lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
      await expectOpens(folder, change, { changed: lines.includes('changed'), notes }, `killed at ${at}`);
      if (lines.includes('closed')) break;
      kills += 1;
    }
    process.stdout.write(`${change.what}: killed at ${kills} calls, a way in is left, 0 lost\n`);
  });
});
