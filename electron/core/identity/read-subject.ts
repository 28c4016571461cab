import type { ReadDb } from '../../vault/state-db.ts';
import type { PolicySubject } from '../policy/fill-template.ts';
import { groupsOf, selectAliases, selectEntities, selectGroups } from './identity-rows.ts';

/** What policies' templates may say of an entity; undefined where it is gone. */
export function readSubject(db: ReadDb, id: string): PolicySubject | undefined {
  const [entity] = selectEntities(db, 'id = ?', id);
  if (!entity) return undefined;
  return {
    entity,
    aliases: selectAliases(db, 'entity = ? ORDER BY id', id),
    groups: groupsOf(db, id).all.flatMap((group) => selectGroups(db, 'id = ?', group)),
  };
}
