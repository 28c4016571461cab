import { z } from 'zod';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Keycard } from '../../shared/ipc/methods/keycards-methods.ts';
import { dataOf, wireInstant } from './answer.ts';
import type { Ask } from './desk.ts';

const instantOrNull = wireInstant.nullable();

/** A lease as core tells it to the desktop: no secret. */
export const leaseAnswer = z.object({
  lease_id: z.string(),
  path: z.string(),
  owner: z.string(),
  username: z.string().nullable(),
  issue_time: instantOrNull,
  expire_time: instantOrNull,
  max_expire_time: instantOrNull,
  renewable: z.boolean(),
  promise: z.enum(['dies-by-itself', 'needs-keywarden']),
  state: z.enum(['pending', 'active', 'ending', 'dead', 'abandoned']),
  reason: z.string().nullable(),
  next_try: instantOrNull,
  proof: z.array(z.string()).nullable(),
});
const answer = z.object({ leases: z.array(leaseAnswer) });

/** Every keycard that is alive, and the dead of the last day. */
export async function listLeases(ask: Ask): Promise<Keycard[]> {
  return dataOf(await ask('read', 'sys/internal/leases'), answer).leases.map(asKeycard);
}

/** One keycard. Throws `not-found`. */
export async function readLease(ask: Ask, leaseId: string): Promise<Keycard> {
  const envelope = await ask('read', 'sys/internal/leases', { lease_id: leaseId });
  const found = dataOf(envelope, answer).leases.find(({ lease_id: id }) => id === leaseId);
  if (!found) throw new KeywardenError('not-found');
  return asKeycard(found);
}

/** The keycard that the desktop draws. */
export function asKeycard(found: z.output<typeof leaseAnswer>): Keycard {
  const expiresAt = found.expire_time ?? 0;
  return {
    leaseId: found.lease_id,
    path: found.path,
    holder: found.owner,
    username: found.username,
    issuedAt: found.issue_time ?? 0,
    expiresAt,
    maxExpiresAt: found.max_expire_time ?? expiresAt,
    renewable: found.renewable,
    promise: found.promise,
    state: found.state,
    reason: found.reason,
    nextTryAt: found.next_try,
    proof: found.proof ?? [],
  };
}
