import { formatGoDuration } from '../../shared/model/duration.ts';

/** Vault's default and maximum lifetime, 32 days, in seconds. */
export const SYSTEM_TTL = 2_764_800;

/** What bounds a lifetime; seconds, 0 means "nothing said", instants in milliseconds. */
export interface TtlQuestion {
  readonly now: number;
  /** Maxima count from here. */
  readonly startedAt: number;
  /** What was asked for. */
  readonly wanted: number;
  /** What holds when nothing was asked for. */
  readonly fallback: number;
  readonly mountDefault: number;
  readonly mountMax: number;
  /** The role's or backend's own maximum. */
  readonly maxTtl: number;
  readonly period: number;
  readonly explicitMaxTtl: number;
}

/** The lifetime from now, in seconds; when renewing must stop at the latest; and what was cut. */
export interface TtlAnswer {
  readonly ttl: number;
  /** null: a periodic token may be renewed for ever. */
  readonly maxExpiresAt: number | null;
  readonly warnings: readonly string[];
}

/** Caps a lifetime as Vault does (`sdk/framework/lease.go`, CalculateTTL). */
export function calculateTtl(question: TtlQuestion): TtlAnswer {
  const { now, startedAt, period, explicitMaxTtl } = question;
  const systemMax = question.mountMax || SYSTEM_TTL;
  const max = Math.min(systemMax, question.maxTtl || systemMax, explicitMaxTtl || systemMax);
  if (period > 0) {
    const capped = Math.min(period, max);
    const warnings =
      period > max
        ? [
            `period of ${quote(period)} exceeded the effective max_ttl of ${quote(max)}; period value is capped accordingly`,
          ]
        : [];
    if (explicitMaxTtl === 0) return { ttl: capped, maxExpiresAt: null, warnings };
    const end = startedAt + explicitMaxTtl * 1000;
    return { ttl: Math.min(capped, secondsUntil(end, now)), maxExpiresAt: end, warnings };
  }
  const wanted =
    question.wanted || question.fallback || Math.min(question.mountDefault || SYSTEM_TTL, systemMax);
  const end = startedAt + max * 1000;
  const ttl = Math.min(wanted, secondsUntil(end, now));
  const warnings =
    ttl < wanted
      ? [
          `TTL of ${quote(wanted)} exceeded the effective max_ttl of ${quote(max)}; TTL value is capped accordingly`,
        ]
      : [];
  return { ttl, maxExpiresAt: end, warnings };
}

/** Whole seconds left until an instant, never negative; a started second counts. */
export function secondsUntil(instant: number, now: number): number {
  return Math.max(0, Math.ceil((instant - now) / 1000));
}

function quote(seconds: number): string {
  return `"${formatGoDuration(seconds)}"`;
}
