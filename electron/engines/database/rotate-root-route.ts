import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe, ttlField } from '../../core/fields.ts';
import { beginFirstRotation, beginRotation, registerRotation } from '../../core/rotation/plan-rotation.ts';
import { awaitingRotation } from '../../core/rotation/rotation-routes.ts';
import { findRotationOf } from '../../core/rotation/rotation-rows.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { nameField } from './config-fields.ts';
import { requireConnection } from './config-route.ts';
import { revealSecret } from './connection-secret.ts';
import { requirePlugin } from './database-plugins.ts';
import { policyOf } from './static-policy.ts';

const asked = z.object({
  name: nameField,
  /** Ours: and again by itself from now on. */
  rotation_period: maybe(ttlField),
  rotation_schedule: maybe(looseText),
  rotation_window: maybe(ttlField),
});

/** The engine's own name for the rotation of a connection's account. */
export function rootSubject(connection: string): string {
  return `root/${connection}`;
}

/** `rotate-root/:name`: the connection's own account gets a password that nobody knows but the vault. */
export const rotateRootRoute: Route = {
  pattern: 'rotate-root/:name',
  help: 'Gives the account of a connection a new password that stays in the vault.',
  operations: { update: handler({ input: asked, decide: rotate }) },
};

function rotate(turn: RequestTurn, input: z.output<typeof asked>): Decision {
  const connection = requireConnection(turn, input.name);
  const secret = revealSecret(turn, connection);
  const isInUrl = requirePlugin(connection.plugin).redactUrl(secret.connectionUrl) !== secret.connectionUrl;
  if (secret.username === '' || secret.password === '' || isInUrl) {
    throw new KeywardenError(
      'invalid-request',
      'unable to rotate root credentials: the connection needs username and password of its own, and {{username}}:{{password}} in its connection_url',
    );
  }
  const subject = rootSubject(connection.id);
  const known = findRotationOf(turn.db, turn.mount.uuid, subject);
  const policy = policyOf(input) ?? known?.policy ?? { period: 0, jitter: 0, schedule: '', window: 0 };
  const { id, changes } = registerRotation(turn, {
    subject,
    kind: 'database-root',
    path: `config/${connection.name}`,
    data: { connection: connection.id },
    policy,
  });
  const begun = known ? beginRotation(known, turn.requestId) : beginFirstRotation(id, turn.requestId);
  return awaitingRotation(turn, id, [...changes, ...begun]);
}
