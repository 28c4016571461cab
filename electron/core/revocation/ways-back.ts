import type { Change } from '../../vault/change.ts';
import { secretIdsDestroyed } from '../approle/approle-changes.ts';
import { findRole, livingSecretIds } from '../approle/approle-rows.ts';
import { entityWritten } from '../identity/identity-changes.ts';
import { selectEntities } from '../identity/identity-rows.ts';
import type { MountTable } from '../mounts/mount-table.ts';
import type { RequestTurn } from '../turn.ts';
import type { Scope } from './scope.ts';
import type { Doomed } from './select-doomed.ts';

/** How what is stopped could come back by itself, and the changes that take that way. */
export interface WaysBack {
  /** Living private halves of an app. */
  readonly secretIds: number;
  /** Whether a person could log in again. */
  readonly logins: boolean;
  readonly close: readonly Change[];
}

/** Reads the ways back of an app or a person; nothing else has any that core knows of. */
export function waysBack(turn: RequestTurn, mounts: MountTable, scope: Scope, doomed: Doomed): WaysBack {
  if (scope.scope === 'app') return ofApp(turn, mounts, scope.name.toLowerCase());
  if (scope.scope === 'person') return ofPerson(turn, doomed.entities);
  return { secretIds: 0, logins: false, close: [] };
}

function ofApp(turn: RequestTurn, mounts: MountTable, app: string): WaysBack {
  let secretIds = 0;
  const close: Change[] = [];
  for (const mount of mounts.all.filter(({ type }) => type === 'approle')) {
    if (!findRole(turn.db, mount.uuid, app)) continue;
    const accessors = livingSecretIds({ db: turn.db, now: turn.now, mount }, app).map(
      ({ accessor }) => accessor,
    );
    secretIds += accessors.length;
    if (accessors.length > 0) {
      close.push(secretIdsDestroyed.make({ mount: mount.uuid, accessors, why: 'destroyed' }));
    }
  }
  return { secretIds, logins: false, close };
}

function ofPerson(turn: RequestTurn, ids: readonly string[]): WaysBack {
  const able = ids.flatMap((id) => selectEntities(turn.db, 'id = ?', id)).filter(({ disabled }) => !disabled);
  const close = able.map(({ id, name, metadata, policies }) =>
    entityWritten.make({
      id,
      name,
      metadata: { ...metadata },
      policies: [...policies],
      disabled: true,
      at: turn.now,
    }),
  );
  return { secretIds: 0, logins: able.length > 0, close };
}
