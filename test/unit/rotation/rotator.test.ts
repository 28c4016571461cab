import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openRotationWorld, type RotationWorld } from './rotation-world.ts';

const HOUR = 3_600_000;
const value = async (world: RotationWorld) => (await world.data('read', 'lock/it'))['value'];
const rest = async () => {
  for (let turns = 0; turns < 30; turns += 1) await setImmediate();
};

async function rotateOnce(world: RotationWorld): Promise<void> {
  await world.ask('update', 'lock/it');
}

describe('a rotation', () => {
  test('goes from step to step, each durable before the next, and ends with the new value alone', async () => {
    const world = await openRotationWorld();
    const seen: string[] = [];
    world.lock.onCall = (call) => {
      const types = world.records.flatMap(({ changes }) => changes.map(({ type }) => type));
      seen.push(`${call} after ${types.at(-1)}`);
    };
    await rotateOnce(world);
    expect(seen).toEqual([
      'create after rotations/started@1',
      'set after rotations/created@1',
      'test after rotations/set@1',
    ]);
    expect(await value(world)).toBe(world.lock.opensFor);
    const row = await world.rotation();
    expect(row).toMatchObject({ state: 'idle', lastResult: 'rotated', proof: ['opens'], secret: null });
    expect(row.dueAt).toBe((row.lastRotatedAt ?? 0) + HOUR);
    await rotateOnce(world);
    expect(await world.sealedValues()).toBe(1);
  });

  test('begins by itself when it is due, and not before', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    const first = world.lock.opensFor;
    world.clock.advance(HOUR - 1000);
    await rest();
    expect(world.lock.opensFor).toBe(first);
    await world.until(({ run, state }) => run === 2 && state === 'idle', 1000);
    expect(world.lock.opensFor).not.toBe(first);
    expect(await value(world)).toBe(world.lock.opensFor);
  });

  test('does not begin because a clock was set forward, and says so; a person may begin it', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    const { id } = await world.rotation();
    world.clock.jump(25 * HOUR);
    world.clock.advance(60_000);
    await rest();
    expect((await world.rotation()).run).toBe(1);
    expect((await world.data('read', `sys/rotations/${id}`))['reason']).toContain('set forward');
    await world.ask('update', `sys/rotations/${id}/rotate`);
    expect(await world.rotation()).toMatchObject({ run: 2, state: 'idle' });
  });

  test('that came due while the machine slept begins when it wakes', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    world.clock.sleep(8 * HOUR);
    await value(world);
    await world.until(({ run, state }) => run === 2 && state === 'idle');
    expect(await value(world)).toBe(world.lock.opensFor);
  });

  test('begins after a jump once that time has really gone by', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    world.clock.jump(25 * HOUR);
    await world.until(({ run, state }) => run === 2 && state === 'idle', 30_000);
    expect(world.clock.elapsed?.()).toBeLessThan(1_767_225_600_000 + HOUR);
  });

  test('begins an hour after a right correction of the clock, and needs no restart for it', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    world.clock.jump(25 * HOUR);
    // A day after the last time: the hour that really passes does not make it due.
    await world.ask('update', 'lock/it', {
      policy: { period: 24 * 3600, jitter: 0, schedule: '', window: 0 },
    });
    world.clock.advance(HOUR - 60_000);
    await rest();
    expect((await world.rotation()).run).toBe(1);
    await world.until(({ run, state }) => run === 2 && state === 'idle', 30_000);
    expect(await value(world)).toBe(world.lock.opensFor);
    const { dueAt } = await world.rotation();
    expect(dueAt).toBeLessThanOrEqual(world.clock.now() + 24 * HOUR);
  });

  test('is tried for as long as it takes, with its reason and next try shown', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    const { id } = await world.rotation();
    world.lock.down = 'no route to the lock';
    const asked = world.ask('update', `sys/rotations/${id}/rotate`).catch((error: Error) => error.message);
    await world.until(({ reason }) => reason !== null);
    for (let seconds = 0; seconds < 6; seconds += 1) {
      world.clock.advance(1000);
      await rest();
    }
    expect(await asked).toBe('not rotated: no route to the lock');
    const shown = await world.data('read', `sys/rotations/${id}`);
    expect(shown).toMatchObject({ state: 'creating', reason: 'no route to the lock' });
    expect(Date.parse(String(shown['next_try']))).toBeGreaterThan(0);
    world.clock.advance(HOUR);
    await rest();
    expect((await world.rotation()).state).toBe('creating');
    world.lock.down = undefined;
    await world.until(({ state }) => state === 'idle', 1000);
    expect(await value(world)).toBe(world.lock.opensFor);
  });

  test('gives a reader what opens the lock now, at every moment of it', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    const reads: Promise<[unknown, string]>[] = [];
    world.lock.onCall = (call) => {
      const opensNow = world.lock.opensFor;
      if (call !== 'set') reads.push(value(world).then((got) => [got, opensNow]));
    };
    await world.ask('update', `sys/rotations/${(await world.rotation()).id}/rotate`);
    for (const [got, opened] of await Promise.all(reads)) expect(got).toBe(opened);
    expect(reads.length).toBeGreaterThan(1);
  });

  test('puts the old value back when the new one is refused again and again', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    const before = world.lock.opensFor;
    world.lock.refuses = true;
    const { id } = await world.rotation();
    const asked = world.ask('update', `sys/rotations/${id}/rotate`).catch((error: Error) => error.message);
    const row = await world.until(({ state, run }) => run === 2 && state === 'idle', 1000);
    expect(await asked).toMatch(/^not rotated: /);
    expect(row).toMatchObject({ lastResult: 'reverted', lastReason: 'does not open', secret: null });
    expect(world.lock.opensFor).toBe(before);
    expect(await value(world)).toBe(before);
    expect(await world.sealedValues()).toBe(1);
    world.lock.refuses = false;
    await world.until(({ lastResult }) => lastResult === 'rotated', 60_000);
    expect(await value(world)).toBe(world.lock.opensFor);
  });

  test('begins no run while it is paused, and does again when it is resumed', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    const { id } = await world.rotation();
    await world.ask('update', `sys/rotations/${id}/pause`);
    for (let minutes = 0; minutes < 120; minutes += 1) world.clock.advance(60_000);
    await rest();
    expect((await world.rotation()).run).toBe(1);
    await world.ask('update', `sys/rotations/${id}/resume`);
    await world.until(({ run, state }) => run === 2 && state === 'idle', 60_000);
  });

  test('is due next by the policy that was written while it ran', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    const { id } = await world.rotation();
    const policy = { period: 60, jitter: 0, schedule: '', window: 0 };
    let written: Promise<unknown> | undefined;
    world.lock.onCall = (call) => {
      if (call === 'test') written = world.ask('update', 'lock/it', { policy });
    };
    await world.ask('update', `sys/rotations/${id}/rotate`);
    await written;
    const row = await world.rotation();
    expect(row).toMatchObject({ run: 2, state: 'idle', policy });
    expect(row.dueAt).toBe((row.lastRotatedAt ?? 0) + 60_000);
  });

  test('waits for a person where only a person can rotate', async () => {
    const world = await openRotationWorld({ overlaps: false, asks: 'turn the dial' });
    const refused = await world.ask('update', 'lock/it').catch((error: Error) => error.message);
    expect(refused).toBe('not rotated: turn the dial');
    expect(await world.rotation()).toMatchObject({ state: 'asking', reason: 'turn the dial' });
    await world.restart();
    expect(world.lock.calls).toEqual([]);
  });

  test('goes with its mount, and what it had sealed too', async () => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    const { id } = await world.rotation();
    world.lock.onCall = (call) => {
      if (call === 'set') world.lock.down = 'down';
    };
    const asked = world.ask('update', `sys/rotations/${id}/rotate`).catch((error: Error) => error.message);
    await world.until(({ state, attempts }) => state === 'setting' && attempts > 0);
    await world.ask('delete', 'sys/mounts/lock');
    world.clock.advance(5000);
    await rest();
    expect(await asked).toContain('not rotated');
    await expect(world.ask('list', 'sys/rotations')).rejects.toThrow();
    // The engine's own value is the engine's to forget; the one of the run is gone.
    expect(await world.sealedValues()).toBe(1);
  });
});

