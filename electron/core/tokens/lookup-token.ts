import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText } from '../fields.ts';
import { formatInstant } from '../format-instant.ts';
import { identityPolicies } from '../identity/identity-rows.ts';
import { secondsUntil } from '../limits.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { findToken, findTokenByAccessor, isAlive, type TokenRow } from './token-rows.ts';

const nothing = z.object({});

/** The token that a request carries in its body. Throws `bad-token` where it is not alive. */
export function livingToken(turn: RequestTurn, plaintext: string): TokenRow {
  const token = findToken(turn.db, turn.keyedHash(plaintext));
  if (!token || !isAlive(token, turn.now)) throw new KeywardenError('bad-token');
  return token;
}

/** The token of an accessor. Throws Vault's `invalid accessor`. */
export function livingTokenByAccessor(turn: RequestTurn, accessor: string): TokenRow {
  const token = findTokenByAccessor(turn.db, accessor);
  if (!token || !isAlive(token, turn.now)) throw new KeywardenError('invalid-request', 'invalid accessor');
  return token;
}

/** The token that asks. */
export function askingToken(turn: RequestTurn): TokenRow {
  const token = turn.identity && findToken(turn.db, turn.identity.tokenHash);
  if (!token) throw new KeywardenError('permission-denied');
  return token;
}

function describeToken(turn: RequestTurn, token: TokenRow, id: string): ReplyDecision {
  return {
    kind: 'reply',
    reply: {
      data: {
        accessor: token.accessor,
        creation_time: Math.floor(token.issuedAt / 1000),
        creation_ttl: token.creationTtl,
        display_name: token.displayName,
        entity_id: token.entity ?? '',
        expire_time: token.expiresAt === null ? null : formatInstant(token.expiresAt),
        explicit_max_ttl: token.explicitMaxTtl,
        id,
        issue_time: formatInstant(token.issuedAt),
        meta: Object.keys(token.meta).length === 0 ? null : token.meta,
        num_uses: Math.max(0, token.usesLeft),
        orphan: token.parent === null,
        path: token.path,
        policies: token.policies,
        renewable: token.renewable,
        ttl: token.expiresAt === null ? 0 : secondsUntil(token.expiresAt, turn.now),
        type: 'service',
        ...(token.period > 0 ? { period: token.period } : {}),
        ...(token.role === null ? {} : { role: token.role }),
        ...(token.boundCidrs.length === 0 ? {} : { bound_cidrs: token.boundCidrs }),
        ...(token.entity === null ? {} : { identity_policies: identityPolicies(turn.db, token.entity) }),
        ...(token.lastRenewedAt === null
          ? {}
          : {
              last_renewal: formatInstant(token.lastRenewedAt),
              last_renewal_time: Math.floor(token.lastRenewedAt / 1000),
            }),
      },
    },
  };
}

const lookup = handler({
  input: z.object({ token: looseText }),
  decide: (turn, { token }) => describeToken(turn, livingToken(turn, token), token),
});

const lookupAccessor = handler({
  input: z.object({ accessor: looseText }),
  decide: (turn, { accessor }) => describeToken(turn, livingTokenByAccessor(turn, accessor), ''),
});

const selfLookup = handler({
  input: nothing,
  decide: (turn) => {
    const { kind, reply } = describeToken(turn, askingToken(turn), '');
    return { kind, reply: { ...reply, aboutAsker: true } };
  },
});

/** What a token is, for its holder, for whoever has it, and for whoever has its accessor. */
export const lookupRoutes: readonly Route[] = [
  {
    pattern: 'lookup-self',
    help: 'Tells what the asking token is and how long it lives.',
    operations: { read: selfLookup, update: selfLookup },
  },
  {
    pattern: 'lookup',
    help: 'Tells what a token that is shown is and how long it lives.',
    operations: { read: lookup, update: lookup },
  },
  {
    pattern: 'lookup-accessor',
    help: 'Tells what the token of an accessor is, without showing it.',
    operations: { update: lookupAccessor },
  },
];
