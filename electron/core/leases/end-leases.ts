import type { Change } from '../../vault/change.ts';
import { leasesEnded } from './lease-changes.ts';

/** Why leases end, for the record and for whoever looks. */
export type EndReason = 'revoked' | 'expired' | 'token-ended' | 'issue-failed' | 'interrupted' | 'unmounted';

/** The change that ends leases in the state; their effects are queued by whoever watches the records. */
export function endLeases(ids: readonly string[], why: EndReason, requestId: string): readonly Change[] {
  return ids.length === 0 ? [] : [leasesEnded.make({ ids: [...ids], why, by: requestId })];
}
