import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { encodeBase32 } from './base32.ts';
import type { CodeTerms } from './time-code.ts';

/** What a key's address tells, as authenticator apps exchange it (Google's Key URI Format). */
export interface KeyUrl {
  readonly secret: string;
  readonly issuer: string;
  readonly accountName: string;
  readonly algorithm: string | undefined;
  readonly digits: string | undefined;
  readonly period: string | undefined;
}

/** Reads `otpauth://totp/Issuer:account?secret=…`. Throws `invalid-request`. */
export function parseKeyUrl(text: string): KeyUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The host of a scheme that URLs do not know stays as it was written.
  if (url?.protocol !== 'otpauth:' || url.host.toLowerCase() !== 'totp') {
    throw new KeywardenError('invalid-request', 'url: not one of otpauth://totp/…');
  }
  const label = decodeLabel(url.pathname.replace(/^\//, ''));
  const colon = label.indexOf(':');
  const { searchParams } = url;
  return {
    secret: searchParams.get('secret') ?? '',
    issuer: searchParams.get('issuer') ?? (colon === -1 ? '' : label.slice(0, colon)),
    accountName: label.slice(colon + 1).trim(),
    algorithm: searchParams.get('algorithm')?.toUpperCase(),
    digits: searchParams.get('digits') ?? undefined,
    period: searchParams.get('period') ?? undefined,
  };
}

/** Writes what `parseKeyUrl` reads. */
export function keyUrl(
  secret: Uint8Array,
  terms: CodeTerms & { readonly issuer: string; readonly accountName: string },
): string {
  const label = `${encodeURIComponent(terms.issuer)}:${encodeURIComponent(terms.accountName)}`;
  const parameters = [
    `algorithm=${terms.algorithm}`,
    `digits=${terms.digits}`,
    `issuer=${encodeURIComponent(terms.issuer)}`,
    `period=${terms.period}`,
    `secret=${encodeBase32(secret)}`,
  ];
  return `otpauth://totp/${label}?${parameters.join('&')}`;
}

function decodeLabel(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new KeywardenError('invalid-request', 'url: its label is not percent-encoded');
  }
}
