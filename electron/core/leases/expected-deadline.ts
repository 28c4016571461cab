import { z } from 'zod';
import type { Lease } from './lease.ts';

const told = z.object({
  /** The deadline by the server's clock, when the user was made. */
  until: z.string(),
  /** The lease's at that moment, in milliseconds since 1970. */
  due: z.number(),
  /** Where a renewal was on its way. */
  renewingUntil: z.number().optional(),
});

/**
 * When, by the server's own clock, a user should end as far as this vault knows (milliseconds since 1970). A server that
 * holds it to a later deadline of ours was told so by a copy of this vault. Undefined where the server never told one.
 */
export function expectedDeadline(lease: Lease): number | undefined {
  const { data } = told.safeParse(lease.data);
  if (!data) return undefined;
  return Date.parse(data.until) + Math.max(lease.expiresAt, data.renewingUntil ?? 0) - data.due;
}
