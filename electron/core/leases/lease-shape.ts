import { formatInstant } from '../format-instant.ts';
import { secondsUntil } from '../limits.ts';
import type { LeaseRow } from './lease-rows.ts';

const instant = (at: number | null) => (at === null ? null : formatInstant(at));

/** A lease as `sys/leases/lookup` shows it: Vault's keys, then ours. */
export function describeLease(row: LeaseRow, now: number) {
  return {
    id: row.id,
    issue_time: formatInstant(row.issuedAt),
    expire_time: formatInstant(row.expiresAt),
    last_renewal: instant(row.lastRenewedAt),
    renewable: row.renewable && row.state === 'active',
    ttl: row.state === 'active' ? secondsUntil(row.expiresAt, now) : 0,
    ...describeEnd(row),
  };
}

/** A lease as the desktop draws it: a keycard with its app, door, promise and state. */
export function describeKeycard(row: LeaseRow, now: number) {
  return {
    ...describeLease(row, now),
    lease_id: row.id,
    path: row.path,
    owner: row.owner,
    /** The user name at the target, where the engine has one. */
    username: typeof row.data['username'] === 'string' ? row.data['username'] : null,
    accessor: row.tokenAccessor,
    creation_ttl: row.ttl,
    max_expire_time: formatInstant(row.maxExpiresAt),
  };
}

/** How its end stands: dead is not proven, and proven says by what. */
function describeEnd(row: LeaseRow) {
  return {
    state: row.state,
    promise: row.promise,
    ended_time: instant(row.endedAt),
    ended_why: row.endedWhy,
    attempts: row.attempts,
    reason: row.reason,
    next_try: instant(row.nextTryAt),
    proven_time: instant(row.provenAt),
    proof: row.proof,
  };
}
