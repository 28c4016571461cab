import { z } from 'zod';
import { KeywardenError } from '../errors/keywarden-error.ts';

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};
/** A hundred years: longer is a mistake, and keeps every instant far inside safe integers. */
const MAX_SECONDS = 100 * 365 * 86_400;

/**
 * Reads a duration as Vault's clients write it: whole seconds (`90`, `"90"`) or Go's form (`"1h30m"`, `"1.5h"`, `"50d"`).
 *
 * @returns whole seconds, rounded up so that a short TTL never becomes none. Throws `invalid-request`.
 */
export function parseDuration(text: string | number): number {
  const seconds = typeof text === 'number' ? text : parseText(text.trim());
  if (!Number.isFinite(seconds) || Math.abs(seconds) > MAX_SECONDS) {
    throw new KeywardenError(
      'invalid-request',
      'that is not a duration: use seconds, or a form such as 1h30m',
    );
  }
  return Math.ceil(seconds);
}

function parseText(text: string): number {
  if (text === '') return 0;
  if (/^-?\d+$/.test(text)) return Number(text);
  const match = /^(-?)((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+)$/.exec(text);
  if (!match) return Number.NaN;
  let total = 0;
  for (const part of (match[2] ?? '').matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)) {
    total += Number(part[1]) * (UNIT_SECONDS[part[2] ?? ''] ?? Number.NaN);
  }
  return match[1] === '-' ? -total : total;
}

/** Writes whole seconds as Go does (`3h25m19s`, `0s`), which KV 2 answers with. */
export function formatGoDuration(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const total = Math.abs(Math.trunc(seconds));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = total % 60;
  if (hours > 0) return `${sign}${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${sign}${minutes}m${rest}s` : `${sign}${rest}s`;
}

/** A duration field of a request body: parsed to whole seconds. */
export const durationField = z.union([z.number(), z.string().max(64)]).transform((text, context) => {
  try {
    return parseDuration(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});