describe('two values that overlap', () => {
  test('the former is retired when nobody was seen using it for a while', async () => {
    const world = await openRotationWorld({ overlaps: true });
    await rotateOnce(world);
    world.lock.usedBy = 'one session';
    expect((await world.until(({ reason }) => reason === 'one session', 1000)).state).toBe('retiring');
    expect(world.lock.former).toBe('the first');
    world.lock.usedBy = undefined;
    const quietFrom = world.clock.now();
    const { proof } = await world.until(({ state }) => state === 'idle', 500);
    expect(proof).toEqual(['opens', 'nobody was seen using the former value', 'closed']);
    expect(world.lock.former).toBeUndefined();
    expect(world.clock.now() - quietFrom).toBeGreaterThanOrEqual(10_000);
  });

  test('the former is retired at its deadline whoever uses it', async () => {
    const world = await openRotationWorld({ overlaps: true });
    await rotateOnce(world);
    const from = world.clock.now();
    world.lock.usedBy = 'a session that never ends';
    const { proof } = await world.until(({ state }) => state === 'idle', 5000);
    expect(proof).toEqual(['opens', 'the deadline of the former value had come', 'closed']);
    expect(world.clock.now() - from).toBeGreaterThanOrEqual(600_000);
    expect(world.lock.former).toBeUndefined();
  });

  test('a run that is asked for meanwhile begins when the former is retired', async () => {
    const world = await openRotationWorld({ overlaps: true });
    await rotateOnce(world);
    world.lock.usedBy = 'one session';
    await world.until(({ reason }) => reason === 'one session', 1000);
    const { id } = await world.rotation();
    const asked = world.ask('update', `sys/rotations/${id}/rotate`).catch((error: Error) => error.message);
    await world.until(({ wanted }) => wanted);
    for (let seconds = 0; seconds < 6; seconds += 1) {
      world.clock.advance(1000);
      await rest();
    }
    expect(await asked).toContain('not rotated');
    world.lock.usedBy = undefined;
    await world.until(({ run, state }) => run === 2 && state === 'retiring', 1000);
    expect(await value(world)).toBe(world.lock.opensFor);
  });

  test('a run that is asked for while the former is being retired begins right after it', async () => {
    const world = await openRotationWorld({ overlaps: true });
    await rotateOnce(world);
    const { id } = await world.rotation();
    let asked: Promise<unknown> | undefined;
    world.lock.onCall = (call) => {
      if (call === 'retire') asked ??= world.ask('update', `sys/rotations/${id}/rotate`);
    };
    await world.until(({ run, state }) => run === 2 && state === 'retiring', 1000);
    await asked;
    expect(await value(world)).toBe(world.lock.opensFor);
  });
});

