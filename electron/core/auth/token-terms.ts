/** What auth methods say of the tokens they give: the `token_…` fields that all of them share in Vault. */
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import { isWithin, rangesField } from '../addresses/address-ranges.ts';
import { looseCount, maybe, ttlField } from '../fields.ts';
import type { AuthGrant } from '../reply.ts';
import { sanitizePolicies } from '../tokens/sanitize-policies.ts';

/** As requests write them; the names without `token_` are what older clients send. */
export const tokenTermFields = {
  token_policies: maybe(looseTextList),
  policies: maybe(looseTextList),
  token_ttl: maybe(ttlField),
  ttl: maybe(ttlField),
  token_max_ttl: maybe(ttlField),
  max_ttl: maybe(ttlField),
  token_explicit_max_ttl: maybe(ttlField),
  token_period: maybe(ttlField),
  period: maybe(ttlField),
  token_num_uses: maybe(looseCount),
  token_no_default_policy: maybe(looseBoolean),
  token_bound_cidrs: maybe(rangesField),
  bound_cidrs: maybe(rangesField),
  token_type: maybe(
    z.enum(
      ['', 'default', 'default-service', 'service'],
      'only service tokens can be made here: batch tokens cannot be revoked',
    ),
  ),
};

const given = z.object(tokenTermFields);

/** As changes keep them. */
export const tokenTermsSchema = z.strictObject({
  policies: z.array(z.string()),
  /** Seconds, like those below; 0 is the default. */
  ttl: z.number().int(),
  maxTtl: z.number().int(),
  explicitMaxTtl: z.number().int(),
  period: z.number().int(),
  numUses: z.number().int(),
  noDefaultPolicy: z.boolean(),
  boundCidrs: z.array(z.string()),
  type: z.string(),
});

export type TokenTerms = z.infer<typeof tokenTermsSchema>;

export const NO_TERMS: TokenTerms = {
  policies: [],
  ttl: 0,
  maxTtl: 0,
  explicitMaxTtl: 0,
  period: 0,
  numUses: 0,
  noDefaultPolicy: false,
  boundCidrs: [],
  type: 'default',
};

/** Only what was sent changes. */
export function mergeTerms(before: TokenTerms, input: Partial<z.infer<typeof given>>): TokenTerms {
  const policies = input.token_policies ?? input.policies;
  const merged = {
    policies: policies === undefined ? before.policies : [...sanitizePolicies(policies, false)],
    ttl: input.token_ttl ?? input.ttl ?? before.ttl,
    maxTtl: input.token_max_ttl ?? input.max_ttl ?? before.maxTtl,
    explicitMaxTtl: input.token_explicit_max_ttl ?? before.explicitMaxTtl,
    period: input.token_period ?? input.period ?? before.period,
    numUses: input.token_num_uses ?? before.numUses,
    noDefaultPolicy: input.token_no_default_policy ?? before.noDefaultPolicy,
    boundCidrs: input.token_bound_cidrs ?? input.bound_cidrs ?? before.boundCidrs,
    type: input.token_type || before.type,
  };
  if (merged.maxTtl > 0 && merged.ttl > merged.maxTtl) {
    throw new KeywardenError('invalid-request', '"token_ttl" cannot be greater than "token_max_ttl"');
  }
  return merged;
}

/** As reads show them: Vault's keys. */
export function describeTerms(terms: TokenTerms) {
  return {
    token_bound_cidrs: terms.boundCidrs,
    token_explicit_max_ttl: terms.explicitMaxTtl,
    token_max_ttl: terms.maxTtl,
    token_no_default_policy: terms.noDefaultPolicy,
    token_num_uses: terms.numUses,
    token_period: terms.period,
    token_policies: terms.policies,
    token_ttl: terms.ttl,
    token_type: terms.type,
  };
}

/** The grant of a login by these terms. Throws `permission-denied` for a login from outside its bounds. */
export function grantByTerms(
  terms: TokenTerms,
  remoteAddress: string | undefined,
  who: Pick<AuthGrant, 'displayName' | 'metadata' | 'alias'> & { readonly app?: string },
): AuthGrant {
  if (!isWithin(terms.boundCidrs, remoteAddress)) throw new KeywardenError('permission-denied');
  return {
    ...who,
    policies: terms.policies,
    ttl: terms.ttl,
    maxTtl: terms.maxTtl,
    explicitMaxTtl: terms.explicitMaxTtl,
    period: terms.period,
    numUses: terms.numUses,
    renewable: true,
    boundCidrs: terms.boundCidrs,
    ...(terms.noDefaultPolicy ? { noDefaultPolicy: true } : {}),
  };
}
