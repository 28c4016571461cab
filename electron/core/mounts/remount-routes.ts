import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText } from '../fields.ts';
import { randomUuid } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import { mountMoved, mountPathsMoved } from './mount-changes.ts';
import { checkFree } from './mount-routes.ts';
import { BUILT_IN_PATHS } from './new-mount.ts';

/** Moves whose state can still be asked for. */
const REMEMBERED = 100;

/**
 * `sys/remount`: a mount goes to another path, at once. Its secrets, leases and tokens go with it: they are bound to the
 * mount itself, never to its path. What policies say of paths stays where it was.
 */
export function remountRoutes({ cache }: Pick<CoreServices, 'cache'>): readonly Route[] {
  const moves = new Map<string, { readonly from: string; readonly to: string }>();

  const remount = handler({
    input: z.object({ from: looseText, to: looseText }),
    decide(turn, input): ReplyDecision {
      const from = slashed(input.from);
      const to = slashed(input.to);
      const table = cache.mounts(turn.db);
      const moved = table.at(from);
      if (BUILT_IN_PATHS.includes(from)) {
        throw new KeywardenError('invalid-request', `cannot remount "${from}"`);
      }
      if (!moved) throw new KeywardenError('invalid-request', `no matching mount at "${from}"`);
      if (from.startsWith('auth/') !== to.startsWith('auth/')) {
        throw new KeywardenError('invalid-request', 'cannot move between auth methods and secrets engines');
      }
      checkFree(table.all, to, to.startsWith('auth/') ? 'auth' : 'mounts');
      const id = randomUuid(turn.random);
      moves.set(id, { from, to });
      if (moves.size > REMEMBERED) moves.delete(moves.keys().next().value ?? '');
      return {
        kind: 'reply',
        changes: [
          mountMoved.make({ uuid: moved.uuid, path: to }),
          mountPathsMoved.make({ uuid: moved.uuid, from: moved.path, to }),
        ],
        reply: { data: { migration_id: id }, dataAtTop: true },
      };
    },
  });

  const status = handler({
    input: z.object({ id: looseText }),
    decide(_turn, { id }): ReplyDecision {
      const move = moves.get(id);
      if (!move) throw new KeywardenError('not-found');
      const info = { source_mount: move.from, target_mount: move.to, status: 'success' };
      return { kind: 'reply', reply: { data: { migration_id: id, migration_info: info }, dataAtTop: true } };
    },
  });

  return [
    {
      pattern: 'remount',
      help: 'Moves a mount to another path, with all that it holds.',
      sudo: true,
      operations: { update: remount },
    },
    { pattern: 'remount/status/:id', help: 'Tells how a move has ended.', operations: { read: status } },
  ];
}

function slashed(path: string): string {
  return `${path.replace(/^\/+|\/+$/g, '')}/`;
}
