import { domainToASCII, domainToUnicode } from 'node:url';

/** A name of hosts, in the one spelling that is compared and signed: lower case, in ASCII (RFC 5890's A-labels). */
export interface HostName {
  readonly text: string;
  /** Without the `*.` in front, where there is one. */
  readonly base: string;
  readonly isWildcard: boolean;
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Names that only software of its own understands: `_service`, `my_host`. */
const LOOSE_LABEL = /^[a-z0-9_-]{1,63}$/;

/**
 * Reads a host name. A wildcard stands for the whole first label and nothing else (RFC 9525, 6.3).
 * `strict` wants the labels of RFC 1123. @returns undefined for what is none.
 */
export function readHostName(given: string, strict: boolean): HostName | undefined {
  const isWildcard = given.startsWith('*.');
  const base = toAscii(isWildcard ? given.slice(2) : given);
  if (base === undefined || base.length > 253) return undefined;
  const pattern = strict ? LABEL : LOOSE_LABEL;
  const labels = base.split('.');
  if (!labels.every((label) => pattern.test(label))) return undefined;
  // A last label of digits would be read as an address (RFC 3696).
  if (labels.length > 1 && /^\d+$/.test(labels.at(-1) ?? '')) return undefined;
  return { text: isWildcard ? `*.${base}` : base, base, isWildcard };
}

/** What is converted must come out the same again, so that no two spellings lead to one name unseen. */
function toAscii(given: string): string | undefined {
  const isAscii = /^[\x21-\x7e]+$/.test(given);
  if (!isAscii) {
    // The URL parser behind it would decode, map and drop more than a name may hold.
    if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(given)) return undefined;
    const converted = domainToASCII(given);
    return converted === '' ? undefined : converted;
  }
  const lower = given.toLowerCase();
  if (!lower.split('.').some((label) => label.startsWith('xn--'))) return lower;
  if (!/^[a-z0-9.-]+$/.test(lower)) return undefined;
  return domainToASCII(domainToUnicode(lower)) === lower ? lower : undefined;
}

/** Whether a text fits a pattern in which `*` stands for any text, as in Vault's globs. */
export function fitsGlob(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
