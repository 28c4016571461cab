import { describe, expect, it } from 'vitest';
import { createHeldValues } from '../../../electron/ipc/held-values.ts';
import { manualClock } from '../../support/manual-clock.ts';

function held() {
  const clock = manualClock();
  let next = 0;
  const random = (length: number) => new Uint8Array(length).fill(++next);
  return { clock, values: createHeldValues({ clock, random }) };
}

describe('what is shown once', () => {
  it('is found under its handle, and under no other kind', () => {
    const { values } = held();
    const handle = values.hold('keycard', { password: 'p' });
    expect(handle).toMatch(/^[a-f0-9]{32}$/);
    expect(values.reveal('keycard', handle)).toEqual({ password: 'p' });
    expect(() => values.reveal('hand-over', handle)).toThrow(/shown once/);
  });

  it('is gone after five minutes', () => {
    const { values, clock } = held();
    const handle = values.hold('keycard', { password: 'p' });
    clock.advance(299_999);
    expect(values.reveal('keycard', handle)).toEqual({ password: 'p' });
    clock.advance(1);
    expect(() => values.reveal('keycard', handle)).toThrow(/shown once/);
  });

  it('is gone when its dialog is closed, and nothing else with it', () => {
    const { values } = held();
    const [closed, other] = [
      values.hold('keycard', { password: 'p' }),
      values.hold('keycard', { password: 'q' }),
    ];
    values.forget(closed);
    values.forget(closed);
    expect(() => values.reveal('keycard', closed)).toThrow(/shown once/);
    expect(values.reveal('keycard', other)).toEqual({ password: 'q' });
  });

  it('is gone when all is forgotten, as on lock', () => {
    const { values } = held();
    const handles = [values.hold('keycard', { password: 'p' }), values.hold('hand-over', { id: 'i' })];
    values.forgetAll();
    for (const handle of handles) expect(() => values.reveal('keycard', handle)).toThrow(/shown once/);
  });
});
