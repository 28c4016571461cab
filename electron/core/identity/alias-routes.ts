import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, looseTextMap, maybe } from '../fields.ts';
import { randomUuid } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { aliasesDeleted, aliasWritten, entityWritten } from './identity-changes.ts';
import { type AliasRow, selectAliases, selectEntities } from './identity-rows.ts';
import { describeAlias } from './identity-shape.ts';

const written = z.object({
  id: maybe(looseText),
  name: maybe(looseText),
  canonical_id: maybe(looseText),
  entity_id: maybe(looseText),
  mount_accessor: maybe(looseText),
  custom_metadata: maybe(looseTextMap),
});
const one = z.object({ id: looseText });

/** `identity/entity-alias…`: what an auth method calls an entity. */
export function aliasRoutes(needs: Pick<CoreServices, 'cache'>): readonly Route[] {
  const write = handler({
    input: written,
    decide(turn, input): ReplyDecision {
      const byId = input.id ? selectAliases(turn.db, 'id = ?', input.id)[0] : undefined;
      if (input.id && !byId) throw new KeywardenError('invalid-request', 'invalid entity alias ID provided');
      const name = input.name ?? byId?.name;
      const mountAccessor = input.mount_accessor ?? byId?.mountAccessor;
      if (!name) throw new KeywardenError('invalid-request', "'name' must be provided");
      if (!mountAccessor) throw new KeywardenError('invalid-request', "'mount_accessor' must be provided");
      const mount = needs.cache
        .mounts(turn.db)
        .all.find(({ accessor, path }) => accessor === mountAccessor && path.startsWith('auth/'));
      if (!mount) throw new KeywardenError('invalid-request', `invalid mount accessor "${mountAccessor}"`);
      const [sameFactors] = selectAliases(turn.db, 'mount_accessor = ? AND name = ?', mountAccessor, name);
      if (byId && sameFactors && sameFactors.id !== byId.id) {
        throw new KeywardenError('invalid-request', 'alias with the same name and mount exists already');
      }
      const before = byId ?? sameFactors;
      const wanted = input.canonical_id || input.entity_id || before?.entity;
      if (wanted && !selectEntities(turn.db, 'id = ?', wanted)[0]) {
        throw new KeywardenError('invalid-request', 'invalid canonical ID');
      }
      const entity = wanted || randomUuid(turn.random);
      const id = before?.id ?? randomUuid(turn.random);
      const made = entityWritten.make({
        id: entity,
        name: `entity_${Buffer.from(turn.random(4)).toString('hex')}`,
        metadata: {},
        policies: [],
        disabled: false,
        at: turn.now,
      });
      const changed = aliasWritten.make({
        id,
        entity,
        mountAccessor,
        name,
        metadata: { ...before?.metadata },
        customMetadata: { ...(input.custom_metadata ?? before?.customMetadata) },
        at: turn.now,
      });
      return {
        kind: 'reply',
        changes: [...(wanted ? [] : [made]), changed],
        reply: { data: { canonical_id: entity, id } },
      };
    },
  });

  const read = handler({
    input: one,
    decide(turn, { id }): ReplyDecision {
      const alias = find(turn, id);
      if (!alias) throw new KeywardenError('not-found');
      return { kind: 'reply', reply: { data: describeAlias(needs, turn, alias) } };
    },
  });

  const remove = handler({
    input: one,
    decide: (turn, { id }): ReplyDecision => ({
      kind: 'reply',
      changes: find(turn, id) ? [aliasesDeleted.make({ ids: [id] })] : [],
      reply: {},
    }),
  });

  const list = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      const rows = selectAliases(turn.db, '1 ORDER BY id');
      if (rows.length === 0) throw new KeywardenError('not-found');
      const info = rows.map((row) => {
        const { canonical_id, mount_accessor, mount_path, mount_type, name } = describeAlias(
          needs,
          turn,
          row,
        );
        return [row.id, { canonical_id, mount_accessor, mount_path, mount_type, name, local: false }];
      });
      const keys = rows.map(({ id }) => id);
      return { kind: 'reply', reply: { data: { keys, key_info: Object.fromEntries(info) } } };
    },
  });

  return [
    {
      pattern: 'entity-alias',
      help: 'Says which login of which auth method is which entity.',
      operations: { update: write },
    },
    { pattern: 'entity-alias/id', help: 'Lists all aliases by their ids.', operations: { list } },
    {
      pattern: 'entity-alias/id/:id',
      help: 'Reads, changes or removes one alias.',
      operations: { read, update: write, delete: remove },
    },
  ];
}

function find(turn: RequestTurn, id: string): AliasRow | undefined {
  return selectAliases(turn.db, 'id = ?', id)[0];
}
