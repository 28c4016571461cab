import { z } from 'zod';
import { dataOf } from '../answer.ts';
import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

const waiting = z.object({
  requests: z.array(z.object({ code: z.string(), program: z.string(), expires_at: z.number() })),
});

/** What `kw login` asks this desktop to approve. */
export function loginsHandlers(desk: Desk): Pick<Handlers, 'logins.list' | 'logins.decide'> {
  const { ask } = desk;
  return {
    'logins.list': async () => {
      const { requests } = dataOf(await ask('read', 'sys/keywarden/logins'), waiting);
      return {
        requests: requests.map(({ code, program, expires_at }) => ({ code, program, expiresAt: expires_at })),
      };
    },
    'logins.decide': async ({ code, approve }) => {
      await ask('update', `sys/keywarden/logins/${code}`, { approve });
      return {};
    },
  };
}
