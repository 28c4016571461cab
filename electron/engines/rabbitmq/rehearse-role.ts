import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { randomBase62 } from '../../core/random-text.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { type ManagementTarget, openApi } from './management-api.ts';
import type { VhostPermissions, VhostTopics } from './permissions.ts';
import { markPlace } from './rabbitmq-marks.ts';
import { createUser, endUser, proveDead } from './rabbitmq-users.ts';
import { tryRabbitmqLogin } from './try-rabbitmq-login.ts';

/** Milliseconds: somebody waits for the answer. */
const LONGEST = 10_000;
/** Seconds: by then reconciling reaps what a rehearsal could not end. */
const LIFE = 60;

/** What users of a role may do. */
interface RoleTerms {
  readonly tags: string;
  readonly vhosts: VhostPermissions;
  readonly vhostTopics: VhostTopics;
}

/**
 * Goes through the whole life of a throw-away user: made, logged in, ended, proven dead.
 *
 * @returns what does not work, in words; empty when all is well
 */
export function rehearseRole(
  turn: RequestTurn,
  target: ManagementTarget,
  role: RoleTerms,
): (signal: AbortSignal) => Promise<readonly string[]> {
  const user = {
    ...role,
    name: `v-rehearsal-${randomBase62(20, turn.random)}`,
    lease: Buffer.from(turn.random(16)).toString('hex'),
    ttl: LIFE,
    password: randomBase62(32, turn.random),
    salt: turn.random(4),
  };
  const place = markPlace(turn.signer(), turn.mount.uuid);
  return async (asked) => {
    const signal = AbortSignal.any([asked, AbortSignal.timeout(LONGEST)]);
    const missing: string[] = [];
    const failed = (step: string) => (error: unknown) => {
      missing.push(`${step}: ${asKeywardenError(error).message}`);
      return undefined;
    };
    const ask = openApi(target, signal);
    const made = await createUser(ask, place, user).catch(failed('a user could not be made'));
    if (made) {
      const account = { username: user.name, password: user.password };
      const door = await tryRabbitmqLogin(target, account, signal).catch(
        failed('its login could not be tried'),
      );
      if (door === 'refused') missing.push('the new user could not log in: RabbitMQ refused its password');
    }
    // What was half made is ended as well.
    const end = async () => {
      const ended = await endUser(ask, place, { ...user, serverId: made?.serverId }, undefined, signal);
      await proveDead(target, { ...user, ended }, signal);
    };
    await end().catch(failed('the user could not be ended'));
    return missing;
  };
}
