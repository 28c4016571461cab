import { randomBase62 } from '../../core/random-text.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { DatabasePlugin, NewUser, RehearsalPlan } from './database-plugin.ts';

/** Makes up the two throw-away users of a rehearsal, with the statements of a role. */
export function planRehearsal(
  turn: RequestTurn,
  { username: { longest } }: DatabasePlugin,
  statements: readonly string[],
  revocationStatements: readonly string[],
): RehearsalPlan {
  const prefix = longest < 32 ? 'v-re-' : 'v-rehearsal-';
  const user = (): NewUser => ({
    user: {
      name: prefix + randomBase62(Math.min(20, longest - prefix.length), turn.random),
      mount: turn.mount.uuid,
      lease: Buffer.from(turn.random(16)).toString('hex'),
      remembered: {},
    },
    password: randomBase62(32, turn.random),
    salt: turn.random(16),
    statements,
    ttl: 0,
    expiresAt: turn.now,
  });
  return { users: [user(), user()], revocationStatements };
}
