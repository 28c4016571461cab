/** What the vault costs by itself: opening, durable writes beside their floor, reads, snapshots, bytes on disk, and whether it blocks. */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Vault } from '../../electron/vault/vault.ts';
import { type Figures, measure, median } from './support/load.ts';
import { printFigures } from './support/print-figures.ts';
import {
  destroySecrets,
  fillSecrets,
  makeSecretsVault,
  openSecretsVault,
  readSecret,
  secretPath,
  throwAwayFolder,
  writeSecret,
} from './support/secrets-vault.ts';

const SIZES = [1_000, 10_000, 100_000];
const ROUNDS = 5;
const MILLISECONDS = 1_500;

const say = (what: string, figure: string) => process.stdout.write(`${what.padEnd(52)} ${figure}\n`);
const middle = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** MiB that this process had at most; its parent's do not count. */
function peakMemory(): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) / 1024;
}

/** Run as a process of its own, so that its peak memory is its own: prints milliseconds and the peak in MiB. */
async function openOnce(directory: string): Promise<void> {
  const before = peakMemory();
  const started = performance.now();
  const vault = await openSecretsVault(directory);
  const took = performance.now() - started;
  process.stdout.write(JSON.stringify({ took, peak: peakMemory(), before }));
  await vault.close();
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function openings(directory: string, rounds: number): { took: number; peak: number; before: number } {
  const runs = Array.from({ length: rounds }, () => {
    const said = execFileSync(process.execPath, [process.argv[1] ?? '', 'open', directory]).toString();
    return JSON.parse(said) as { took: number; peak: number; before: number };
  });
  return {
    took: middle(runs.map(({ took }) => took)),
    peak: middle(runs.map(({ peak }) => peak)),
    before: middle(runs.map(({ before }) => before)),
  };
}

/** The floor of a durable write: the same bytes, one write and one fdatasync, nothing else. */
async function bareWrites(path: string, bytes: number): Promise<Figures> {
  const file = await open(path, 'w');
  const buffer = Buffer.alloc(bytes, 7);
  let position = 0;
  try {
    return await measure(1, MILLISECONDS, async () => {
      await file.write(buffer, 0, bytes, position);
      await file.datasync();
      position += bytes;
    });
  } finally {
    await file.close();
  }
}

const scaled = ({ perSecond, p50, p99 }: Figures, by: number): Figures => ({
  perSecond: perSecond * by,
  p50,
  p99,
});

/**
 * Writers beside two floors of the same run: a bare write and fdatasync of each record's bytes, and of each batch's bytes.
 * The first is what durable writes cost without group commit; the second leaves a record the time in which a disk takes it.
 */
async function writes(vault: Vault, directory: string, lanes: number): Promise<void> {
  const ours: Figures[] = [];
  const floor: Figures[] = [];
  const batchFloor: Figures[] = [];
  let number = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let batches = 0;
    const stop = vault.watch(() => batches++);
    const before = { bytes: bytesIn(join(directory, 'ledger')), sequence: vault.head().sequence };
    ours.push(await measure(lanes, MILLISECONDS, () => writeSecret(vault, `bench/${lanes}-${number++}`)));
    stop();
    const records = vault.head().sequence - before.sequence;
    const perBatch = records / batches;
    const bytes = (bytesIn(join(directory, 'ledger')) - before.bytes) / batches;
    const path = join(directory, '..', 'floor');
    floor.push(await bareWrites(path, Math.round(bytes / perBatch)));
    batchFloor.push(scaled(await bareWrites(path, Math.round(bytes)), perBatch));
    if (round === 0)
      say(
        `  ${lanes} writers: records a batch, bytes a record`,
        `${perBatch.toFixed(1)}, ${(bytes / perBatch).toFixed(0)}`,
      );
  }
  const what = `durable writes, ${lanes} writer${lanes > 1 ? 's' : ''}`;
  printFigures(`${what}; floor: each record synced`, median(ours), median(floor));
  if (lanes > 1) printFigures(`${what}; floor: each batch synced`, median(ours), median(batchFloor));
}

async function reads(vault: Vault, secrets: number): Promise<number> {
  const runs: Figures[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    runs.push(
      await measure(1, MILLISECONDS / 3, async () => {
        await readSecret(vault, secretPath(Math.floor(Math.random() * secrets)));
      }),
    );
  }
  const { p50, p99, perSecond } = median(runs);
  const mean = 1e6 / perSecond;
  say(
    `read at ${secrets} secrets`,
    `mean ${mean.toFixed(1)} us   p50 ${(p50 * 1000).toFixed(0)} us   p99 ${(p99 * 1000).toFixed(0)} us`,
  );
  return mean;
}

