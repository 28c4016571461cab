import { describe, expect, it } from 'vitest';
import { watchLockTriggers } from '../../../electron/platform/lock-triggers.ts';
import { manualClock } from '../../support/manual-clock.ts';

function watching(idleMinutes: number) {
  const clock = manualClock();
  const listeners = new Map<string, () => void>();
  const machine = { idleSeconds: 0 };
  const locked: string[] = [];
  const stop = watchLockTriggers({
    power: {
      on: (event, listener) => listeners.set(event, listener),
      getSystemIdleTime: () => machine.idleSeconds,
    },
    clock,
    idleMinutes: () => idleMinutes,
    lock: (why) => locked.push(why),
  });
  return { clock, listeners, machine, locked, stop };
}

describe('SECURITY(S4) the desktop locks', () => {
  it.each(['suspend', 'lock-screen'])('on %s', (event) => {
    const { listeners, locked } = watching(15);
    listeners.get(event)?.();
    expect(locked).toEqual([event]);
  });

  it('when nobody has touched the machine for as long as was chosen', () => {
    const { clock, machine, locked } = watching(15);
    machine.idleSeconds = 15 * 60 - 1;
    clock.advance(60_000);
    expect(locked).toEqual([]);
    machine.idleSeconds = 15 * 60;
    clock.advance(5_000);
    expect(locked).toEqual(['idle']);
  });

  it('never by idleness when the person has chosen never', () => {
    const { clock, machine, locked } = watching(0);
    machine.idleSeconds = 1_000_000;
    clock.advance(60_000);
    expect(locked).toEqual([]);
  });

  it('no more once it is stopped', () => {
    const { clock, machine, locked, stop } = watching(1);
    stop();
    machine.idleSeconds = 1_000;
    clock.advance(60_000);
    expect(locked).toEqual([]);
  });
});
