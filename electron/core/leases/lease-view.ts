import type { Mount } from '../mounts/mount.ts';
import type { Lease } from './lease.ts';
import type { LeaseRow } from './lease-rows.ts';

/** The lease as its engine sees it. */
export function leaseView(row: LeaseRow, mount: Mount): Lease {
  return {
    id: row.id,
    nonce: row.nonce,
    mount,
    path: row.path,
    state: row.state,
    issuedAt: row.issuedAt,
    expiresAt: row.expiresAt,
    maxExpiresAt: row.maxExpiresAt,
    renewable: row.renewable,
    data: row.data,
  };
}

/** What a lease's sealed credential is bound to. */
export function leaseSecretContext(row: Pick<LeaseRow, 'mount' | 'nonce'>) {
  return { mount: row.mount, owner: `lease:${row.nonce}`, version: 0 };
}
