import { z } from 'zod';
import type { Lease } from '../../core/leases/lease.ts';
import type { LeaseLifecycle } from '../../core/leases/lease-lifecycle.ts';

const leaseData = z.object({
  /** The upstream's id. */
  upstream: z.string(),
  upstreamName: z.string(),
  role: z.string(),
  /** The keyed hash of the keycard's secret, by which core knows it again. */
  keycard: z.string(),
});
export type LeaseData = z.output<typeof leaseData>;

/** Reads a lease's own data. */
export function readLeaseData(lease: Lease): LeaseData {
  return leaseData.parse(lease.data);
}

/**
 * Nothing exists at the upstream that could outlive the lease: core knows its keycard no longer, and has waited for its
 * streams to close before this is asked.
 */
export const keycardLeases: LeaseLifecycle = {
  target: (lease) => readLeaseData(lease).upstream,
  end: () => async () => ({ checks: ['keycard refused', 'no open stream'] }),
};
