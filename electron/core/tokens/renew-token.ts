import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, ttlField, withDefault } from '../fields.ts';
import { identityPolicies } from '../identity/identity-rows.ts';
import { calculateTtl } from '../limits.ts';
import type { Mount } from '../mounts/mount.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { describeAuth } from './describe-auth.ts';
import { askingToken, livingToken, livingTokenByAccessor } from './lookup-token.ts';
import { tokenRenewed } from './token-changes.ts';
import { findTokenRole } from './token-role-rows.ts';
import type { TokenRow } from './token-rows.ts';

const increment = withDefault(ttlField, 0);

/** Renewals: the new lifetime counts from now, and the maximum from the token's birth. */
export function renewTokenRoutes({ cache }: Pick<CoreServices, 'cache'>): readonly Route[] {
  const renew = (turn: RequestTurn, token: TokenRow, wanted: number, plaintext = ''): ReplyDecision => {
    // The mount that made it bounds it, not `auth/token/`.
    const maker = cache.mounts(turn.db).byUuid(token.mount) ?? turn.mount;
    return renewToken(turn, token, maker, wanted, plaintext);
  };
  return [
    {
      pattern: 'renew-self',
      help: 'Moves the end of the asking token, counted from now.',
      operations: {
        update: handler({
          input: z.object({ increment }),
          decide: (turn, input) => renew(turn, askingToken(turn), input.increment),
        }),
      },
    },
    {
      pattern: 'renew',
      help: 'Moves the end of a token that is shown, counted from now.',
      operations: {
        update: handler({
          input: z.object({ token: looseText, increment }),
          // Shown again to whoever sent it: clients take it for their own from then on.
          decide: (turn, input) => renew(turn, livingToken(turn, input.token), input.increment, input.token),
        }),
      },
    },
    {
      pattern: 'renew-accessor',
      help: 'Moves the end of the token of an accessor, counted from now.',
      operations: {
        update: handler({
          input: z.object({ accessor: looseText, increment }),
          decide: (turn, input) => renew(turn, livingTokenByAccessor(turn, input.accessor), input.increment),
        }),
      },
    },
  ];
}

function renewToken(
  turn: RequestTurn,
  token: TokenRow,
  maker: Mount,
  wanted: number,
  plaintext: string,
): ReplyDecision {
  const { now } = turn;
  if (!token.renewable || token.expiresAt === null) {
    throw new KeywardenError('invalid-request', 'lease is not renewable');
  }
  const role = token.role === null ? undefined : findTokenRole(turn.db, token.role);
  if (token.role !== null && !role) {
    throw new KeywardenError('invalid-request', 'original token role could not be found, not renewing');
  }
  // A token that dies of idleness is kept alive by use; renewing is one use and asks for no other lifetime.
  const asked = token.idleTtl || wanted;
  const answer = calculateTtl({
    now,
    startedAt: token.issuedAt,
    wanted: asked,
    fallback: token.creationTtl,
    mountDefault: maker.defaultTtl,
    mountMax: maker.maxTtl,
    maxTtl: token.maxExpiresAt === null ? 0 : (token.maxExpiresAt - token.issuedAt) / 1000,
    period: token.period,
    explicitMaxTtl: token.explicitMaxTtl,
  });
  const expiresAt = Math.min(now + answer.ttl * 1000, token.maxExpiresAt ?? Number.POSITIVE_INFINITY);
  return {
    kind: 'reply',
    changes: [tokenRenewed.make({ hash: token.hash, at: now, expiresAt })],
    reply: {
      renewed: describeAuth({ ...token, expiresAt }, plaintext, now, identityPolicies(turn.db, token.entity)),
      warnings: answer.warnings,
    },
  };
}
