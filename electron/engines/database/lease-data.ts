import { z } from 'zod';
import type { Lease } from '../../core/engine.ts';
import type { DatabaseUser } from './postgres/database-user.ts';

const leaseData = z.object({
  /** The connection's id. */
  connection: z.string(),
  connectionName: z.string(),
  role: z.string(),
  username: z.string(),
  /** Those of the role at issue: used when the role itself is gone. */
  revocationStatements: z.array(z.string()).readonly(),
  /** Told by the server at creation. */
  oid: z.number().optional(),
  /** Told by the server at creation, where it tells: which server it is. */
  server: z.string().optional(),
});

/** What a lease of ours carries. */
export type LeaseData = z.output<typeof leaseData>;

/** Reads a lease's own data. */
export function readLeaseData(lease: Lease): LeaseData {
  return leaseData.parse(lease.data);
}

/** The database user that a lease stands for. */
export function userOf(lease: Lease): DatabaseUser {
  const { username, oid } = readLeaseData(lease);
  return {
    name: username,
    mount: lease.mount.uuid,
    lease: lease.nonce,
    ...(oid === undefined ? {} : { oid }),
  };
}
