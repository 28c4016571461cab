import { z } from 'zod';
import { handle, instant, leaseId, plainName, ttlSeconds } from '../fields.ts';
import { method, nothing } from '../method.ts';

/** A credential that ends by itself, as the window may know it: no secret. */
export const keycard = z.object({
  leaseId,
  /** The door: the path it was asked from. */
  path: z.string(),
  /** The app, or the person, that holds it. */
  holder: z.string(),
  /** The user name at the target, never the password. */
  username: z.string().nullable(),
  issuedAt: instant,
  expiresAt: instant,
  maxExpiresAt: instant,
  renewable: z.boolean(),
  promise: z.enum(['dies-by-itself', 'needs-keywarden']),
  state: z.enum(['pending', 'active', 'ending', 'dead', 'abandoned']),
  /** Why it is still alive though it should not be, and when the next try is. */
  reason: z.string().nullable(),
  nextTryAt: instant.nullable(),
  proof: z.array(z.string()),
});

/** Keycards: issued once, counted down, renewed, revoked. */
export const KEYCARDS_METHODS = {
  /** The password stays in the main process under `handle` until it is copied, revealed or five minutes old. */
  'keycards.issue': method(
    z.strictObject({ role: plainName, ttl: ttlSeconds.optional() }),
    z.object({ keycard, handle, username: z.string() }),
  ),
  'keycards.copyIssued': method(
    z.strictObject({ handle, what: z.enum(['username', 'password', 'url']) }),
    z.object({ clearsAt: instant }),
  ),
  'keycards.revealIssued': method(z.strictObject({ handle }), z.object({ password: z.string() })),
  /** Live ones first by deadline; the dead of the last day behind them. */
  'keycards.list': method(nothing, z.object({ keycards: z.array(keycard) })),
  'keycards.renew': method(
    z.strictObject({ leaseId, increment: ttlSeconds.optional() }),
    z.object({ keycard }),
  ),
  'keycards.revoke': method(z.strictObject({ leaseId }), z.object({ keycard })),
} as const;

export type Keycard = z.output<typeof keycard>;
