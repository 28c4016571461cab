import type { CoreServices } from '../core-services.ts';
import { formatInstant } from '../format-instant.ts';
import type { RequestTurn } from '../turn.ts';
import { type AliasRow, type EntityRow, type GroupRow, groupsOf, selectAliases } from './identity-rows.ts';

const textsOrNull = (texts: Readonly<Record<string, string>>) =>
  Object.keys(texts).length === 0 ? null : texts;

/** An entity with Vault's keys. */
export function describeEntity(needs: Pick<CoreServices, 'cache'>, turn: RequestTurn, entity: EntityRow) {
  const groups = groupsOf(turn.db, entity.id);
  return {
    aliases: selectAliases(turn.db, 'entity = ? ORDER BY id', entity.id).map((alias) =>
      describeAlias(needs, turn, alias),
    ),
    creation_time: formatInstant(entity.createdAt),
    direct_group_ids: groups.direct,
    disabled: entity.disabled,
    group_ids: groups.all,
    id: entity.id,
    inherited_group_ids: groups.all.filter((id) => !groups.direct.includes(id)),
    last_update_time: formatInstant(entity.updatedAt),
    merged_entity_ids: entity.merged.length === 0 ? null : entity.merged,
    metadata: textsOrNull(entity.metadata),
    name: entity.name,
    namespace_id: 'root',
    policies: entity.policies,
  };
}

/** An alias with Vault's keys; its mount may be gone. */
export function describeAlias({ cache }: Pick<CoreServices, 'cache'>, turn: RequestTurn, alias: AliasRow) {
  const mount = cache.mounts(turn.db).all.find(({ accessor }) => accessor === alias.mountAccessor);
  return {
    canonical_id: alias.entity,
    creation_time: formatInstant(alias.createdAt),
    custom_metadata: textsOrNull(alias.customMetadata),
    id: alias.id,
    last_update_time: formatInstant(alias.updatedAt),
    local: false,
    merged_from_canonical_ids: null,
    metadata: textsOrNull(alias.metadata),
    mount_accessor: alias.mountAccessor,
    mount_path: mount?.path ?? '',
    mount_type: mount?.type ?? '',
    name: alias.name,
    namespace_id: 'root',
  };
}

/** A group with Vault's keys. */
export function describeGroup({ db }: RequestTurn, group: GroupRow) {
  const parents = db
    .all<{ id: string }>(
      "SELECT group_id AS id FROM identity_members WHERE kind = 'group' AND member = ? ORDER BY group_id",
      group.id,
    )
    .map(({ id }) => id);
  return {
    alias: {},
    creation_time: formatInstant(group.createdAt),
    id: group.id,
    last_update_time: formatInstant(group.updatedAt),
    member_entity_ids: group.memberEntities,
    member_group_ids: group.memberGroups,
    metadata: textsOrNull(group.metadata),
    modify_index: group.modifyIndex,
    name: group.name,
    namespace_id: 'root',
    parent_group_ids: parents,
    policies: group.policies,
    type: group.type,
  };
}
