import type { z } from 'zod';
import type { Operation } from '../../../shared/model/operation.ts';
import type { ReplyDecision } from '../decision.ts';
import { type AnyHandler, handler, type Route } from '../route.ts';
import type { RoleSettings } from './approle-rows.ts';
import { requireRole } from './role-name.ts';
import { describeRole, mergeRole, NEW_ROLE, roleChanged, writtenRole } from './role-routes.ts';

type Field = Exclude<keyof z.infer<typeof writtenRole>, 'name' | 'role_id' | 'token_type'>;

/** Each field of a role at an address of its own, and where it is kept. */
const FIELDS: readonly (readonly [path: string, field: Field, kept: keyof RoleSettings])[] = [
  ['policies', 'token_policies', 'tokenPolicies'],
  ['bind-secret-id', 'bind_secret_id', 'bindSecretId'],
  ['bound-cidr-list', 'bound_cidr_list', 'secretIdBoundCidrs'],
  ['secret-id-bound-cidrs', 'secret_id_bound_cidrs', 'secretIdBoundCidrs'],
  ['token-bound-cidrs', 'token_bound_cidrs', 'tokenBoundCidrs'],
  ['secret-id-num-uses', 'secret_id_num_uses', 'secretIdNumUses'],
  ['secret-id-ttl', 'secret_id_ttl', 'secretIdTtl'],
  ['token-num-uses', 'token_num_uses', 'tokenNumUses'],
  ['token-ttl', 'token_ttl', 'tokenTtl'],
  ['token-max-ttl', 'token_max_ttl', 'tokenMaxTtl'],
  ['period', 'token_period', 'tokenPeriod'],
];

/** `role/:name/token-ttl` and its like: read, set, and back to what a new role says. */
export const roleFieldRoutes: readonly Route[] = [
  ...FIELDS.map(([path, field, kept]): Route => {
    const operations: Partial<Record<Operation, AnyHandler>> = {
      read: handler({
        input: writtenRole,
        decide(turn, { name }): ReplyDecision {
          const { settings } = requireRole(turn, name);
          return { kind: 'reply', reply: { data: { [field]: settings[kept], ...legacy(path, settings) } } };
        },
      }),
      update: handler({
        input: writtenRole,
        decide(turn, input): ReplyDecision {
          const role = requireRole(turn, input.name);
          const given = path === 'policies' ? (input.token_policies ?? input.policies) : input[field];
          const said = given ?? (path === 'period' ? input.period : undefined);
          const settings = mergeRole(role.settings, said === undefined ? {} : { [field]: said });
          return { kind: 'reply', changes: [roleChanged(turn, { ...role, settings })], reply: {} };
        },
      }),
      delete: handler({
        input: writtenRole,
        decide(turn, { name }): ReplyDecision {
          const role = requireRole(turn, name);
          const settings = { ...role.settings, [kept]: NEW_ROLE[kept] };
          return { kind: 'reply', changes: [roleChanged(turn, { ...role, settings })], reply: {} };
        },
      }),
    };
    return {
      pattern: `role/:name/${path}`,
      help: 'Reads, sets or resets one setting of an app.',
      caseless: true,
      operations,
    };
  }),
  {
    pattern: 'role/:name/local-secret-ids',
    help: 'Tells that secret-ids are not bound to one server of a cluster.',
    caseless: true,
    operations: {
      read: handler({
        input: writtenRole,
        decide(turn, { name }): ReplyDecision {
          const { local_secret_ids } = describeRole(requireRole(turn, name));
          return { kind: 'reply', reply: { data: { local_secret_ids } } };
        },
      }),
    },
  },
];

/** Older clients read these two by their old names. */
function legacy(path: string, settings: RoleSettings): Record<string, unknown> {
  if (path === 'policies') return { policies: settings.tokenPolicies };
  return path === 'period' ? { period: settings.tokenPeriod } : {};
}
