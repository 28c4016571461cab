import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { Change } from '../../vault/change.ts';
import type { CoreServices } from '../core-services.ts';
import type { EffectDecision, ReplyDecision } from '../decision.ts';
import { looseText, withDefault } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import { revokeTokens } from '../tokens/revoke-tokens.ts';
import { tokensBelow } from '../tokens/token-rows.ts';
import type { RequestTurn } from '../turn.ts';
import { endLeases } from './end-leases.ts';
import { leaseEndsInsisted, leasesAbandoned } from './lease-changes.ts';
import { findLease, type LeaseRow, leasesNowBelow } from './lease-rows.ts';
import { stillAlive } from './still-alive.ts';

/** How long a revocation waits for its proof before it says that it is still at it. */
const WAIT_FOR_PROOF = 5000;

const sync = withDefault(looseBoolean, true);
const one = z.object({
  lease_id: withDefault(looseText, ''),
  url_lease_id: withDefault(looseText, ''),
  sync,
});
const below = z.object({ prefix: withDefault(looseText, ''), sync });

/**
 * Revoking. The lease is dead to us with the first record; the answer waits a while for the proof.
 * Without one it says so, and the trying goes on.
 */
export function revokeLeaseRoutes({ undertaker }: Pick<CoreServices, 'undertaker'>): readonly Route[] {
  const end = (
    turn: RequestTurn,
    rows: readonly LeaseRow[],
    wait: boolean,
    alsoEnded: readonly Change[] = [],
  ): ReplyDecision | EffectDecision => {
    const alive = rows.filter(({ state }) => state !== 'dead' && state !== 'abandoned').map(({ id }) => id);
    const waiting = rows.filter(({ state, endedWhy }) => state === 'ending' && endedWhy === 'expired');
    const changes = [
      ...alsoEnded,
      ...endLeases(alive, 'revoked', turn.requestId),
      ...(waiting.length === 0
        ? []
        : [leaseEndsInsisted.make({ ids: waiting.map(({ id }) => id), by: turn.requestId })]),
    ];
    if (!wait) return { kind: 'reply', changes, reply: { status: 202 } };
    if (alive.length === 0) return { kind: 'reply', changes, reply: {} };
    return {
      kind: 'effect',
      changes,
      run: () => undertaker.waitFor(alive, WAIT_FOR_PROOF),
      settle(_turn, left): ReplyDecision {
        const [first] = left as Awaited<ReturnType<typeof undertaker.waitFor>>;
        if (first) throw stillAlive(first);
        return { kind: 'reply', reply: {} };
      },
    };
  };

  const revoke = handler({
    input: one,
    decide(turn, input) {
      // The path was authorized, the body was not.
      const id = input.url_lease_id || input.lease_id;
      if (id === '') throw new KeywardenError('invalid-request', 'lease_id must be specified');
      const row = findLease(turn.db, id);
      return end(turn, row ? [row] : [], input.sync);
    },
  });

  const revokePrefix = handler({
    input: below,
    decide: (turn, input) => end(turn, named(turn, input.prefix), input.sync, tokensOf(turn, input.prefix)),
  });

  const revokeForce = handler({
    input: below,
    decide(turn, { prefix, sync }): ReplyDecision | EffectDecision {
      const rows = named(turn, prefix);
      const ids = rows.map(({ id }) => id);
      const tokens = tokensOf(turn, prefix);
      if (ids.length === 0) return { kind: 'reply', changes: tokens, reply: {} };
      return {
        kind: 'effect',
        changes: [...tokens, ...endLeases(ids, 'revoked', turn.requestId)],
        // Without waiting when whoever asks knows that the target is gone.
        run: () => undertaker.waitFor(ids, sync ? WAIT_FOR_PROOF : 0),
        settle(settling): ReplyDecision {
          const left = ids.filter((id) => findLease(settling.db, id)?.state === 'ending');
          const changes = left.length === 0 ? [] : [leasesAbandoned.make({ ids: left })];
          return { kind: 'reply', changes, reply: {} };
        },
      };
    },
  });

  return [
    {
      pattern: 'leases/revoke',
      help: 'Ends a lease, and waits for the proof that it is dead.',
      operations: { update: revoke },
    },
    {
      pattern: 'leases/revoke/:url_lease_id*',
      help: 'Ends a lease, and waits for the proof that it is dead.',
      operations: { update: revoke },
    },
    {
      pattern: 'revoke',
      help: 'Ends a lease, at the address of old clients.',
      operations: { update: revoke },
    },
    {
      pattern: 'revoke/:url_lease_id*',
      help: 'Ends a lease, at the address of old clients.',
      operations: { update: revoke },
    },
    {
      pattern: 'leases/revoke-prefix/:prefix*',
      help: 'Ends all leases below a path.',
      sudo: true,
      operations: { update: revokePrefix },
    },
    {
      pattern: 'revoke-prefix/:prefix*',
      help: 'Ends all leases below a path, at the address of old clients.',
      sudo: true,
      operations: { update: revokePrefix },
    },
    {
      pattern: 'leases/revoke-force/:prefix*',
      help: 'Ends all leases below a path, and stops waiting for those whose death cannot be proven.',
      sudo: true,
      operations: { update: revokeForce },
    },
    {
      pattern: 'revoke-force/:prefix*',
      help: 'The same as leases/revoke-force, at the address of old clients.',
      sudo: true,
      operations: { update: revokeForce },
    },
  ];
}

/** Tokens are leases of the path that made them, in Vault: `revoke-prefix/auth/userpass` ends what came of its logins. */
function tokensOf(turn: RequestTurn, prefix: string): readonly Change[] {
  const roots = tokensBelow(turn.db, prefix).map(({ hash }) => hash);
  return revokeTokens(turn.db, roots, 'revoked', turn.requestId);
}

/** A prefix of paths, or one lease by its whole id. */
function named(turn: RequestTurn, prefix: string): readonly LeaseRow[] {
  const exact = findLease(turn.db, prefix);
  return exact ? [exact] : leasesNowBelow(turn.db, prefix);
}
