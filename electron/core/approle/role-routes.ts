import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import { handler, type ReplyDecision, type RequestTurn, type Route } from '../engine.ts';
import { looseCount, looseText, maybe, ttlField } from '../fields.ts';
import { formatInstant } from '../format-instant.ts';
import { randomUuid } from '../random-text.ts';
import { sanitizePolicies } from '../tokens/sanitize-policies.ts';
import { roleDeleted, roleWritten } from './approle-changes.ts';
import { findRole, findRoleById, type RoleRow, type RoleSettings, roleNames } from './approle-rows.ts';
import { requireRole, roleName } from './role-name.ts';

const named = z.object({ name: roleName });

const written = z.object({
  name: roleName,
  role_id: maybe(looseText),
  bind_secret_id: maybe(looseBoolean),
  secret_id_bound_cidrs: maybe(looseTextList),
  bound_cidr_list: maybe(looseTextList),
  token_bound_cidrs: maybe(looseTextList),
  secret_id_num_uses: maybe(looseCount),
  secret_id_ttl: maybe(ttlField),
  token_policies: maybe(looseTextList),
  policies: maybe(looseTextList),
  token_ttl: maybe(ttlField),
  token_max_ttl: maybe(ttlField),
  token_explicit_max_ttl: maybe(ttlField),
  token_no_default_policy: maybe(looseBoolean),
  token_num_uses: maybe(looseCount),
  token_period: maybe(ttlField),
  period: maybe(ttlField),
  token_type: maybe(
    z.enum(['', 'default', 'default-service', 'service'], 'only service tokens can be made here'),
  ),
});

type Written = z.infer<typeof written>;

const NEW_ROLE: RoleSettings = {
  secretIdNumUses: 0,
  secretIdTtl: 0,
  tokenPolicies: [],
  legacyPolicies: false,
  tokenTtl: 0,
  tokenMaxTtl: 0,
  tokenExplicitMaxTtl: 0,
  tokenNoDefaultPolicy: false,
  tokenNumUses: 0,
  tokenPeriod: 0,
  tokenType: 'default',
};

const write = handler({
  input: written,
  decide(turn, input): ReplyDecision {
    const before = findRole(turn.db, turn.mount.uuid, input.name);
    const settings = merge(before?.settings ?? NEW_ROLE, input);
    const roleId = chooseRoleId(turn, input.name, input.role_id, before);
    const warnings =
      settings.tokenMaxTtl > 0 && settings.tokenTtl > settings.tokenMaxTtl
        ? ['token_ttl is greater than token_max_ttl; it will be capped']
        : [];
    const changed = roleWritten.make({
      mount: turn.mount.uuid,
      name: input.name,
      roleId,
      settings: { ...settings, tokenPolicies: [...settings.tokenPolicies] },
    });
    return { kind: 'reply', changes: [changed], reply: { warnings } };
  },
});

const read = handler({
  input: named,
  decide(turn, { name }): ReplyDecision {
    const role = findRole(turn.db, turn.mount.uuid, name);
    if (!role) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: describeRole(role) } };
  },
});

const remove = handler({
  input: named,
  decide(turn, { name }): ReplyDecision {
    const known = findRole(turn.db, turn.mount.uuid, name);
    const changes = known ? [roleDeleted.make({ mount: turn.mount.uuid, name })] : [];
    return { kind: 'reply', changes, reply: {} };
  },
});

const list = handler({
  input: z.object({}),
  decide(turn): ReplyDecision {
    const keys = roleNames(turn.db, turn.mount.uuid);
    if (keys.length === 0) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: { keys } } };
  },
});

const readRoleId = handler({
  input: named,
  decide(turn, { name }): ReplyDecision {
    const role = findRole(turn.db, turn.mount.uuid, name);
    if (!role) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: { role_id: role.roleId } } };
  },
});

