import { describe, expect, it } from 'vitest';
import type { Ask, Desk } from '../../../electron/ipc/desk.ts';
import { appsHandlers } from '../../../electron/ipc/handlers/apps-handlers.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Envelope } from '../../../shared/model/envelope.ts';

/** A core that knows tokens alone: every third is of the app `billing`. */
function tokens(count: number, refused: string) {
  const accessors = Array.from({ length: count }, (_, number) => `accessor-${number}`);
  const alive = new Set(accessors);
  let together = 0;
  let mostTogether = 0;
  const answer = (data: Record<string, unknown>): Envelope => ({ data }) as unknown as Envelope;
  const ask: Ask = async (_operation, path, data) => {
    together += 1;
    mostTogether = Math.max(mostTogether, together);
    await Promise.resolve();
    together -= 1;
    const accessor = String(data?.['accessor']);
    if (path === 'auth/token/accessors') return answer({ keys: accessors });
    if (path === 'auth/token/lookup-accessor') {
      const app = Number(accessor.split('-')[1]) % 3 === 0 ? 'billing' : 'other';
      return answer({ path: 'auth/approle/login', meta: { role_name: app } });
    }
    if (path === 'auth/token/revoke-accessor') {
      if (accessor === refused) throw new KeywardenError('ledger-unavailable');
      alive.delete(accessor);
    }
    return null;
  };
  return { ask, alive, mostTogether: () => mostTogether };
}

describe('removing an app', () => {
  it('ends each of its tokens, many at a time, and says so when one could not be ended', async () => {
    const { ask, alive, mostTogether } = tokens(3000, 'accessor-3');
    const handlers = appsHandlers({ ask } as unknown as Desk);
    await expect(handlers['apps.remove']({ name: 'Billing' })).rejects.toMatchObject({
      code: 'ledger-unavailable',
    });
    expect(alive.size).toBe(2001);
    expect(alive).toContain('accessor-3');
    expect(mostTogether()).toBeGreaterThan(8);
    expect(mostTogether()).toBeLessThanOrEqual(64);
  });
});
