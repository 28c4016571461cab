import { z } from 'zod';
import { dataOf, wireInstant } from '../answer.ts';
import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

const waiting = z.object({
  requests: z.array(z.object({ code: z.string(), program: z.string(), expire_time: wireInstant })),
});

/** What `kw login` asks this desktop to approve. */
export function loginsHandlers(desk: Desk): Pick<Handlers, 'logins.list' | 'logins.decide'> {
  const { ask } = desk;
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
      await ask('update', 'auth/desktop/decide', { code, approve });
      return {};
    },
  };
}
