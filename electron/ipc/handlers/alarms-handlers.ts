import { z } from 'zod';
import { dataOf, wireInstant } from '../answer.ts';
import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

const wraps = z.object({
  wraps: z.array(
    z.object({
      accessor: z.string(),
      creation_path: z.string(),
      creation_time: wireInstant,
      ended_time: wireInstant.nullable(),
      state: z.string(),
      second_uses: z.number(),
    }),
  ),
});
/** Where an app's private half comes from. */
const HAND_OVER = /^auth\/approle\/role\/([^/]+)\/(?:custom-)?secret-id$/;

/** What somebody should look at: a wrapping token that was used is shown again. */
export function alarmsHandlers({ ask, seenAlarms }: Desk): Pick<Handlers, 'alarms.list' | 'alarms.seen'> {
  const usedAgain = async () =>
    dataOf(await ask('read', 'sys/internal/wraps'), wraps).wraps.filter((wrap) => wrap.second_uses > 0);
  return {
    'alarms.list': async () => {
      const found = await usedAgain();
      return {
        alarms: found
          .filter((wrap) => !seenAlarms.has(keyOf(wrap)))
          .map((wrap) => ({
            id: wrap.accessor,
            path: wrap.creation_path,
            app: HAND_OVER.exec(wrap.creation_path)?.[1] ?? null,
            madeAt: wrap.creation_time ?? 0,
            firstUsedAt: wrap.ended_time,
            wasOpened: wrap.state === 'opened',
            secondUses: wrap.second_uses,
          })),
      };
    },
    'alarms.seen': async ({ id }) => {
      const wrap = (await usedAgain()).find(({ accessor }) => accessor === id);
      if (wrap) await seenAlarms.add(keyOf(wrap));
      return {};
    },
  };
}

/** The count is part of it, so that one more use tells it again. */
function keyOf(wrap: { readonly accessor: string; readonly second_uses: number }): string {
  return `${wrap.accessor}/${wrap.second_uses}`;
}
