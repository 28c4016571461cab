import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import { rangesField } from '../addresses/address-ranges.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseCount, looseText, maybe, ttlField } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import { sanitizePolicies } from './sanitize-policies.ts';
import {
  findTokenRole,
  type TokenRoleSettings,
  tokenRoleDeleted,
  tokenRoleNames,
  tokenRoleWritten,
} from './token-role-rows.ts';

const named = z.object({ name: looseText });

const written = z.object({
  name: looseText,
  allowed_policies: maybe(looseTextList),
  disallowed_policies: maybe(looseTextList),
  allowed_policies_glob: maybe(looseTextList),
  disallowed_policies_glob: maybe(looseTextList),
  orphan: maybe(looseBoolean),
  renewable: maybe(looseBoolean),
  path_suffix: maybe(
    looseText.pipe(
      z.string().regex(/^(?!.*\.\.)[A-Za-z0-9_.-]*$/, 'may hold letters, digits, dots and dashes'),
    ),
  ),
  period: maybe(ttlField),
  token_period: maybe(ttlField),
  explicit_max_ttl: maybe(ttlField),
  token_explicit_max_ttl: maybe(ttlField),
  token_num_uses: maybe(looseCount),
  token_no_default_policy: maybe(looseBoolean),
  bound_cidrs: maybe(rangesField),
  token_bound_cidrs: maybe(rangesField),
  allowed_entity_aliases: maybe(looseTextList),
  token_type: maybe(
    z.enum(
      ['', 'default', 'default-service', 'service'],
      'only service tokens can be made here: batch tokens cannot be revoked',
    ),
  ),
});

const NEW_ROLE: TokenRoleSettings = {
  allowedPolicies: [],
  disallowedPolicies: [],
  allowedPoliciesGlob: [],
  disallowedPoliciesGlob: [],
  orphan: false,
  renewable: true,
  pathSuffix: '',
  period: 0,
  explicitMaxTtl: 0,
  numUses: 0,
  noDefaultPolicy: false,
  boundCidrs: [],
  allowedEntityAliases: [],
  tokenType: 'default-service',
};

const write = handler({
  input: written,
  decide(turn, input): ReplyDecision {
    const before = findTokenRole(turn.db, input.name) ?? NEW_ROLE;
    const policies = (given: readonly string[] | undefined, kept: readonly string[]) =>
      given === undefined ? [...kept] : [...sanitizePolicies(given, false)];
    const settings = {
      allowedPolicies: policies(input.allowed_policies, before.allowedPolicies),
      disallowedPolicies: policies(input.disallowed_policies, before.disallowedPolicies),
      allowedPoliciesGlob: [...(input.allowed_policies_glob ?? before.allowedPoliciesGlob)],
      disallowedPoliciesGlob: [...(input.disallowed_policies_glob ?? before.disallowedPoliciesGlob)],
      orphan: input.orphan ?? before.orphan,
      renewable: input.renewable ?? before.renewable,
      pathSuffix: input.path_suffix ?? before.pathSuffix,
      period: input.token_period ?? input.period ?? before.period,
      explicitMaxTtl: input.token_explicit_max_ttl ?? input.explicit_max_ttl ?? before.explicitMaxTtl,
      numUses: input.token_num_uses ?? before.numUses,
      noDefaultPolicy: input.token_no_default_policy ?? before.noDefaultPolicy,
      boundCidrs: [...(input.token_bound_cidrs ?? input.bound_cidrs ?? before.boundCidrs)],
      allowedEntityAliases: [...(input.allowed_entity_aliases ?? before.allowedEntityAliases)],
      tokenType: input.token_type || before.tokenType,
    };
    return { kind: 'reply', changes: [tokenRoleWritten.make({ name: input.name, settings })], reply: {} };
  },
});

const read = handler({
  input: named,
  decide(turn, { name }): ReplyDecision {
    const role = findTokenRole(turn.db, name);
    if (!role) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: describeRole(name, role) } };
  },
});

const remove = handler({
  input: named,
  decide: (turn, { name }): ReplyDecision => ({
    kind: 'reply',
    changes: findTokenRole(turn.db, name) ? [tokenRoleDeleted.make({ name })] : [],
    reply: {},
  }),
});

const list = handler({
  input: z.object({}),
  decide(turn): ReplyDecision {
    const keys = tokenRoleNames(turn.db);
    if (keys.length === 0) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: { keys } } };
  },
});

/** `auth/token/roles`: who may make which tokens, without being able to do it all. */
export const tokenRoleRoutes: readonly Route[] = [
  { pattern: 'roles', help: 'Lists the token roles.', operations: { list } },
  {
    pattern: 'roles/:name',
    help: 'Reads, writes or removes a token role: what tokens may be made by it.',
    exists: (turn, { name = '' }) => findTokenRole(turn.db, name) !== undefined,
    operations: { read, update: write, delete: remove },
  },
];

function describeRole(name: string, role: TokenRoleSettings) {
  return {
    allowed_entity_aliases: role.allowedEntityAliases,
    allowed_policies: role.allowedPolicies,
    allowed_policies_glob: role.allowedPoliciesGlob,
    disallowed_policies: role.disallowedPolicies,
    disallowed_policies_glob: role.disallowedPoliciesGlob,
    explicit_max_ttl: role.explicitMaxTtl,
    name,
    orphan: role.orphan,
    path_suffix: role.pathSuffix,
    period: role.period,
    renewable: role.renewable,
    token_explicit_max_ttl: role.explicitMaxTtl,
    token_no_default_policy: role.noDefaultPolicy,
    token_period: role.period,
    token_type: role.tokenType,
    ...(role.boundCidrs.length === 0
      ? {}
      : { bound_cidrs: role.boundCidrs, token_bound_cidrs: role.boundCidrs }),
    ...(role.numUses === 0 ? {} : { token_num_uses: role.numUses }),
  };
}
