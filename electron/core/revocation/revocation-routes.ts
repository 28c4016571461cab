import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import type { EffectDecision, ReplyDecision } from '../decision.ts';
import { looseText } from '../fields.ts';
import { endLeases } from '../leases/end-leases.ts';
import { randomUuid } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import { revokeTokens } from '../tokens/revoke-tokens.ts';
import type { RequestTurn } from '../turn.ts';
import { type Blocked, readTargets } from './reach-targets.ts';
import { allRevocations, findRevocation, revocationRun } from './revocation-rows.ts';
import { describeRehearsal, describeReport, describeRevocation, holderOf } from './revocation-shape.ts';
import { type Scope, scopeFields } from './scope.ts';
import { selectDoomed } from './select-doomed.ts';
import { waysBack } from './ways-back.ts';

/**
 * Revocation as one mechanism: rehearse (exactly what would stop, and what would stand in the way), run, and a report
 * with the proof for each keycard. Vault has revoke, revoke-prefix and the like, which stay as they are; this is ours.
 */
export function revocationRoutes(
  services: Pick<CoreServices, 'cache' | 'registry' | 'ports'>,
): readonly Route[] {
  const read = (turn: RequestTurn, scope: Scope) => {
    const mounts = services.cache.mounts(turn.db);
    const doomed = selectDoomed({ db: turn.db, mounts, asker: turn.identity?.tokenHash ?? '' }, scope);
    return { doomed, back: waysBack(turn, mounts, scope, doomed) };
  };

  const rehearse = handler({
    input: scopeFields,
    decide(turn, scope): EffectDecision {
      const { doomed } = read(turn, scope);
      return {
        kind: 'effect',
        changes: [],
        run: readTargets(services, turn, [...doomed.leases, ...doomed.stillAlive]),
        settle(settling, blocked): ReplyDecision {
          // Read again: the targets were asked for seconds, and what is shown shall be true now.
          const now = read(settling, scope);
          const data = describeRehearsal(settling, now.doomed, now.back, blocked as readonly Blocked[]);
          return { kind: 'reply', reply: { data } };
        },
      };
    },
  });

  const run = handler({
    input: scopeFields,
    decide(turn, scope): ReplyDecision {
      const { doomed, back } = read(turn, scope);
      const id = randomUuid(turn.random);
      const record = revocationRun.make({
        id,
        scope: scope.scope,
        name: scope.name,
        lockedOut: scope.lock_out,
        askedBy: turn.identity?.app ?? turn.identity?.displayName ?? '',
        tokens: doomed.tokens.map((token) => ({ accessor: token.accessor, holder: holderOf(token) })),
        leases: doomed.leases.map((lease) => ({ id: lease.id, holder: lease.owner, path: lease.path })),
      });
      const tokens = new Set(doomed.tokens.map(({ hash }) => hash));
      const { leases } = doomed;
      // Those of the tokens end with them.
      const alone = leases.filter(({ tokenHash }) => !tokens.has(tokenHash)).map((lease) => lease.id);
      const changes = [
        record,
        ...(scope.lock_out ? back.close : []),
        ...endLeases(alone, 'revoked', turn.requestId),
        ...revokeTokens(turn.db, [...tokens], 'revoked', turn.requestId),
      ];
      return {
        kind: 'reply',
        changes,
        reply: { data: { id, tokens: tokens.size, leases: leases.length } },
      };
    },
  });

  return [
    {
      pattern: 'revocations',
      sudo: true,
      help: 'Stops an app, a person, a token, keycards, a mount or everything, and lists what was stopped so far.',
      operations: {
        update: run,
        list: handler({
          input: z.object({}),
          decide(turn): ReplyDecision {
            const all = allRevocations(turn.db);
            if (all.length === 0) throw new KeywardenError('not-found');
            const keyInfo = Object.fromEntries(all.map((row) => [row.id, describeRevocation(row)]));
            return { kind: 'reply', reply: { data: { keys: all.map(({ id }) => id), key_info: keyInfo } } };
          },
        }),
      },
    },
    {
      pattern: 'revocations/rehearse',
      sudo: true,
      help: 'Says exactly what a revocation would stop and what would stand in its way, and changes nothing.',
      operations: { update: rehearse },
    },
    {
      pattern: 'revocations/:id',
      sudo: true,
      help: 'The report of a revocation: how far it is, and the proof for each keycard.',
      operations: {
        read: handler({
          input: z.object({ id: looseText }),
          decide(turn, { id }): ReplyDecision {
            const row = findRevocation(turn.db, id);
            if (!row) throw new KeywardenError('not-found');
            return { kind: 'reply', reply: { data: describeReport(turn, row) } };
          },
        }),
      },
    },
  ];
}
