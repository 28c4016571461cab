import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { reachesMount } from '../access.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import type { MountRow } from './mount-rows.ts';
import { describeMount, describeToStranger } from './mount-shape.ts';

/** `sys/internal/ui/mounts`: what a client asks to tell KV 1 from KV 2. It shows a mount only to whoever may use something there. */
export function uiMountRoutes(needs: Pick<CoreServices, 'cache'>): readonly Route[] {
  const mayUse = (turn: RequestTurn, mount: string) =>
    turn.identity !== undefined && reachesMount(needs, turn.db, turn.identity, mount);

  const one = handler({
    input: z.object({ path: looseText }),
    decide(turn, { path }): ReplyDecision {
      const mount = needs.cache.mounts(turn.db).find(path);
      if (!mount || !mayUse(turn, mount.path)) {
        throw new KeywardenError(
          'permission-denied',
          `preflight capability check returned 403, please ensure client's policies grant access to path "${path}"`,
        );
      }
      return { kind: 'reply', reply: { data: { ...describeMount(mount), path: mount.path } } };
    },
  });

  const all = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      // A stranger sees what is meant to be seen by anybody, for login pages.
      const visible = needs.cache
        .mounts(turn.db)
        .all.filter(({ path, extras }) => extras.listingVisibility === 'unauth' || mayUse(turn, path));
      const shape = turn.identity === undefined ? describeToStranger : describeMount;
      const group = (isAuth: boolean) =>
        Object.fromEntries(
          visible
            .filter(({ path }) => path.startsWith('auth/') === isAuth)
            .map((mount: MountRow) => [mount.path.slice(isAuth ? 5 : 0), shape(mount)]),
        );
      return { kind: 'reply', reply: { data: { secret: group(false), auth: group(true) } } };
    },
  });

  return [
    {
      pattern: 'internal/ui/mounts',
      help: 'Lists the mounts that the asker can use something of.',
      optionalToken: true,
      operations: { read: all },
    },
    {
      pattern: 'internal/ui/mounts/:path*',
      help: 'Tells which mount serves a path: clients learn the version of KV from it.',
      optionalToken: true,
      operations: { read: one },
    },
  ];
}
