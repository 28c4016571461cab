import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { durationField } from '../../../shared/model/duration.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import { describeTerms, mergeTerms, NO_TERMS, tokenTermFields } from '../auth/token-terms.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, looseTextMap, maybe } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import { findJwtRole, type JwtRole, jwtRoleDeleted, jwtRoleNames, jwtRoleWritten } from './jwt-rows.ts';

const claimValue = z.union([z.string(), z.number(), z.boolean()]);
const boundClaims = z
  .union([
    z.record(z.string(), z.unknown()),
    z.string().transform((text, context) => {
      try {
        return JSON.parse(text) as Record<string, unknown>;
      } catch {
        context.addIssue({ code: 'custom', message: 'expected an object of claims' });
        return z.NEVER;
      }
    }),
  ])
  .pipe(z.record(z.string(), z.union([claimValue.transform((value) => [value]), z.array(claimValue)])));

const name = looseText.transform((text) => text.toLowerCase());
const named = z.object({ name });
const written = z.object({
  name,
  role_type: maybe(z.enum(['', 'jwt', 'oidc'])),
  user_claim: maybe(looseText),
  user_claim_json_pointer: maybe(looseBoolean),
  groups_claim: maybe(looseText),
  bound_audiences: maybe(looseTextList),
  bound_subject: maybe(looseText),
  bound_claims: maybe(boundClaims),
  bound_claims_type: maybe(z.enum(['string', 'glob'])),
  claim_mappings: maybe(looseTextMap),
  clock_skew_leeway: maybe(durationField),
  expiration_leeway: maybe(durationField),
  not_before_leeway: maybe(durationField),
  ...tokenTermFields,
});

const NEW_ROLE: JwtRole = {
  // Vault's default, which refuses JWT logins: whoever means them must say so.
  roleType: 'oidc',
  userClaim: '',
  userClaimJsonPointer: false,
  groupsClaim: '',
  boundAudiences: [],
  boundSubject: '',
  boundClaims: {},
  boundClaimsType: 'string',
  claimMappings: {},
  clockSkewLeeway: 0,
  expirationLeeway: 0,
  notBeforeLeeway: 0,
  terms: NO_TERMS,
};

const write = handler({
  input: written,
  decide(turn, input): ReplyDecision {
    const before = findJwtRole(turn.db, turn.mount.uuid, input.name) ?? NEW_ROLE;
    const role = {
      roleType: input.role_type || before.roleType,
      userClaim: input.user_claim ?? before.userClaim,
      userClaimJsonPointer: input.user_claim_json_pointer ?? before.userClaimJsonPointer,
      groupsClaim: input.groups_claim ?? before.groupsClaim,
      boundAudiences: input.bound_audiences ?? before.boundAudiences,
      boundSubject: input.bound_subject ?? before.boundSubject,
      boundClaims: input.bound_claims ?? before.boundClaims,
      boundClaimsType: input.bound_claims_type ?? before.boundClaimsType,
      claimMappings: input.claim_mappings ?? before.claimMappings,
      clockSkewLeeway: input.clock_skew_leeway ?? before.clockSkewLeeway,
      expirationLeeway: input.expiration_leeway ?? before.expirationLeeway,
      notBeforeLeeway: input.not_before_leeway ?? before.notBeforeLeeway,
      terms: mergeTerms(before.terms, input),
    };
    if (role.userClaim === '') {
      throw new KeywardenError('invalid-request', 'a user claim must be defined on the role');
    }
    if (role.groupsClaim !== '') {
      throw new KeywardenError('invalid-request', 'groups_claim is not supported: put entities into groups');
    }
    const isBound =
      role.boundAudiences.length > 0 || role.boundSubject !== '' || Object.keys(role.boundClaims).length > 0;
    if (role.roleType === 'jwt' && !isBound && role.terms.boundCidrs.length === 0) {
      throw new KeywardenError(
        'invalid-request',
        'must have at least one bound constraint when creating/updating a role',
      );
    }
    const changed = jwtRoleWritten.make({ mount: turn.mount.uuid, name: input.name, role });
    return { kind: 'reply', changes: [changed], reply: {} };
  },
});

const read = handler({
  input: named,
  decide(turn, input): ReplyDecision {
    const role = findJwtRole(turn.db, turn.mount.uuid, input.name);
    if (!role) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: describeJwtRole(role) } };
  },
});

const remove = handler({
  input: named,
  decide(turn, input): ReplyDecision {
    const known = findJwtRole(turn.db, turn.mount.uuid, input.name);
    const changes = known ? [jwtRoleDeleted.make({ mount: turn.mount.uuid, name: input.name })] : [];
    return { kind: 'reply', changes, reply: {} };
  },
});

const list = handler({
  input: z.object({}),
  decide(turn): ReplyDecision {
    const keys = jwtRoleNames(turn.db, turn.mount.uuid);
    if (keys.length === 0) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: { keys } } };
  },
});

/** Roles: which claims a job or a cluster must bring, and what it gets. */
export const jwtRoleRoutes: readonly Route[] = [
  { pattern: 'role', help: 'Lists the roles that signed tokens may log in as.', operations: { list } },
  {
    pattern: 'role/:name',
    help: 'Reads, writes or removes what a signed token must claim to log in, and what it may do then.',
    caseless: true,
    exists: (turn, captures) =>
      findJwtRole(turn.db, turn.mount.uuid, (captures['name'] ?? '').toLowerCase()) !== undefined,
    operations: { read, update: write, delete: remove },
  },
];

function describeJwtRole(role: JwtRole) {
  return {
    allowed_redirect_uris: null,
    bound_audiences: role.boundAudiences,
    bound_claims: role.boundClaims,
    bound_claims_type: role.boundClaimsType,
    bound_subject: role.boundSubject,
    claim_mappings: role.claimMappings,
    clock_skew_leeway: role.clockSkewLeeway,
    expiration_leeway: role.expirationLeeway,
    groups_claim: role.groupsClaim,
    max_age: 0,
    not_before_leeway: role.notBeforeLeeway,
    oidc_scopes: null,
    role_type: role.roleType,
    user_claim: role.userClaim,
    user_claim_json_pointer: role.userClaimJsonPointer,
    verbose_oidc_logging: false,
    ...describeTerms(role.terms),
  };
}
