import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseTextList } from '../../../shared/model/loose-field.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, looseTextMap, maybe } from '../fields.ts';
import { randomUuid } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import { sanitizePolicies } from '../tokens/sanitize-policies.ts';
import type { RequestTurn } from '../turn.ts';
import { groupDeleted, groupWritten } from './identity-changes.ts';
import { type GroupRow, selectEntities, selectGroups } from './identity-rows.ts';
import { describeGroup } from './identity-shape.ts';

const written = z.object({
  id: maybe(looseText),
  name: maybe(looseText),
  type: maybe(z.enum(['internal', ''], 'only internal groups can be made here')),
  metadata: maybe(looseTextMap),
  policies: maybe(looseTextList),
  member_group_ids: maybe(looseTextList),
  member_entity_ids: maybe(looseTextList),
});

const write = (by: 'id' | 'name' | 'either') =>
  handler({
    input: written,
    decide(turn, input): ReplyDecision {
      const found =
        by !== 'name' && input.id ? byId(turn, input.id) : input.name ? byName(turn, input.name) : undefined;
      if (by !== 'name' && input.id && !found)
        throw new KeywardenError('invalid-request', 'invalid group ID');
      const id = found?.id ?? randomUuid(turn.random);
      const name = input.name || found?.name || `group_${Buffer.from(turn.random(4)).toString('hex')}`;
      const other = byName(turn, name);
      if (other && other.id !== id) {
        throw new KeywardenError('invalid-request', 'group name is already in use');
      }
      const memberEntities = [...new Set(input.member_entity_ids ?? found?.memberEntities ?? [])];
      const memberGroups = [...new Set(input.member_group_ids ?? found?.memberGroups ?? [])];
      checkMembers(turn, id, memberEntities, memberGroups);
      const policies = input.policies ? sanitizePolicies(input.policies, false) : (found?.policies ?? []);
      if (policies.includes('root'))
        throw new KeywardenError('invalid-request', 'policies cannot contain root');
      const changed = groupWritten.make({
        id,
        name,
        type: 'internal',
        metadata: { ...(input.metadata ?? found?.metadata) },
        policies: [...policies],
        memberEntities,
        memberGroups,
        at: turn.now,
      });
      return {
        kind: 'reply',
        changes: [changed],
        reply: found && by !== 'either' ? {} : { data: { id, name } },
      };
    },
  });

const read = (find: (turn: RequestTurn, key: string) => GroupRow | undefined, key: 'id' | 'name') =>
  handler({
    input: z.object({ [key]: looseText }),
    decide(turn, input): ReplyDecision {
      const group = find(turn, String(input[key]));
      if (!group) throw new KeywardenError('not-found');
      return { kind: 'reply', reply: { data: describeGroup(turn, group) } };
    },
  });

const remove = (find: (turn: RequestTurn, key: string) => GroupRow | undefined, key: 'id' | 'name') =>
  handler({
    input: z.object({ [key]: looseText }),
    decide(turn, input): ReplyDecision {
      const group = find(turn, String(input[key]));
      return { kind: 'reply', changes: group ? [groupDeleted.make({ id: group.id })] : [], reply: {} };
    },
  });

const list = (key: 'id' | 'name') =>
  handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      const rows = selectGroups(turn.db, `1 ORDER BY ${key}`);
      if (rows.length === 0) throw new KeywardenError('not-found');
      const keys = rows.map((row) => row[key]);
      if (key === 'name') return { kind: 'reply', reply: { data: { keys } } };
      const info = rows.map((row) => [
        row.id,
        {
          name: row.name,
          num_member_entities: row.memberEntities.length,
          num_parent_groups: describeGroup(turn, row).parent_group_ids.length,
        },
      ]);
      return { kind: 'reply', reply: { data: { keys, key_info: Object.fromEntries(info) } } };
    },
  });

const lookup = handler({
  input: z.object({ id: maybe(looseText), name: maybe(looseText) }),
  decide(turn, { id, name }): ReplyDecision {
    if (Boolean(id) === Boolean(name)) {
      throw new KeywardenError('invalid-request', 'exactly one way of naming the group must be given');
    }
    const group = id ? byId(turn, id) : byName(turn, name ?? '');
    return { kind: 'reply', reply: group ? { data: describeGroup(turn, group) } : {} };
  },
});

/** `identity/group…`: entities that share policies. */
export const groupRoutes: readonly Route[] = [
  {
    pattern: 'group',
    help: 'Makes a group of entities that share policies, or changes one.',
    operations: { update: write('either') },
  },
  { pattern: 'group/id', help: 'Lists all groups by their ids.', operations: { list: list('id') } },
  {
    pattern: 'group/id/:id',
    help: 'Reads, changes or removes the group of an id.',
    operations: { read: read(byId, 'id'), update: write('id'), delete: remove(byId, 'id') },
  },
  { pattern: 'group/name', help: 'Lists all groups by their names.', operations: { list: list('name') } },
  {
    pattern: 'group/name/:name',
    help: 'Reads, changes or removes the group of a name.',
    operations: { read: read(byName, 'name'), update: write('name'), delete: remove(byName, 'name') },
  },
  { pattern: 'lookup/group', help: 'Finds a group by its id or its name.', operations: { update: lookup } },
];

function checkMembers(
  turn: RequestTurn,
  id: string,
  entities: readonly string[],
  groups: readonly string[],
): void {
  const unknown = entities.find((entity) => !selectEntities(turn.db, 'id = ?', entity)[0]);
  if (unknown !== undefined) throw new KeywardenError('invalid-request', `invalid entity ID "${unknown}"`);
  const missing = groups.find((group) => !byId(turn, group));
  if (missing !== undefined) throw new KeywardenError('invalid-request', `invalid group ID "${missing}"`);
  const below = [...groups];
  for (const seen = new Set<string>(); below.length > 0; ) {
    const next = below.pop() ?? '';
    if (next === id) throw new KeywardenError('invalid-request', 'a group cannot be a member of itself');
    if (!seen.has(next)) below.push(...(byId(turn, next)?.memberGroups ?? []));
    seen.add(next);
  }
}

function byId(turn: RequestTurn, id: string): GroupRow | undefined {
  return selectGroups(turn.db, 'id = ?', id)[0];
}

function byName(turn: RequestTurn, name: string): GroupRow | undefined {
  return selectGroups(turn.db, 'name = ?', name)[0];
}
