import { expect, it } from 'vitest';
import { createLiveUpdates } from '../../../electron/main/live-updates.ts';
import type { IpcEvent } from '../../../shared/ipc/events.ts';
import { manualClock } from '../../support/manual-clock.ts';

it('the window hears of changes at most ten times a second, each topic once, and of nothing unknown', () => {
  const clock = manualClock();
  const sent: IpcEvent[] = [];
  const changed = createLiveUpdates(clock, (event) => sent.push(event));
  for (let tick = 0; tick < 1000; tick++) {
    changed(['leases', 'tokens', 'an-inner-matter']);
    clock.advance(1);
  }
  expect(sent.length).toBe(10);
  expect(sent[0]).toEqual({ kind: 'changed', topics: ['leases', 'tokens'] });
  clock.advance(1000);
  expect(sent.length).toBe(10);
  changed(['an-inner-matter']);
  clock.advance(1000);
  expect(sent.length).toBe(10);
});
