import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';

export const NOON = 1_800_000_000_000;
const minute = 60_000;

/** A live keycard, issued at noon for ten minutes, with what a test changes. */
export function keycard(changed: Partial<Keycard> = {}): Keycard {
  return {
    leaseId: 'database/creds/readonly/one',
    path: 'database/creds/readonly',
    holder: 'orders-api',
    username: 'v-orders-one',
    issuedAt: NOON,
    expiresAt: NOON + 10 * minute,
    maxExpiresAt: NOON + 60 * minute,
    renewable: true,
    promise: 'dies-by-itself',
    state: 'active',
    reason: null,
    nextTryAt: null,
    proof: [],
    ...changed,
  };
}