const writeRoleId = handler({
  input: z.object({ name: roleName, role_id: looseText.pipe(z.string().min(1)) }),
  decide(turn, input): ReplyDecision {
    const role = requireRole(turn, input.name);
    const roleId = chooseRoleId(turn, input.name, input.role_id, role);
    const { settings } = role;
    const changed = roleWritten.make({
      mount: turn.mount.uuid,
      name: role.name,
      roleId,
      settings: { ...settings, tokenPolicies: [...settings.tokenPolicies] },
    });
    return { kind: 'reply', changes: [changed], reply: {} };
  },
});

/** Roles: app identities and what their tokens may do. */
export const roleRoutes: readonly Route[] = [
  { pattern: 'role', operations: { list } },
  {
    pattern: 'role/:name',
    caseless: true,
    exists: (turn, { name }) => findRole(turn.db, turn.mount.uuid, (name ?? '').toLowerCase()) !== undefined,
    operations: { read, update: write, delete: remove },
  },
  { pattern: 'role/:name/role-id', caseless: true, operations: { read: readRoleId, update: writeRoleId } },
];

function chooseRoleId(
  turn: RequestTurn,
  name: string,
  wanted: string | undefined,
  before: RoleRow | undefined,
): string {
  if (wanted === undefined || wanted === '') return before?.roleId ?? randomUuid(turn.random);
  const other = findRoleById(turn.db, turn.mount.uuid, wanted);
  if (other && other.name !== name) {
    throw new KeywardenError('invalid-request', 'role_id already in use by another role');
  }
  return wanted;
}

/** Only what was sent changes. Limits that we would not enforce are refused rather than kept. */
function merge(before: RoleSettings, input: Written): RoleSettings {
  const cidrs = [input.secret_id_bound_cidrs, input.bound_cidr_list, input.token_bound_cidrs];
  if (cidrs.some((list) => list !== undefined && list.length > 0)) {
    throw new KeywardenError('invalid-request', 'binding to addresses is not supported yet');
  }
  if (input.bind_secret_id === false) {
    throw new KeywardenError('invalid-request', 'at least one constraint should be enabled on the role');
  }
  const policies = input.token_policies ?? input.policies;
  return {
    secretIdNumUses: input.secret_id_num_uses ?? before.secretIdNumUses,
    secretIdTtl: input.secret_id_ttl ?? before.secretIdTtl,
    tokenPolicies: policies === undefined ? before.tokenPolicies : sanitizePolicies(policies, false),
    legacyPolicies: policies === undefined ? before.legacyPolicies : input.token_policies === undefined,
    tokenTtl: input.token_ttl ?? before.tokenTtl,
    tokenMaxTtl: input.token_max_ttl ?? before.tokenMaxTtl,
    tokenExplicitMaxTtl: input.token_explicit_max_ttl ?? before.tokenExplicitMaxTtl,
    tokenNoDefaultPolicy: input.token_no_default_policy ?? before.tokenNoDefaultPolicy,
    tokenNumUses: input.token_num_uses ?? before.tokenNumUses,
    tokenPeriod: input.token_period ?? input.period ?? before.tokenPeriod,
    tokenType: input.token_type || before.tokenType,
  };
}

/** Vault's keys, and when the app last came. */
function describeRole({ settings, createdAt, lastLoginAt }: RoleRow) {
  return {
    bind_secret_id: true,
    local_secret_ids: false,
    secret_id_bound_cidrs: null,
    secret_id_num_uses: settings.secretIdNumUses,
    secret_id_ttl: settings.secretIdTtl,
    token_bound_cidrs: [],
    token_explicit_max_ttl: settings.tokenExplicitMaxTtl,
    token_max_ttl: settings.tokenMaxTtl,
    token_no_default_policy: settings.tokenNoDefaultPolicy,
    token_num_uses: settings.tokenNumUses,
    token_period: settings.tokenPeriod,
    token_policies: settings.tokenPolicies,
    token_ttl: settings.tokenTtl,
    token_type: settings.tokenType,
    ...(settings.legacyPolicies ? { policies: settings.tokenPolicies } : {}),
    creation_time: formatInstant(createdAt),
    last_login_time: lastLoginAt === null ? null : formatInstant(lastLoginAt),
  };
}
