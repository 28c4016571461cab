import { z } from 'zod';
import { instant } from '../fields.ts';
import { method, nothing } from '../method.ts';

/** Terminals that wait for this desktop (`kw login`). */
export const LOGINS_METHODS = {
  /** What `kw login` is waiting for. */
  'logins.list': method(
    nothing,
    z.object({ requests: z.array(z.object({ code: z.string(), program: z.string(), expiresAt: instant })) }),
  ),
  'logins.decide': method(z.strictObject({ code: z.string().max(16), approve: z.boolean() }), z.object({})),
} as const;
