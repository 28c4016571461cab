import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { dataOf, wireInstant } from '../answer.ts';
import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

const waiting = z.object({
  requests: z.array(z.object({ code: z.string(), program: z.string(), expire_time: wireInstant })),
});

/** As long as it takes to see that another code stands there now. */
const LOOK_MS = 1_000;

/** What `kw login` asks this desktop to approve. */
export function loginsHandlers(desk: Desk): Pick<Handlers, 'logins.list' | 'logins.decide'> {
  const { ask } = desk;
  let decidedAt: number | undefined;
  return {
    'logins.list': async () => {
      const { requests } = dataOf(await ask('read', 'auth/desktop/requests'), waiting);
      return {
        requests: requests.map(({ code, program, expire_time }) => ({
          code,
          program,
          expiresAt: expire_time ?? 0,
        })),
      };
    },
    'logins.decide': async ({ code, approve }) => {
      const now = desk.now();
      const since = decidedAt === undefined ? LOOK_MS : Math.abs(now - decidedAt);
      // The next question takes the place of the answered one: a second click on the first must not approve it.
      if (approve && since < LOOK_MS) {
        throw new KeywardenError('too-many-requests', 'That is another code: compare it first.');
      }
      decidedAt = now;
      await ask('update', 'auth/desktop/decide', { code, approve });
      return {};
    },
  };
}