/** 64 clients write, and something long goes on meanwhile: does anybody notice? */
async function delay(
  vault: Vault,
  secrets: number,
  what: string,
  work: (() => Promise<unknown>) | undefined,
): Promise<void> {
  const p99s: number[] = [];
  const worst: number[] = [];
  const snapshots: number[] = [];
  for (let round = 0; round < 3; round++) {
    let stop = false;
    let number = 0;
    const writers = Array.from({ length: 64 }, async () => {
      while (!stop) await writeSecret(vault, `delay/${what}-${secrets}-${round}-${number++}`);
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    const started = performance.now();
    await work?.();
    snapshots.push(performance.now() - started);
    const left = 1_500 - (performance.now() - started);
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    histogram.disable();
    stop = true;
    await Promise.all(writers);
    p99s.push(histogram.percentile(99) / 1e6);
    worst.push(histogram.max / 1e6);
  }
  say(
    `64 writers${what} at ${secrets} secrets`,
    `event-loop delay p99 ${middle(p99s).toFixed(1)} ms (worst ${Math.max(...worst).toFixed(1)} ms), ${work ? `it took ${middle(snapshots).toFixed(0)} ms` : 'nothing else going on'}`,
  );
}

async function audit(vault: Vault, secrets: number): Promise<void> {
  const ask = async () => {
    const started = performance.now();
    await vault.readRecords({ pathPrefix: `secret/data/${secretPath(Math.floor(Math.random() * secrets))}` });
    return performance.now() - started;
  };
  await ask();
  const took = [];
  for (let i = 0; i < 20; i++) took.push(await ask());
  say(`audit of one path at ${vault.head().sequence} records`, `${middle(took).toFixed(1)} ms`);
}

async function main(): Promise<void> {
  const root = throwAwayFolder();
  const means: number[] = [];
  for (const size of SIZES) {
    const directory = join(root, `vault-${size}`);
    await makeSecretsVault(directory);
    const filling = await openSecretsVault(directory);
    await fillSecrets(filling, 0, size);
    const killed = join(root, `killed-${size}`);
    cpSync(directory, killed, { recursive: true, filter: (source) => !source.endsWith('/lock') });
    const closing = performance.now();
    await filling.close();
    say(`closing with a snapshot at ${size} secrets`, `${(performance.now() - closing).toFixed(0)} ms`);
    say(
      `bytes a secret at ${size}: ledger, snapshot`,
      `${(bytesIn(join(directory, 'ledger')) / size).toFixed(0)}, ${(Math.max(...readdirSync(join(directory, 'snapshots')).map((name) => statSync(join(directory, 'snapshots', name)).size)) / size).toFixed(0)}`,
    );
    const { took, peak, before } = openings(directory, ROUNDS);
    say(
      `open at ${size} secrets, past the key derivation`,
      `${took.toFixed(0)} ms, peak memory ${peak.toFixed(0)} MiB (${(peak - before).toFixed(0)} above an idle process)`,
    );
    const crashed = openings(killed, 1);
    say(
      `  first opening after a kill, tail and all`,
      `${crashed.took.toFixed(0)} ms, peak ${crashed.peak.toFixed(0)} MiB`,
    );
    const vault = await openSecretsVault(directory);
    means.push(await reads(vault, size));
    await delay(vault, size, '', undefined);
    await delay(vault, size, ' and a snapshot', () => vault.snapshot());
    await delay(vault, size, ' and a compaction', async () => {
      await destroySecrets(vault, 200);
      await vault.compact();
    });
    await delay(vault, size, ' and an audit query', () =>
      vault.readRecords({ pathPrefix: 'secret/data/team-07/service-1', operation: 'update', limit: 1_000 }),
    );
    await audit(vault, size);
    if (size === 1_000) {
      await writes(vault, directory, 1);
      await writes(vault, directory, 64);
    }
    await vault.close();
  }
  say('reads, 100k over 1k', `${((means[2] ?? 0) / (means[0] ?? 1)).toFixed(2)} times`);
}

const [task, directory] = process.argv.slice(2);
if (task === 'open') await openOnce(directory ?? '');
else await main();
