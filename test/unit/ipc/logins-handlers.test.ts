import { describe, expect, it } from 'vitest';
import type { Desk } from '../../../electron/ipc/desk.ts';
import { loginsHandlers } from '../../../electron/ipc/handlers/logins-handlers.ts';
import { manualClock } from '../../support/manual-clock.ts';

describe('approving what kw login asks', () => {
  it('lets no second click approve the question that takes the place of the first', async () => {
    const clock = manualClock();
    const asked: unknown[] = [];
    const desk = {
      now: () => clock.now(),
      ask: async (_operation: string, _path: string, data: unknown) => {
        asked.push(data);
        return null;
      },
    } as unknown as Desk;
    const decide = loginsHandlers(desk)['logins.decide'];

    await decide({ code: 'MINE', approve: true });
    clock.advance(300);
    await expect(decide({ code: 'THEIRS', approve: true })).rejects.toMatchObject({
      code: 'too-many-requests',
    });
    await decide({ code: 'THEIRS', approve: false });
    clock.advance(1_000);
    await decide({ code: 'NEXT', approve: true });
    expect(asked).toEqual([
      { code: 'MINE', approve: true },
      { code: 'THEIRS', approve: false },
      { code: 'NEXT', approve: true },
    ]);
  });
});
