import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText } from '../fields.ts';
import { formatInstant } from '../format-instant.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { secretIdsDestroyed } from './approle-changes.ts';
import {
  findRole,
  findSecretId,
  findSecretIdByAccessor,
  livingSecretIds,
  type SecretIdRow,
} from './approle-rows.ts';
import { generateSecretId, setCustomSecretId } from './make-secret-id.ts';
import { requireRole, roleName } from './role-name.ts';
import { secretIdHash } from './secret-id-hash.ts';

const bySecret = z.object({ name: roleName, secret_id: looseText });
const byAccessor = z.object({ name: roleName, secret_id_accessor: looseText });

const listAccessors = handler({
  input: z.object({ name: roleName }),
  decide(turn, { name }): ReplyDecision {
    const keys = livingSecretIds(turn, requireRole(turn, name).name).map(({ accessor }) => accessor);
    if (keys.length === 0) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: { keys } } };
  },
});

const lookup = handler({
  input: bySecret,
  decide(turn, input): ReplyDecision {
    const found = find(turn, input);
    return { kind: 'reply', reply: found ? { data: describeSecretId(found) } : {} };
  },
});

const destroy = handler({
  input: bySecret,
  decide: (turn, input) => destroyed(turn, find(turn, input)),
});

const lookupAccessor = handler({
  input: byAccessor,
  decide: (turn, input): ReplyDecision => ({
    kind: 'reply',
    reply: { data: describeSecretId(requireAccessor(turn, input)) },
  }),
});

const destroyAccessor = handler({
  input: byAccessor,
  decide: (turn, input) => destroyed(turn, requireAccessor(turn, input)),
});

/** Secret-ids: made, listed by accessor, looked up and destroyed. The value itself is never read back. */
export const secretIdRoutes: readonly Route[] = [
  {
    pattern: 'role/:name/secret-id',
    help: 'Makes a secret-id for an app, or lists the accessors of those that it has.',
    caseless: true,
    operations: { update: generateSecretId, list: listAccessors },
  },
  {
    pattern: 'role/:name/custom-secret-id',
    help: 'Takes a secret-id that the asker has chosen.',
    caseless: true,
    operations: { update: setCustomSecretId },
  },
  {
    pattern: 'role/:name/secret-id/lookup',
    help: 'Tells the limits of a secret-id that is shown.',
    caseless: true,
    operations: { update: lookup },
  },
  {
    pattern: 'role/:name/secret-id/destroy',
    help: 'Ends a secret-id that is shown.',
    caseless: true,
    operations: { update: destroy, delete: destroy },
  },
  {
    pattern: 'role/:name/secret-id-accessor/lookup',
    help: 'Tells the limits of the secret-id of an accessor.',
    caseless: true,
    operations: { update: lookupAccessor },
  },
  {
    pattern: 'role/:name/secret-id-accessor/destroy',
    help: 'Ends the secret-id of an accessor.',
    caseless: true,
    operations: { update: destroyAccessor, delete: destroyAccessor },
  },
];

function find(turn: RequestTurn, input: z.infer<typeof bySecret>): SecretIdRow | undefined {
  const role = findRole(turn.db, turn.mount.uuid, input.name);
  return role && findSecretId(turn, role.name, secretIdHash(turn, role.name, input.secret_id));
}

function requireAccessor(turn: RequestTurn, input: z.infer<typeof byAccessor>): SecretIdRow {
  const role = requireRole(turn, input.name);
  const found = findSecretIdByAccessor(turn, role.name, input.secret_id_accessor);
  if (!found) {
    throw new KeywardenError('not-found', 'failed to find accessor entry for the given secret_id_accessor');
  }
  return found;
}

function destroyed(turn: RequestTurn, row: SecretIdRow | undefined): ReplyDecision {
  const changes = row
    ? [secretIdsDestroyed.make({ mount: turn.mount.uuid, accessors: [row.accessor], why: 'destroyed' })]
    : [];
  return { kind: 'reply', changes, reply: {} };
}

function describeSecretId(row: SecretIdRow) {
  return {
    cidr_list: row.cidrList,
    creation_time: formatInstant(row.createdAt),
    expiration_time: row.expiresAt === null ? '0001-01-01T00:00:00Z' : formatInstant(row.expiresAt),
    last_updated_time: formatInstant(row.updatedAt),
    metadata: row.metadata,
    secret_id_accessor: row.accessor,
    secret_id_num_uses: row.usesLeft,
    secret_id_ttl: row.ttl,
    token_bound_cidrs: row.tokenBoundCidrs,
  };
}
