import { z } from 'zod';
import type { RandomBytes } from '../../vault/ports.ts';
import { nextTime, parseCron } from './cron.ts';

/** When something is rotated. Seconds; 0 and '' say nothing. Without a period and a schedule: only on demand. */
export const rotationPolicy = z.strictObject({
  /** So long after the last time. */
  period: z.number().int().min(0),
  /** Up to so much later, at random, so that not all come at once. */
  jitter: z.number().int().min(0),
  /** Only at these times (five fields, UTC); with a period, at the first of them after it. */
  schedule: z.string(),
  /** So long after a scheduled time it may still begin; missed, it waits for the next one. */
  window: z.number().int().min(0),
});
export type RotationPolicy = z.output<typeof rotationPolicy>;

/** The next time after an instant, in milliseconds; null: only on demand. The jitter is drawn here, once. */
export function nextDue(policy: RotationPolicy, after: number, random: RandomBytes): number | null {
  if (policy.period === 0 && policy.schedule === '') return null;
  const base = after + policy.period * 1000;
  if (policy.schedule === '') return base + drawn(policy.jitter, random);
  // The minute that has just been served is not the next one.
  const scheduled = nextTime(parseCron(policy.schedule), policy.period === 0 ? base + 1 : base);
  if (scheduled === undefined) return null;
  // Within the window, or what is late by its own jitter would miss it.
  const jitter = policy.window === 0 ? policy.jitter : Math.min(policy.jitter, policy.window);
  return scheduled + drawn(jitter, random);
}

/** Whether the time for what was due has gone by. */
export function missedWindow(policy: RotationPolicy, due: number, now: number): boolean {
  return policy.schedule !== '' && policy.window > 0 && now > due + policy.window * 1000;
}

/** Milliseconds from 0 to so many seconds, each equally likely but for one part in 2^20. */
function drawn(seconds: number, random: RandomBytes): number {
  if (seconds === 0) return 0;
  const bytes = random(6);
  const fraction = Buffer.from(bytes).readUIntBE(0, 6) / 2 ** 48;
  return Math.floor(fraction * (seconds * 1000 + 1));
}
