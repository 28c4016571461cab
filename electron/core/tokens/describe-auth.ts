import type { AuthEnvelope } from '../../../shared/model/envelope.ts';
import { secondsUntil } from '../limits.ts';
import type { TokenRow } from './token-rows.ts';

/** The `auth` block about a token; its plaintext is '' where the asker does not hold it. */
export function describeAuth(token: TokenRow, plaintext: string, now: number): AuthEnvelope {
  return {
    client_token: plaintext,
    accessor: token.accessor,
    policies: token.policies,
    token_policies: token.policies,
    metadata: Object.keys(token.meta).length === 0 ? null : token.meta,
    lease_duration: token.expiresAt === null ? 0 : secondsUntil(token.expiresAt, now),
    renewable: token.renewable,
    entity_id: '',
    token_type: 'service',
    orphan: token.parent === null,
    mfa_requirement: null,
    num_uses: Math.max(0, token.usesLeft),
  };
}
