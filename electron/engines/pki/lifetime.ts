import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { formatInstant } from '../../core/format-instant.ts';
import { calculateTtl } from '../../core/limits.ts';
import type { ReadTurn } from '../../core/turn.ts';

/** From when to when a certificate is good; milliseconds since 1970. */
export interface Lifetime {
  readonly notBefore: number;
  readonly notAfter: number;
  /** Seconds from now. */
  readonly ttl: number;
  readonly warnings: readonly string[];
}

/** What was asked for, and what bounds it; seconds, 0 for nothing said. */
export interface LifetimeQuestion {
  readonly ttl?: number | undefined;
  /** RFC 3339, or ''. */
  readonly notAfter: string;
  readonly fallback: number;
  readonly maxTtl: number;
  readonly backdated: number;
  /** The authority's own end: nothing below it may outlive it. */
  readonly issuerEnds?: number;
  /** What would outlive it is cut to its end rather than refused. */
  readonly truncates?: boolean;
}

/** Bounds a certificate's life by role, mount and authority. Throws `invalid-request` where the authority ends first. */
export function lifetimeOf({ now, mount }: ReadTurn, question: LifetimeQuestion): Lifetime {
  // Certificates count in whole seconds.
  const start = Math.floor(now / 1000) * 1000;
  const wanted = question.notAfter === '' ? (question.ttl ?? 0) : secondsTo(question.notAfter, start);
  const { ttl, warnings } = calculateTtl({
    now: start,
    startedAt: start,
    wanted,
    fallback: question.fallback,
    mountDefault: mount.defaultTtl,
    mountMax: mount.maxTtl,
    maxTtl: question.maxTtl,
    period: 0,
    explicitMaxTtl: 0,
  });
  const notAfter = start + ttl * 1000;
  const ends = question.issuerEnds;
  if (ends !== undefined && notAfter > ends && question.truncates && ends > start) {
    const cut = { notBefore: start - question.backdated * 1000, notAfter: ends, ttl: (ends - start) / 1000 };
    return { ...cut, warnings: ['the certificate ends with its issuer, before what was asked for'] };
  }
  if (question.issuerEnds !== undefined && notAfter > question.issuerEnds) {
    throw new KeywardenError(
      'invalid-request',
      `cannot satisfy request, as TTL would result in notAfter of ${formatInstant(notAfter)} that is beyond the expiration of the CA certificate at ${formatInstant(question.issuerEnds)}`,
    );
  }
  return {
    notBefore: start - question.backdated * 1000,
    notAfter,
    ttl,
    warnings: wanted > 0 ? warnings : [],
  };
}

function secondsTo(notAfter: string, now: number): number {
  const seconds = Math.floor((Date.parse(notAfter) - now) / 1000);
  if (!/^\d{4}-\d\d-\d\dT/.test(notAfter) || !(seconds > 0)) {
    throw new KeywardenError(
      'invalid-request',
      'not_after must be an instant to come, as 2030-01-31T00:00:00Z',
    );
  }
  return seconds;
}
