import { z } from 'zod';
import type { Lease } from '../../core/leases/lease.ts';
import type { LeasedUser } from './database-plugin.ts';

const leaseData = z.object({
  /** The connection's id. */
  connection: z.string(),
  connectionName: z.string(),
  role: z.string(),
  username: z.string(),
  /** Those of the role at issue: used when the role itself is gone. */
  revocationStatements: z.array(z.string()).readonly(),
});

/** What a lease of ours carries, besides what the server told at creation. */
export type LeaseData = z.output<typeof leaseData>;

/** Reads a lease's own data. */
export function readLeaseData(lease: Lease): LeaseData {
  return leaseData.parse(lease.data);
}

/** The user that a lease stands for. */
export function userOf(lease: Lease): LeasedUser {
  const { username } = readLeaseData(lease);
  return { name: username, mount: lease.mount.uuid, lease: lease.nonce, remembered: lease.data };
}
