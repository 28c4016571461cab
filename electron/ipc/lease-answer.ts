import { z } from 'zod';
import type { Keycard } from '../../shared/ipc/contract.ts';
import { dataOf } from './answer.ts';
import type { Ask } from './desk.ts';

/** A lease as `sys/keywarden/leases` tells it: no secret, instants in milliseconds since 1970. */
const lease = z.object({
  lease_id: z.string(),
  path: z.string(),
  holder: z.string(),
  username: z.string().nullable(),
  issued_at: z.number(),
  expires_at: z.number(),
  max_expires_at: z.number(),
  renewable: z.boolean(),
  promise: z.enum(['dies-by-itself', 'needs-keywarden']),
  state: z.enum(['pending', 'active', 'ending', 'dead', 'abandoned']),
  reason: z.string().nullable(),
  next_try_at: z.number().nullable(),
  proof: z.array(z.string()),
});

/** Every lease that is alive, and the dead of the last day. */
export async function listLeases(ask: Ask): Promise<Keycard[]> {
  const answer = dataOf(await ask('read', 'sys/keywarden/leases'), z.object({ leases: z.array(lease) }));
  return answer.leases.map(asKeycard);
}

/** One lease. Throws `not-found`. */
export async function readLease(ask: Ask, leaseId: string): Promise<Keycard> {
  return asKeycard(dataOf(await ask('read', `sys/keywarden/leases/${leaseId}`), lease));
}

function asKeycard(found: z.output<typeof lease>): Keycard {
  return {
    leaseId: found.lease_id,
    path: found.path,
    holder: found.holder,
    username: found.username,
    issuedAt: found.issued_at,
    expiresAt: found.expires_at,
    maxExpiresAt: found.max_expires_at,
    renewable: found.renewable,
    promise: found.promise,
    state: found.state,
    reason: found.reason,
    nextTryAt: found.next_try_at,
    proof: found.proof,
  };
}
