import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { formatInstant } from '../../core/format-instant.ts';
import { secondsUntil } from '../../core/limits.ts';
import { revealTakenValue } from '../../core/rotation/plan-rotation.ts';
import { findRotationOf } from '../../core/rotation/rotation-rows.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { nameField } from './config-fields.ts';
import { readersOf, STATIC_CREDS_READ } from './static-readers.ts';
import { showPolicy } from './static-role-route.ts';
import { findStaticRole, type StaticRole, staticSecretContext, staticSubject } from './static-role-rows.ts';

/** `static-creds/:name`: the password that the server takes at this moment, without a lease. */
export const staticCredsRoute: Route = {
  pattern: 'static-creds/:name',
  help: 'Tells the present password of a user that stays, and when it changes next.',
  operations: {
    read: handler({
      input: z.object({ name: nameField }),
      decide: (turn, { name }): Decision => {
        const role = findStaticRole(turn.db, turn.mount.uuid, name);
        if (!role) throw new KeywardenError('unknown-role', `unknown role: ${name}`);
        const rotation = findRotationOf(turn.db, turn.mount.uuid, staticSubject(name));
        // With two accounts the current one stays good while the other gets its password.
        const taken = role.secondUsername === '' ? revealTakenValue(turn, rotation) : undefined;
        if (!taken && role.secret === null) {
          throw new KeywardenError(
            'rotation-pending',
            `the first password of "${name}" is not set yet${rotation?.reason ? `: ${rotation.reason}` : ''}`,
          );
        }
        const password = taken ?? (role.secret && turn.revealValue(role.secret, staticSecretContext(role)));
        const rotatedAt = taken ? turn.now : role.rotatedAt;
        const username = role.current === '' ? role.username : role.current;
        return {
          kind: 'reply',
          changes: given(turn, role, username),
          reply: {
            data: {
              last_vault_rotation: rotatedAt === null ? null : formatInstant(rotatedAt),
              password: new TextDecoder().decode(password ?? undefined),
              ...showPolicy(rotation),
              ttl: secondsUntil(rotation?.dueAt ?? turn.now, turn.now),
              username,
            },
          },
        };
      },
    }),
  },
};

/** Of two accounts it matters who still has the former one. */
function given(turn: RequestTurn, role: StaticRole, username: string): readonly Change[] {
  const { identity } = turn;
  if (role.secondUsername === '' || !identity) return [];
  const { accessor, displayName } = identity;
  const reader = identity.app ?? displayName;
  const known = readersOf(turn.db, role.id).some(
    (one) => one.accessor === accessor && one.username === username,
  );
  return known ? [] : [STATIC_CREDS_READ.make({ role: role.id, accessor, reader, username })];
}
