import type { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import type { Mount } from '../../core/mounts/mount.ts';
import { type AnyHandler, handler } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';

/** A handler of version 2; a mount of another version is refused before it decides anything. */
export function kv2Handler<I>(
  input: z.ZodType<I>,
  decide: (turn: RequestTurn, input: I) => Decision,
): AnyHandler {
  return handler<I>({
    input,
    decide: (turn, checked) => {
      requireVersion2(turn.mount);
      return decide(turn, checked);
    },
  });
}

/** Refuses mounts of KV version 1, which has other paths and shapes. */
export function requireVersion2(mount: Mount): void {
  if (mount.options['version'] === '2') return;
  throw new KeywardenError('invalid-request', 'this mount needs the option version=1 or version=2');
}
