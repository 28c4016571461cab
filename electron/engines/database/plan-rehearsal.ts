import { randomBase62 } from '../../core/random-text.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { DatabasePlugin, NewUser, RehearsalPlan } from './database-plugin.ts';
import { newPassword } from './new-password.ts';

/** Makes up the two throw-away users of a rehearsal, with the statements and passwords of a role. */
export function planRehearsal(
  turn: RequestTurn,
  { username: { longest } }: DatabasePlugin,
  role: {
    readonly statements: readonly string[];
    readonly revocationStatements?: readonly string[];
    readonly passwordPolicy: string;
  },
): RehearsalPlan {
  const prefix = longest < 32 ? 'v-re-' : 'v-rehearsal-';
  const user = (): NewUser => ({
    user: {
      name: prefix + randomBase62(Math.min(20, longest - prefix.length), turn.random),
      mount: turn.mount.uuid,
      lease: Buffer.from(turn.random(16)).toString('hex'),
      remembered: {},
    },
    password: newPassword(turn, role.passwordPolicy),
    salt: turn.random(16),
    statements: role.statements,
    ttl: 0,
    expiresAt: turn.now,
  });
  return { users: [user(), user()], revocationStatements: role.revocationStatements ?? [] };
}
