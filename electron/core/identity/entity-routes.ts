import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, looseTextMap, maybe } from '../fields.ts';
import { randomUuid } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import { sanitizePolicies } from '../tokens/sanitize-policies.ts';
import type { RequestTurn } from '../turn.ts';
import { entitiesDeleted, entitiesMerged, entityWritten } from './identity-changes.ts';
import { type EntityRow, selectAliases, selectEntities } from './identity-rows.ts';
import { describeEntity } from './identity-shape.ts';

type Needs = Pick<CoreServices, 'cache'>;

const written = z.object({
  id: maybe(looseText),
  name: maybe(looseText),
  metadata: maybe(looseTextMap),
  policies: maybe(looseTextList),
  disabled: maybe(looseBoolean),
});

/** `identity/entity…`: who acts, whatever they log in with. */
export function entityRoutes(needs: Needs): readonly Route[] {
  const show = (turn: RequestTurn, entity: EntityRow | undefined): ReplyDecision => {
    if (!entity) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: describeEntity(needs, turn, entity) } };
  };

  const write = (by: 'id' | 'name' | 'either') =>
    handler({
      input: written,
      decide(turn, input): ReplyDecision {
        const found =
          by !== 'name' && input.id
            ? byId(turn, input.id)
            : input.name
              ? byName(turn, input.name)
              : undefined;
        if (by === 'id' && !found) throw new KeywardenError('invalid-request', 'entity not found from id');
        if (by === 'either' && input.id && !found) {
          throw new KeywardenError('invalid-request', 'entity not found from id');
        }
        const name = input.name || found?.name || `entity_${Buffer.from(turn.random(4)).toString('hex')}`;
        const other = byName(turn, name);
        if (other && other.id !== found?.id) {
          throw new KeywardenError('invalid-request', 'entity name is already in use');
        }
        const policies = input.policies ? sanitizePolicies(input.policies, false) : (found?.policies ?? []);
        if (policies.includes('root')) {
          throw new KeywardenError('invalid-request', 'policies cannot contain root');
        }
        const id = found?.id ?? randomUuid(turn.random);
        const changed = entityWritten.make({
          id,
          name,
          metadata: { ...(input.metadata ?? found?.metadata) },
          policies: [...policies],
          disabled: input.disabled ?? found?.disabled ?? false,
          at: turn.now,
        });
        // An update answers without content, as in Vault.
        const data = { id, name, aliases: null };
        return { kind: 'reply', changes: [changed], reply: found ? {} : { data } };
      },
    });

  const remove = (find: (turn: RequestTurn, key: string) => EntityRow | undefined, key: 'id' | 'name') =>
    handler({
      input: z.object({ [key]: looseText }),
      decide(turn, input): ReplyDecision {
        const found = find(turn, String(input[key]));
        return {
          kind: 'reply',
          changes: found ? [entitiesDeleted.make({ ids: [found.id] })] : [],
          reply: {},
        };
      },
    });

  const list = (key: 'id' | 'name') =>
    handler({
      input: z.object({}),
      decide(turn): ReplyDecision {
        const rows = selectEntities(turn.db, `1 ORDER BY ${key}`);
        if (rows.length === 0) throw new KeywardenError('not-found');
        const keys = rows.map((row) => row[key]);
        if (key === 'name') return { kind: 'reply', reply: { data: { keys } } };
        const info = rows.map(({ id, name }) => [
          id,
          {
            name,
            aliases: selectAliases(turn.db, 'entity = ? ORDER BY id', id).map((alias) => ({
              canonical_id: id,
              id: alias.id,
              mount_accessor: alias.mountAccessor,
              name: alias.name,
            })),
          },
        ]);
        return { kind: 'reply', reply: { data: { keys, key_info: Object.fromEntries(info) } } };
      },
    });

  const removeMany = handler({
    input: z.object({ entity_ids: looseTextList }),
    decide(turn, { entity_ids: ids }): ReplyDecision {
      const known = ids.filter((id) => byId(turn, id));
      return {
        kind: 'reply',
        changes: known.length === 0 ? [] : [entitiesDeleted.make({ ids: known })],
        reply: {},
      };
    },
  });

  const merge = handler({
    input: z.object({ from_entity_ids: looseTextList, to_entity_id: looseText }),
    decide(turn, input): ReplyDecision {
      const to = byId(turn, input.to_entity_id);
      if (!to) throw new KeywardenError('invalid-request', 'entity id to merge to is invalid');
      const from = [...new Set(input.from_entity_ids)];
      if (from.includes(to.id)) {
        throw new KeywardenError('invalid-request', 'to_entity_id should not be present in from_entity_ids');
      }
      if (from.length === 0 || !from.every((id) => byId(turn, id))) {
        throw new KeywardenError('invalid-request', 'entity id to merge from is invalid');
      }
      const merged = [...new Set([...to.merged, ...from])];
      return {
        kind: 'reply',
        changes: [entitiesMerged.make({ from, to: to.id, merged, at: turn.now })],
        reply: {},
      };
    },
  });

  const readId = handler({
    input: z.object({ id: looseText }),
    decide: (turn, { id }) => show(turn, byId(turn, id)),
  });
  const readName = handler({
    input: z.object({ name: looseText }),
    decide: (turn, { name }) => show(turn, byName(turn, name)),
  });

  const lookup = handler({
    input: z.object({
      id: maybe(looseText),
      name: maybe(looseText),
      alias_id: maybe(looseText),
      alias_name: maybe(looseText),
      alias_mount_accessor: maybe(looseText),
    }),
    decide(turn, input): ReplyDecision {
      const aliased = (where: string, ...params: string[]) => {
        const [alias] = selectAliases(turn.db, where, ...params);
        return alias && byId(turn, alias.entity);
      };
      const ways = [input.id, input.name, input.alias_id, input.alias_name].filter(Boolean);
      if (ways.length !== 1 || Boolean(input.alias_name) !== Boolean(input.alias_mount_accessor)) {
        throw new KeywardenError('invalid-request', 'exactly one way of naming the entity must be given');
      }
      const found = input.id
        ? byId(turn, input.id)
        : input.name
          ? byName(turn, input.name)
          : input.alias_id
            ? aliased('id = ?', input.alias_id)
            : aliased(
                'name = ? AND mount_accessor = ?',
                input.alias_name ?? '',
                input.alias_mount_accessor ?? '',
              );
      // Nobody by that name: no content, as in Vault.
      return found ? show(turn, found) : { kind: 'reply', reply: {} };
    },
  });

  return [
    {
      pattern: 'entity',
      help: 'Makes an entity, somebody who may log in in more than one way, or changes one.',
      operations: { update: write('either') },
    },
    { pattern: 'entity/id', help: 'Lists all entities by their ids.', operations: { list: list('id') } },
    {
      pattern: 'entity/id/:id',
      help: 'Reads, changes or removes the entity of an id.',
      operations: { read: readId, update: write('id'), delete: remove(byId, 'id') },
    },
    {
      pattern: 'entity/name',
      help: 'Lists all entities by their names.',
      operations: { list: list('name') },
    },
    {
      pattern: 'entity/name/:name',
      help: 'Reads, changes or removes the entity of a name.',
      operations: { read: readName, update: write('name'), delete: remove(byName, 'name') },
    },
    {
      pattern: 'entity/batch-delete',
      help: 'Removes several entities by their ids.',
      operations: { update: removeMany },
    },
    {
      pattern: 'entity/merge',
      help: 'Makes one entity of several: logins, groups and policies come together.',
      sudo: true,
      operations: { update: merge },
    },
    {
      pattern: 'lookup/entity',
      help: 'Finds an entity by its id, its name or one of its aliases.',
      operations: { update: lookup },
    },
  ];
}

function byId(turn: RequestTurn, id: string): EntityRow | undefined {
  return selectEntities(turn.db, 'id = ?', id)[0];
}

function byName(turn: RequestTurn, name: string): EntityRow | undefined {
  return selectEntities(turn.db, 'name = ?', name)[0];
}
