import { describe, expect, it } from 'vitest';
import { createTimedClipboard } from '../../../electron/platform/timed-clipboard.ts';
import { manualClock } from '../../support/manual-clock.ts';

function clipboard() {
  const clock = manualClock();
  const system = { text: 'before' };
  const told: (number | null)[] = [];
  const timed = createTimedClipboard(
    {
      readText: async () => system.text,
      writeText: async (text) => {
        system.text = text;
      },
      clear: () => {
        system.text = '';
      },
    },
    clock,
    (clearsAt) => told.push(clearsAt),
  );
  /** Lets the promises behind a timer run. */
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return { clock, system, told, timed, settle };
}

describe('SECURITY(S7) a copied value', () => {
  it('is cleared after its time, and not before', async () => {
    const { clock, system, timed, told, settle } = clipboard();
    const clearsAt = await timed.copy('secret', 30);
    expect(clearsAt).toBe(clock.now() + 30_000);
    clock.advance(29_999);
    await settle();
    expect(system.text).toBe('secret');
    clock.advance(1);
    await settle();
    expect(system.text).toBe('');
    expect(told).toEqual([clearsAt, null]);
    expect(timed.clearsAt()).toBeNull();
  });

  it('is left alone when the person has copied something else since', async () => {
    const { clock, system, timed, settle } = clipboard();
    await timed.copy('secret', 30);
    system.text = 'a shopping list';
    clock.advance(30_000);
    await settle();
    expect(system.text).toBe('a shopping list');
  });

  it('is cleared at once on lock and quit', async () => {
    const { system, timed } = clipboard();
    await timed.copy('secret', 30);
    await timed.clear();
    expect(system.text).toBe('');
  });

  it('starts its time anew when another is copied', async () => {
    const { clock, system, timed, settle } = clipboard();
    await timed.copy('first', 30);
    clock.advance(20_000);
    await timed.copy('second', 30);
    clock.advance(20_000);
    await settle();
    expect(system.text).toBe('second');
    clock.advance(10_000);
    await settle();
    expect(system.text).toBe('');
  });

  it('clears nothing when nothing was copied', async () => {
    const { system, timed } = clipboard();
    await timed.clear();
    expect(system.text).toBe('before');
  });

  it('does not slip past a lock while the system is still writing it', async () => {
    let text = 'before';
    let write = (): void => undefined;
    const timed = createTimedClipboard(
      {
        readText: async () => text,
        writeText: (value) =>
          new Promise((resolve) => {
            write = () => {
              text = value;
              resolve();
            };
          }),
        clear: () => {
          text = '';
        },
      },
      manualClock(),
      () => undefined,
    );
    const copied = timed.copy('secret', 30);
    const locked = timed.clear();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    write();
    await Promise.all([copied, locked]);
    expect(text).toBe('');
  });
});
