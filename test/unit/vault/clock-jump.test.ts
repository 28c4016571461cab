import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { steadyClock } from '../../../electron/core/steady-clock.ts';
import { type OpenedVault, openVault } from '../../../electron/vault/open-vault.ts';
import { valueForgotten } from '../../../electron/vault/value-changes.ts';
import { type SettableClock, settableClock } from '../../support/settable-clock.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

async function open(folder: TemporaryVault, wall: SettableClock): Promise<OpenedVault> {
  const { ports, ...options } = folder.options();
  const clock = steadyClock(wall);
  const vault = await openVault({ ...options, ports: { ...ports, clock } });
  onTestFinished(() => vault.close());
  clock.notBefore(await vault.turn(({ now }) => now));
  return vault;
}

const write = (vault: OpenedVault, name: string) => vault.turn((turn) => turn.record(writeNote(name)));

/** Closes the segment, by destroying something in it. */
async function closeSegment(vault: OpenedVault): Promise<void> {
  const hash = await vault.turn((turn) => {
    const sealed = turn.sealValue(Buffer.from('gone'), { mount: 'mount', owner: 'gone', version: 1 });
    turn.record(writeNote('gone', sealed));
    return sealed;
  });
  await vault.turn((turn) => turn.record({ ...writeNote('gone'), changes: [valueForgotten.make({ hash })] }));
  await vault.compact();
}

/** Lets the vault do by itself whatever is due. */
async function look(vault: OpenedVault, wall: SettableClock): Promise<void> {
  for (let i = 0; i < 3; i++) {
    wall.advance(11 * 60_000);
    await write(vault, `look ${i}`);
    await vault.snapshot();
    await vault.compact();
  }
}

const segments = async (folder: TemporaryVault) =>
  (await readdir(join(folder.directory, 'ledger'))).filter((name) => name.endsWith('.kwl')).sort();

it('a clock that is a year ahead for some minutes costs nobody a record: not then, not when it is right again, not after a restart', async () => {
  const folder = await TemporaryVault.make();
  folder.limits = { recordAge: 20 * DAY };
  const wall = settableClock();
  let vault = await open(folder, wall);
  await closeSegment(vault);
  wall.advance(DAY);
  await closeSegment(vault);
  wall.advance(DAY);
  const before = await segments(folder);
  expect(before.length).toBeGreaterThan(2);
  const first = before[0];

  wall.setBy(YEAR);
  await look(vault, wall);
  expect(await segments(folder)).toContain(first);
  await closeSegment(vault);
  wall.setBy(-YEAR);
  await look(vault, wall);
  wall.advance(2 * HOUR);
  await look(vault, wall);
  expect(await segments(folder)).toContain(first);
  await vault.close();

  // Opened under a wrong clock, which nobody can know yet.
  wall.setBy(YEAR);
  vault = await open(folder, wall);
  await look(vault, wall);
  expect(await segments(folder)).toContain(first);
  await vault.close();
  wall.setBy(-YEAR);
  vault = await open(folder, wall);
  wall.advance(2 * HOUR);
  await look(vault, wall);
  expect(await segments(folder)).toContain(first);

  // What has really grown old goes.
  wall.advance(30 * DAY);
  await closeSegment(vault);
  await look(vault, wall);
  await look(vault, wall);
  expect(await segments(folder)).not.toContain(first);
});
