import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import type { Change } from '../../vault/change.ts';
import { rangesField } from '../addresses/address-ranges.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseCount, looseText, maybe, ttlField } from '../fields.ts';
import { formatInstant } from '../format-instant.ts';
import { randomUuid } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import { sanitizePolicies } from '../tokens/sanitize-policies.ts';
import type { RequestTurn } from '../turn.ts';
import { roleDeleted, roleWritten } from './approle-changes.ts';
import {
  findRole,
  findRoleById,
  type RoleRow,
  type RoleSettings,
  roleNames,
  UNBOUND,
} from './approle-rows.ts';
import { requireRole, roleName } from './role-name.ts';

const named = z.object({ name: roleName });

/** What a role can be told, all of it or one field at a time. */
export const writtenRole = z.object({
  name: roleName,
  role_id: maybe(looseText),
  bind_secret_id: maybe(looseBoolean),
  secret_id_bound_cidrs: maybe(rangesField),
  bound_cidr_list: maybe(rangesField),
  token_bound_cidrs: maybe(rangesField),
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

type Written = z.infer<typeof writtenRole>;

/** A role that was told nothing. */
export const NEW_ROLE: RoleSettings = {
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
  ...UNBOUND,
};

const write = handler({
  input: writtenRole,
  decide(turn, input): ReplyDecision {
    const before = findRole(turn.db, turn.mount.uuid, input.name);
    const settings = mergeRole(before?.settings ?? NEW_ROLE, input);
    const roleId = chooseRoleId(turn, input.name, input.role_id, before);
    const warnings =
      settings.tokenMaxTtl > 0 && settings.tokenTtl > settings.tokenMaxTtl
        ? ['token_ttl is greater than token_max_ttl; it will be capped']
        : [];
    const changed = roleChanged(turn, { name: input.name, roleId, settings });
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
    return { kind: 'reply', changes: [roleChanged(turn, { ...role, roleId })], reply: {} };
  },
});

/** Roles: app identities and what their tokens may do. */
export const roleRoutes: readonly Route[] = [
  { pattern: 'role', help: 'Lists the apps that may log in.', operations: { list } },
  {
    pattern: 'role/:name',
    help: 'Reads, writes or removes an app and what its tokens may do.',
    caseless: true,
    exists: (turn, { name }) => findRole(turn.db, turn.mount.uuid, (name ?? '').toLowerCase()) !== undefined,
    operations: { read, update: write, delete: remove },
  },
  {
    pattern: 'role/:name/role-id',
    help: 'Reads or sets the name that an app logs in under.',
    caseless: true,
    operations: { read: readRoleId, update: writeRoleId },
  },
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

/** The change that keeps a role as it is now. */
export function roleChanged(
  turn: RequestTurn,
  { name, roleId, settings }: Pick<RoleRow, 'name' | 'roleId' | 'settings'>,
): Change {
  checkBounds(settings);
  const kept = {
    ...settings,
    tokenPolicies: [...settings.tokenPolicies],
    secretIdBoundCidrs: [...settings.secretIdBoundCidrs],
    tokenBoundCidrs: [...settings.tokenBoundCidrs],
  };
  return roleWritten.make({ mount: turn.mount.uuid, name, roleId, settings: kept });
}

/** Somebody who knows nothing but a role-id, which is no secret, must at least come from the right place. */
function checkBounds({ bindSecretId, secretIdBoundCidrs, tokenBoundCidrs }: RoleSettings): void {
  if (bindSecretId || secretIdBoundCidrs.length > 0 || tokenBoundCidrs.length > 0) return;
  throw new KeywardenError('invalid-request', 'at least one constraint should be enabled on the role');
}

/** Only what was sent changes. */
export function mergeRole(before: RoleSettings, input: Partial<Written>): RoleSettings {
  const policies = input.token_policies ?? input.policies;
  return {
    bindSecretId: input.bind_secret_id ?? before.bindSecretId,
    secretIdBoundCidrs: input.secret_id_bound_cidrs ?? input.bound_cidr_list ?? before.secretIdBoundCidrs,
    tokenBoundCidrs: input.token_bound_cidrs ?? before.tokenBoundCidrs,
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
export function describeRole({ settings, createdAt, lastLoginAt }: RoleRow) {
  return {
    bind_secret_id: settings.bindSecretId,
    local_secret_ids: false,
    secret_id_bound_cidrs: settings.secretIdBoundCidrs.length === 0 ? null : settings.secretIdBoundCidrs,
    secret_id_num_uses: settings.secretIdNumUses,
    secret_id_ttl: settings.secretIdTtl,
    token_bound_cidrs: settings.tokenBoundCidrs,
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
