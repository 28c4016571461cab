import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import { bumpRevision } from '../revisions.ts';

const instant = z.number().int();
const texts = z.record(z.string(), z.string());

/** An entity was made or changed. */
export const entityWritten = defineChange(
  'identity/entity-written@1',
  z.strictObject({
    id: z.string(),
    name: z.string(),
    metadata: texts,
    policies: z.array(z.string()),
    disabled: z.boolean(),
    at: instant,
  }),
  (db, entity) => {
    db.run(
      `INSERT INTO identity_entities (id, name, metadata, policies, disabled, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, metadata = excluded.metadata, policies = excluded.policies,
         disabled = excluded.disabled, updated_at = excluded.updated_at`,
      entity.id,
      entity.name,
      JSON.stringify(entity.metadata),
      JSON.stringify(entity.policies),
      entity.disabled ? 1 : 0,
      entity.at,
      entity.at,
    );
    bumpRevision(db, 'identity');
  },
);

/** Entities are gone with their aliases and memberships; tokens that act for them are nobody's. */
export const entitiesDeleted = defineChange(
  'identity/entities-deleted@1',
  z.strictObject({ ids: z.array(z.string()) }),
  (db, { ids }) => {
    for (const id of ids) {
      db.run('DELETE FROM identity_entities WHERE id = ?', id);
      db.run('DELETE FROM identity_aliases WHERE entity = ?', id);
      db.run("DELETE FROM identity_members WHERE kind = 'entity' AND member = ?", id);
    }
    bumpRevision(db, 'identity');
  },
);

/** Several entities are one from now on: their aliases, groups and tokens go to it. */
export const entitiesMerged = defineChange(
  'identity/entities-merged@1',
  z.strictObject({ from: z.array(z.string()), to: z.string(), merged: z.array(z.string()), at: instant }),
  (db, { from, to, merged, at }) => {
    for (const id of from) {
      db.run('UPDATE identity_aliases SET entity = ? WHERE entity = ?', to, id);
      db.run("UPDATE OR IGNORE identity_members SET member = ? WHERE kind = 'entity' AND member = ?", to, id);
      db.run("DELETE FROM identity_members WHERE kind = 'entity' AND member = ?", id);
      db.run('UPDATE tokens SET entity = ? WHERE entity = ?', to, id);
      db.run('DELETE FROM identity_entities WHERE id = ?', id);
    }
    db.run(
      'UPDATE identity_entities SET merged = ?, updated_at = ? WHERE id = ?',
      JSON.stringify(merged),
      at,
      to,
    );
    bumpRevision(db, 'identity');
  },
);

/** An alias was made or changed. */
export const aliasWritten = defineChange(
  'identity/alias-written@1',
  z.strictObject({
    id: z.string(),
    entity: z.string(),
    mountAccessor: z.string(),
    name: z.string(),
    metadata: texts,
    customMetadata: texts,
    at: instant,
  }),
  (db, alias) => {
    db.run(
      `INSERT INTO identity_aliases (id, entity, mount_accessor, name, metadata, custom_metadata, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET entity = excluded.entity, mount_accessor = excluded.mount_accessor,
         name = excluded.name, metadata = excluded.metadata, custom_metadata = excluded.custom_metadata,
         updated_at = excluded.updated_at`,
      alias.id,
      alias.entity,
      alias.mountAccessor,
      alias.name,
      JSON.stringify(alias.metadata),
      JSON.stringify(alias.customMetadata),
      alias.at,
      alias.at,
    );
    bumpRevision(db, 'identity');
  },
);

/** Aliases are gone; their entities stay. */
export const aliasesDeleted = defineChange(
  'identity/aliases-deleted@1',
  z.strictObject({ ids: z.array(z.string()) }),
  (db, { ids }) => {
    for (const id of ids) db.run('DELETE FROM identity_aliases WHERE id = ?', id);
    bumpRevision(db, 'identity');
  },
);

/** A group was made or changed, with all its members. */
export const groupWritten = defineChange(
  'identity/group-written@1',
  z.strictObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    metadata: texts,
    policies: z.array(z.string()),
    memberEntities: z.array(z.string()),
    memberGroups: z.array(z.string()),
    at: instant,
  }),
  (db, group) => {
    db.run(
      `INSERT INTO identity_groups (id, name, type, metadata, policies, created_at, updated_at, modify_index)
       VALUES (?, ?, ?, ?, ?, ?, ?, 1)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, metadata = excluded.metadata, policies = excluded.policies,
         updated_at = excluded.updated_at, modify_index = modify_index + 1`,
      group.id,
      group.name,
      group.type,
      JSON.stringify(group.metadata),
      JSON.stringify(group.policies),
      group.at,
      group.at,
    );
    db.run('DELETE FROM identity_members WHERE group_id = ?', group.id);
    const add = (kind: string, member: string) =>
      db.run('INSERT OR IGNORE INTO identity_members VALUES (?, ?, ?)', group.id, kind, member);
    for (const member of group.memberEntities) add('entity', member);
    for (const member of group.memberGroups) add('group', member);
    bumpRevision(db, 'identity');
  },
);

/** A group is gone, from other groups too. */
export const groupDeleted = defineChange(
  'identity/group-deleted@1',
  z.strictObject({ id: z.string() }),
  (db, { id }) => {
    db.run('DELETE FROM identity_members WHERE group_id = ?', id);
    db.run("DELETE FROM identity_members WHERE kind = 'group' AND member = ?", id);
    db.run('DELETE FROM identity_groups WHERE id = ?', id);
    bumpRevision(db, 'identity');
  },
);

export const identityChanges = [
  entityWritten,
  entitiesDeleted,
  entitiesMerged,
  aliasWritten,
  aliasesDeleted,
  groupWritten,
  groupDeleted,
];
