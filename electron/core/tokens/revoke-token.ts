import { z } from 'zod';
import type { ReplyDecision } from '../decision.ts';
import { looseText } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { askingToken, livingTokenByAccessor } from './lookup-token.ts';
import { endTokens, revokeTokens } from './revoke-tokens.ts';
import { tokenChildrenOrphaned } from './token-changes.ts';
import { findToken, type TokenRow } from './token-rows.ts';

function revoke(turn: RequestTurn, token: TokenRow | undefined): ReplyDecision {
  const changes = token ? revokeTokens(turn.db, [token.hash], 'revoked', turn.requestId) : [];
  return { kind: 'reply', changes, reply: {} };
}

/** Revocations: the token, its whole tree and all their leases are dead to us with this record. Unknown tokens are dead already. */
export const revokeTokenRoutes: readonly Route[] = [
  {
    pattern: 'revoke-self',
    help: 'Ends the asking token, its children and their leases.',
    operations: {
      update: handler({ input: z.object({}), decide: (turn) => revoke(turn, askingToken(turn)) }),
    },
  },
  {
    pattern: 'revoke',
    help: 'Ends a token that is shown, its children and their leases.',
    operations: {
      update: handler({
        input: z.object({ token: looseText }),
        decide: (turn, { token }) => revoke(turn, findToken(turn.db, turn.keyedHash(token))),
      }),
    },
  },
  {
    pattern: 'revoke-accessor',
    help: 'Ends the token of an accessor, its children and their leases.',
    operations: {
      update: handler({
        input: z.object({ accessor: looseText }),
        decide: (turn, { accessor }) => revoke(turn, livingTokenByAccessor(turn, accessor)),
      }),
    },
  },
  {
    pattern: 'revoke-orphan',
    help: 'Ends a token that is shown, and lets its children live on.',
    sudo: true,
    operations: {
      update: handler({
        input: z.object({ token: looseText }),
        decide(turn, input): ReplyDecision {
          const token = findToken(turn.db, turn.keyedHash(input.token));
          const changes = token
            ? [
                tokenChildrenOrphaned.make({ hash: token.hash }),
                ...endTokens(turn.db, [token], 'revoked', turn.requestId),
              ]
            : [];
          return { kind: 'reply', changes, reply: {} };
        },
      }),
    },
  },
];
