import type { ReadDb } from '../vault/state-db.ts';
import type { CoreServices } from './core-services.ts';
import type { RequestTurn } from './engine.ts';

type Needs = Pick<CoreServices, 'cache'>;

/** What a set of policies grants on a path, as `capabilities` answers it. */
export function capabilitiesOn(
  { cache }: Needs,
  db: ReadDb,
  policies: readonly string[],
  path: string,
): readonly string[] {
  if (policies.includes('root')) return ['root'];
  return cache.acl(db, policies).capabilities(path);
}

/** Whether a set of policies grants anything at all below a mount. */
export function reachesMount(
  { cache }: Needs,
  db: ReadDb,
  policies: readonly string[],
  mount: string,
): boolean {
  return policies.includes('root') || cache.acl(db, policies).reaches(mount);
}

/** Says whether whoever asks has `sudo` on the path it asks for: root has. */
export function hasSudo({ cache }: Needs, turn: RequestTurn): boolean {
  const policies = turn.identity?.policies ?? [];
  if (policies.includes('root')) return true;
  const { operation, path } = turn;
  return cache.acl(turn.db, policies).allows({ operation, path, sudo: true });
}
