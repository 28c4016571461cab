import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { StillAlive } from '../scheduler/undertaker.ts';

/** Says that a lease is over for us, but not proven dead at its target. */
export function stillAlive({ reason }: StillAlive): KeywardenError {
  return new KeywardenError('revocation-pending', `failed to revoke: ${reason}; will be retried`);
}