describe('a crash', () => {
  const BOUNDARIES = ['create', 'set', 'test'] as const;
  test.each(
    BOUNDARIES.flatMap(
      (step) =>
        [
          [step, 'before'],
          [step, 'after'],
        ] as const,
    ),
  )('at %s, %s its effect: goes on from there and ends with one valid current value', async (step, when) => {
    const world = await openRotationWorld();
    await rotateOnce(world);
    const { id } = await world.rotation();
    // From here on the process is dead: nothing that comes of the effect is recorded.
    const dead = new Error('killed');
    let killed = false;
    world.lock.onCall = (call) => {
      if (call !== step || killed) return;
      killed = true;
      world.kill();
      if (when === 'before') throw dead;
    };
    const asked = world.ask('update', `sys/rotations/${id}/rotate`).catch(() => undefined);
    for (let looks = 0; looks < 200 && !killed; looks += 1) await setImmediate();
    expect(killed).toBe(true);
    world.lock.onCall = () => {};
    await world.restart();
    await world.until(({ state }) => state === 'idle', 1000);
    await asked;
    expect(await world.rotation()).toMatchObject({ run: 2, lastResult: 'rotated' });
    expect(await value(world)).toBe(world.lock.opensFor);
    expect(await world.sealedValues()).toBe(1);
  });
});
