import { z } from 'zod';
import type { REVOCATIONS_METHODS } from '../../../shared/ipc/methods/revocations-methods.ts';
import { dataOf, wireInstant } from '../answer.ts';
import type { Desk } from '../desk.ts';
import { asKeycard, leaseAnswer } from '../lease-answer.ts';
import type { Handlers } from '../router.ts';

const count = z.number().int();
const rehearsal = z.object({
  holders: z.array(z.object({ name: z.string(), tokens: count, leases: count })),
  tokens: z.array(z.unknown()),
  leases: z.array(leaseAnswer),
  still_alive: z.array(z.unknown()),
  blocked: z.array(z.object({ leases: z.array(z.string()), reason: z.string() })),
  ways_back: z.object({ secret_ids: count }),
});
const started = z.object({ id: z.string(), tokens: count, leases: count });
const report = z.object({
  finished: z.boolean(),
  tokens: z.array(z.unknown()),
  leases: z.array(
    leaseAnswer.pick({ lease_id: true, path: true, state: true, reason: true, proof: true }).extend({
      holder: z.string(),
      next_try: wireInstant.nullable(),
    }),
  ),
});

/** Stopping an app, a door or everything: rehearsed, run, and reported with the proofs. */
export function revocationsHandlers({ ask }: Desk): Pick<Handlers, keyof typeof REVOCATIONS_METHODS> {
  return {
    'revocations.rehearse': async (scope) => {
      const shown = dataOf(await ask('update', 'sys/revocations/rehearse', scope), rehearsal);
      return {
        holders: shown.holders,
        tokens: shown.tokens.length,
        keycards: shown.leases.map(asKeycard),
        stillAlive: shown.still_alive.length,
        blocked: shown.blocked.map(({ leases, reason }) => ({ keycards: leases.length, reason })),
        secretIds: shown.ways_back.secret_ids,
      };
    },

    'revocations.run': async ({ lockOut, ...scope }) => {
      const { id, tokens, leases } = dataOf(
        await ask('update', 'sys/revocations', { ...scope, lock_out: lockOut }),
        started,
      );
      return { id, tokens, keycards: leases };
    },

    'revocations.report': async ({ id }) => {
      const { finished, tokens, leases } = dataOf(await ask('read', `sys/revocations/${id}`), report);
      return {
        finished,
        tokens: tokens.length,
        keycards: leases.map((lease) => ({
          leaseId: lease.lease_id,
          path: lease.path,
          holder: lease.holder,
          state: lease.state,
          reason: lease.reason,
          nextTryAt: lease.next_try,
          proof: lease.proof ?? [],
        })),
      };
    },
  };
}
