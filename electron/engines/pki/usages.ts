import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { PkiRole } from './role-fields.ts';
import type { Usages } from './x509/extensions.ts';

/** Numbers of bits, by the names of Go's crypto/x509, in lower case, with or without `KeyUsage` in front. */
const KEY_USAGES: Readonly<Record<string, number>> = {
  digitalsignature: 0,
  contentcommitment: 1,
  keyencipherment: 2,
  dataencipherment: 3,
  keyagreement: 4,
  encipheronly: 7,
  decipheronly: 8,
};

const EXTENDED: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  serverauth: '1.3.6.1.5.5.7.3.1',
  clientauth: '1.3.6.1.5.5.7.3.2',
  codesigning: '1.3.6.1.5.5.7.3.3',
  emailprotection: '1.3.6.1.5.5.7.3.4',
  ipsecendsystem: '1.3.6.1.5.5.7.3.5',
  ipsectunnel: '1.3.6.1.5.5.7.3.6',
  ipsecuser: '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  ocspsigning: '1.3.6.1.5.5.7.3.9',
};

/** What an authority's own key is for: certificates, lists of revoked ones, and nothing that a leaf does. */
export const CA_USAGES: Usages = {
  // keyCertSign, cRLSign
  keyUsage: [5, 6],
  extKeyUsage: [],
};

/** What a role's certificates may be used for. Throws `invalid-request` for what nobody knows, and for signing certificates. */
export function roleUsages(role: PkiRole): Usages {
  const flags = {
    serverauth: role.server_flag,
    clientauth: role.client_flag,
    codesigning: role.code_signing_flag,
    emailprotection: role.email_protection_flag,
  };
  const flagged = Object.entries(flags).flatMap(([name, on]) => (on ? [EXTENDED[name] ?? ''] : []));
  return usages(role.key_usage, role.ext_key_usage, [...flagged, ...role.ext_key_usage_oids]);
}

/** Usages by name and by number. Throws `invalid-request`. */
export function usages(
  keyUsage: readonly string[],
  extended: readonly string[],
  oids: readonly string[],
): Usages {
  checkIdentifiers(oids);
  const bits = keyUsage.map((name) => known(KEY_USAGES, name, /^keyusage/));
  const named = extended.map((name) => known(EXTENDED, name, /^extkeyusage/));
  return {
    keyUsage: bits,
    extKeyUsage: [...new Set([...named, ...oids])],
  };
}

/** Throws `invalid-request` for what is no dotted object identifier. */
export function checkIdentifiers(oids: readonly string[]): void {
  const wrong = oids.find((oid) => !/^(?:[01]\.[1-3]?\d|2\.\d{1,9})(?:\.(?:0|[1-9]\d{0,9}))*$/.test(oid));
  if (wrong !== undefined)
    throw new KeywardenError('invalid-request', `${wrong} is not an object identifier`);
}

function known<T>(table: Readonly<Record<string, T>>, name: string, prefix: RegExp): T {
  const key = name.trim().toLowerCase().replace(prefix, '');
  const found = Object.hasOwn(table, key) ? table[key] : undefined;
  if (found === undefined) throw new KeywardenError('invalid-request', `unsupported key usage: ${name}`);
  return found;
}
