import { randomBase62 } from '../../core/random-text.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { NewUser, RehearsalPlan } from './database-plugin.ts';

/** Makes up the two throw-away users of a rehearsal, with the statements of a role. */
export function planRehearsal(
  turn: RequestTurn,
  statements: readonly string[],
  revocationStatements: readonly string[],
): RehearsalPlan {
  const user = (): NewUser => ({
    user: {
      name: `v-rehearsal-${randomBase62(20, turn.random)}`,
      mount: turn.mount.uuid,
      lease: Buffer.from(turn.random(16)).toString('hex'),
      remembered: {},
    },
    password: randomBase62(32, turn.random),
    salt: turn.random(16),
    statements,
    ttl: 0,
  });
  return { users: [user(), user()], revocationStatements };
}
