import type { ReadDb } from '../vault/state-db.ts';
import type { CoreServices } from './core-services.ts';
import type { Holder } from './state-cache.ts';
import type { RequestTurn } from './turn.ts';

type Needs = Pick<CoreServices, 'cache'>;

/** What a holder's policies grant on a path, as `capabilities` answers it. */
export function capabilitiesOn(
  { cache }: Needs,
  db: ReadDb,
  holder: Holder,
  path: string,
): readonly string[] {
  if (holder.policies.includes('root')) return ['root'];
  return cache.acl(db, holder).capabilities(path);
}

/** Whether a holder's policies grant anything at all below a mount. */
export function reachesMount({ cache }: Needs, db: ReadDb, holder: Holder, mount: string): boolean {
  return holder.policies.includes('root') || cache.acl(db, holder).reaches(mount);
}

/** Says whether whoever asks has `sudo` on the path it asks for: root has. */
export function hasSudo({ cache }: Needs, turn: RequestTurn): boolean {
  const { operation, path, identity } = turn;
  if (!identity) return false;
  if (identity.policies.includes('root')) return true;
  return cache.acl(turn.db, identity).allows({ operation, path, sudo: true });
}
