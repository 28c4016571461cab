import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ValueHash } from '../../electron/vault/vault.ts';
import { TemporaryVault } from '../unit/vault/temporary-vault.ts';

const ROUNDS = Number(process.env['KEYWARDEN_FAULT_ROUNDS'] ?? 5);
/** Kill somewhere within this many acknowledged writes. */
const REACH = 2_000;

let bundle: string;

beforeAll(async () => {
  // Beside the project, so that the bundle finds the native packages.
  bundle = await mkdtemp(join(import.meta.dirname, '..', '..', 'node_modules', '.vault-writer-'));
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'vault-writer.ts'),
      outDir: bundle,
      target: 'node20.18',
      rolldownOptions: { output: { entryFileNames: 'writer.mjs' } },
    },
  });
});
afterAll(() => rm(bundle, { recursive: true, force: true }));

/** Runs the writer until it has acknowledged `killAt` writes, kills it, and tells what it acknowledged in all. */
async function writeUntilKilled(directory: string, round: number, killAt: number): Promise<string[]> {
  const writer = spawn(process.execPath, [join(bundle, 'writer.mjs'), directory, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let lines = 0;
  writer.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    lines += chunk.split('\n').length - 1;
    if (lines >= killAt) writer.kill('SIGKILL');
  });
  const [, signal] = await once(writer, 'close');
  expect(signal).toBe('SIGKILL');
  // What follows the last line break was being written when the process died.
  return text.split('\n').slice(0, -1);
}

describe('a vault whose process is killed among 32 writers', () => {
  it(
    `has every acknowledged write, opens at once, and verifies (${ROUNDS} rounds)`,
    async () => {
      const folder = await TemporaryVault.make();
      const acknowledged: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const killAt = 1 + Math.floor(Math.random() * REACH);
        acknowledged.push(...(await writeUntilKilled(folder.directory, round, killAt)));
        await folder.verify();
      }
      const vault = await folder.open();
      const lost = await vault.turn((turn) =>
        acknowledged.filter((name) => {
          const row = turn.db.get<{ value: ValueHash }>('SELECT value FROM notes WHERE name = ?', name);
          if (!row) return true;
          const value = turn.revealValue(row.value, { mount: 'mount', owner: name, version: 1 });
          return Buffer.from(value).toString() !== `value of ${name}`;
        }),
      );
      expect(lost).toEqual([]);
      process.stdout.write(`${ROUNDS} kills, ${acknowledged.length} acknowledged writes, 0 lost\n`);
      await vault.close();
      expect(await folder.verify()).toMatchObject({ torn: 0 });
    },
    30_000 + ROUNDS * 5_000,
  );
});
