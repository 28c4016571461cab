import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Turn, ValueHash } from '../../electron/vault/vault.ts';
import { TemporaryVault } from '../unit/vault/temporary-vault.ts';
import { type Bundle, bundle } from './bundle.ts';

const ROUNDS = Number(process.env['KEYWARDEN_FAULT_ROUNDS'] ?? 6);
/** Kill somewhere within this many acknowledged changes. */
const REACH = 800;
/** The whole ledger is walked after so many kills, and at the end. */
const WALK_EVERY = 25;

let writer: Bundle;
beforeAll(async () => {
  writer = await bundle('test/fault/vault-writer.ts');
});
afterAll(() => writer.remove());

/** Runs the writer until it has acknowledged `killAt` changes, kills it, and gives what it said. */
async function writeUntilKilled(directory: string, round: number, killAt: number): Promise<string[]> {
  const running = spawn(process.execPath, [writer.script, directory, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let lines = 0;
  running.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    lines += chunk.split('\n').length - 1;
    if (lines >= killAt) running.kill('SIGKILL');
  });
  const [, signal] = await once(running, 'close');
  expect(signal).toBe('SIGKILL');
  // What follows the last line break was being written when the process died.
  return text.split('\n').slice(0, -1);
}

/** What is there of one note: its value, `destroyed`, or undefined. */
function found(turn: Turn, name: string): string | undefined {
  const row = turn.db.get<{ value: ValueHash }>('SELECT value FROM notes WHERE name = ?', name);
  if (!row) return undefined;
  if (!turn.db.get('SELECT 1 FROM vault_values WHERE hash = ?', row.value)) return 'destroyed';
  return Buffer.from(turn.revealValue(row.value, { mount: 'mount', owner: name, version: 1 })).toString();
}

describe('a vault whose process is killed among 32 writers, compaction and snapshots', () => {
  it(
    `has every acknowledged change, opens at once, and verifies (${ROUNDS} rounds)`,
    async () => {
      const folder = await TemporaryVault.make();
      const written = new Set<string>();
      const doomed = new Set<string>();
      const destroyed = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) {
        const killAt = 1 + Math.floor(Math.random() * REACH);
        for (const line of await writeUntilKilled(folder.directory, round, killAt)) {
          const set = { '+': written, '?': doomed, '-': destroyed }[line[0] ?? ''];
          set?.add(line.slice(1));
        }
        if (round % WALK_EVERY === 0) await folder.verify();
      }
      const vault = await folder.open();
      const wrong = await vault.turn((turn) =>
        [...written].filter((name) => {
          const is = found(turn, name);
          if (destroyed.has(name)) return is !== 'destroyed';
          return is !== `value of ${name}` && !(doomed.has(name) && is === 'destroyed');
        }),
      );
      expect(wrong).toEqual([]);
      await vault.compact();
      await vault.close();
      const proof = await folder.verify();
      expect(proof).toMatchObject({ torn: 0 });
      const lingering = new Set((await folder.records()).flatMap(({ attachments }) => attachments)).size;
      const alive = written.size - destroyed.size;
      expect(lingering).toBeLessThanOrEqual(alive + ROUNDS * 33);
      process.stdout.write(
        `vault: ${ROUNDS} kills, ${written.size + destroyed.size} acknowledged changes, 0 lost; ledger trimmed to record ${proof.since}\n`,
      );
    },
    60_000 + ROUNDS * 10_000,
  );
});
