import { type KeyObject, sign } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { RandomBytes } from '../../vault/ports.ts';
import { CURVES } from './key-kinds.ts';
import { type SshPublicKey, sshPublicKey } from './public-key.ts';
import { mpint, string, uint32, uint64 } from './wire.ts';

/** Everything that an SSH certificate says (OpenSSH's PROTOCOL.certkeys). */
export interface CertificateTerms {
  readonly key: SshPublicKey;
  readonly serial: bigint;
  readonly kind: 'user' | 'host';
  readonly keyId: string;
  /** None would mean everybody. */
  readonly principals: readonly string[];
  /** Seconds since 1970. */
  readonly validAfter: number;
  readonly validBefore: number;
  readonly criticalOptions: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, string>>;
}

/** How an RSA key signs; the other kinds have one way each. SHA-1 (`ssh-rsa`) is not offered. */
export type RsaSigner = 'rsa-sha2-256' | 'rsa-sha2-512';

/** Makes a certificate, signed with the authority's key. @returns the line that stands in a `-cert.pub` file. */
export function signSshCertificate(
  terms: CertificateTerms,
  authority: KeyObject,
  { rsa, random }: { readonly rsa: RsaSigner; readonly random: RandomBytes },
): string {
  const type = certificateType(terms.key.type);
  const toBeSigned = Buffer.concat([
    string(type),
    string(random(32)),
    terms.key.fields,
    uint64(terms.serial),
    uint32(terms.kind === 'user' ? 1 : 2),
    string(terms.keyId),
    string(Buffer.concat(terms.principals.map((name) => string(name)))),
    uint64(BigInt(terms.validAfter)),
    uint64(BigInt(terms.validBefore)),
    string(options(terms.criticalOptions)),
    string(options(terms.extensions)),
    string(''),
    string(sshPublicKey(authority).blob),
  ]);
  const certificate = Buffer.concat([toBeSigned, string(signature(toBeSigned, authority, rsa))]);
  return `${type} ${certificate.toString('base64')}\n`;
}

function certificateType(type: string): string {
  return `${type.replace(/@openssh\.com$/, '')}-cert-v01@openssh.com`;
}

/** In the order of their names, each once, as sshd demands; a value stands in a string of its own. */
function options(given: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(given).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Buffer.concat(
    entries.flatMap(([name, value]) => [string(name), string(value === '' ? '' : string(value))]),
  );
}

function signature(bytes: Uint8Array, key: KeyObject, rsa: RsaSigner): Buffer {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return Buffer.concat([string('ssh-ed25519'), string(sign(null, bytes, key))]);
  if (type === 'rsa') {
    const hash = rsa === 'rsa-sha2-512' ? 'sha512' : 'sha256';
    return Buffer.concat([string(rsa), string(sign(hash, bytes, key))]);
  }
  const curve = CURVES.find((one) => one.node === details?.namedCurve);
  if (!curve) throw new KeywardenError('invalid-request', 'unsupported kind of key');
  const both = sign(curve.hash, bytes, { key, dsaEncoding: 'ieee-p1363' });
  const half = both.length / 2;
  const numbers = Buffer.concat([mpint(both.subarray(0, half)), mpint(both.subarray(half))]);
  return Buffer.concat([string(`ecdsa-sha2-${curve.ssh}`), string(numbers)]);
}
