import { z } from 'zod';
import { method } from '../method.ts';
import { keycard } from './keycards-methods.ts';

const count = z.number().int().nonnegative();
const revocationId = z.uuid();
/** What one revocation takes in: an app, the keycards below a path, or everything. */
const revocationScope = z.strictObject({
  scope: z.enum(['app', 'prefix', 'everything']),
  /** The app's name or the path; empty for everything. */
  name: z.string().max(512),
});

/** Stopping an app, a door or everything: rehearsed, run, and reported with the proofs. */
export const REVOCATIONS_METHODS = {
  /** Exactly what would stop, and what stands in the way; changes nothing. */
  'revocations.rehearse': method(
    revocationScope,
    z.object({
      holders: z.array(z.object({ name: z.string(), tokens: count, leases: count })),
      tokens: count,
      keycards: z.array(keycard),
      /** Already ended for us, but not proven dead. */
      stillAlive: count,
      blocked: z.array(z.object({ keycards: count, reason: z.string() })),
      /** Private halves with which an app could come back. */
      secretIds: count,
    }),
  ),
  /** Stops what the same scope rehearsed. */
  'revocations.run': method(
    revocationScope.safeExtend({ lockOut: z.boolean() }),
    z.object({ id: revocationId, tokens: count, keycards: count }),
  ),
  'revocations.report': method(
    z.strictObject({ id: revocationId }),
    z.object({
      finished: z.boolean(),
      tokens: count,
      keycards: z.array(
        keycard.pick({
          leaseId: true,
          path: true,
          holder: true,
          state: true,
          reason: true,
          nextTryAt: true,
          proof: true,
        }),
      ),
    }),
  ),
} as const;
