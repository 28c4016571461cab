import type { AuthEnvelope } from '../../../shared/model/envelope.ts';
import { secondsUntil } from '../limits.ts';
import type { TokenRow } from './token-rows.ts';

/** The `auth` block about a token; its plaintext is '' where the asker does not hold it. */
export function describeAuth(
  token: TokenRow,
  plaintext: string,
  now: number,
  added: readonly string[] = [],
): AuthEnvelope {
  const identity = added.filter((name) => !token.policies.includes(name));
  return {
    client_token: plaintext,
    accessor: token.accessor,
    policies: identity.length === 0 ? token.policies : [...token.policies, ...identity].sort(),
    token_policies: token.policies,
    ...(identity.length === 0 ? {} : { identity_policies: identity }),
    metadata: Object.keys(token.meta).length === 0 ? null : token.meta,
    lease_duration: token.expiresAt === null ? 0 : secondsUntil(token.expiresAt, now),
    renewable: token.renewable,
    entity_id: token.entity ?? '',
    token_type: 'service',
    orphan: token.parent === null,
    mfa_requirement: null,
    num_uses: Math.max(0, token.usesLeft),
  };
}
