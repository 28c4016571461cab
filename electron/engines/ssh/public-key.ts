import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { CURVES, type KeyKind } from './key-kinds.ts';
import { FieldReader, mpint, string } from './wire.ts';

/** A public key in SSH's own form. */
export interface SshPublicKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `sk-ssh-ed25519@openssh.com`, … */
  readonly type: string;
  readonly kind: KeyKind;
  readonly bits: number;
  /** The whole. */
  readonly blob: Uint8Array;
  /** What follows the type: stands in a certificate as it is. */
  readonly fields: Uint8Array;
}

const SHORTEST_RSA = 2048;

/** Reads a line of `authorized_keys` or a `.pub` file. Throws `invalid-request`. */
export function readPublicKey(line: string): SshPublicKey {
  const [type = '', encoded = ''] = line.trim().split(/\s+/);
  const blob = Buffer.from(encoded, 'base64');
  try {
    const reader = new FieldReader(blob);
    if (reader.text() !== type) throw new RangeError('two types');
    const fields = reader.rest();
    return { type, ...measure(type, new FieldReader(fields)), blob, fields };
  } catch (thrown) {
    if (thrown instanceof KeywardenError) throw thrown;
    throw new KeywardenError('invalid-request', 'failed to parse public_key as SSH key', { cause: thrown });
  }
}

/** A key of ours, its private or public half, in SSH's form. Throws `invalid-request` for kinds that SSH has no form for. */
export function sshPublicKey(key: KeyObject): SshPublicKey {
  if (!['rsa', 'ec', 'ed25519'].includes(key.asymmetricKeyType ?? ''))
    throw new KeywardenError('invalid-request', 'unsupported kind of key');
  const jwk = createPublicKey(
    key.type === 'private' ? key.export({ format: 'pem', type: 'pkcs8' }) : key,
  ).export({
    format: 'jwk',
  });
  const part = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  if (jwk.kty === 'OKP') return assemble('ssh-ed25519', 'ed25519', 256, string(part(jwk.x)));
  if (jwk.kty === 'RSA') {
    const modulus = part(jwk.n);
    return assemble('ssh-rsa', 'rsa', bitLength(modulus), mpint(part(jwk.e)), mpint(modulus));
  }
  const curve = CURVES.find((one) => one.jwk === jwk.crv);
  if (!curve) throw new KeywardenError('invalid-request', 'unsupported kind of key');
  const point = Buffer.concat([Uint8Array.of(4), part(jwk.x), part(jwk.y)]);
  return assemble(`ecdsa-sha2-${curve.ssh}`, 'ec', curve.bits, string(curve.ssh), string(point));
}

/** `ssh-ed25519 AAAA…`, without a comment. */
export function publicKeyLine({ type, blob }: Pick<SshPublicKey, 'type' | 'blob'>): string {
  return `${type} ${Buffer.from(blob).toString('base64')}`;
}

/** SHA-256 of the key, in hex, as Vault names keys. */
export function publicKeyHash({ blob }: SshPublicKey): string {
  return createHash('sha256').update(blob).digest('hex');
}

function assemble(type: string, kind: KeyKind, bits: number, ...parts: readonly Buffer[]): SshPublicKey {
  const fields = Buffer.concat(parts);
  return { type, kind, bits, fields, blob: Buffer.concat([string(type), fields]) };
}

/** What kind of key it is and how long; all of it must be there, and nothing else. */
function measure(type: string, reader: FieldReader): { readonly kind: KeyKind; readonly bits: number } {
  const curve = CURVES.find((one) => type === `ecdsa-sha2-${one.ssh}`);
  let found: { readonly kind: KeyKind; readonly bits: number };
  if (type === 'ssh-ed25519') found = edwards(reader);
  else if (type === 'sk-ssh-ed25519@openssh.com') found = withApplication(edwards(reader), reader);
  else if (curve) found = onCurve(curve, reader);
  else if (type === 'sk-ecdsa-sha2-nistp256@openssh.com')
    found = withApplication(onCurve(CURVES[0], reader), reader);
  else if (type === 'ssh-rsa') found = rsa(reader);
  else throw new KeywardenError('invalid-request', `keys of type ${type.slice(0, 64)} are not signed`);
  if (reader.rest().length > 0) throw new RangeError('more than a key');
  return found;
}

function edwards(reader: FieldReader) {
  if (reader.string().length !== 32) throw new RangeError('not a point');
  return { kind: 'ed25519', bits: 256 } as const;
}

function onCurve(curve: (typeof CURVES)[number], reader: FieldReader) {
  const [isNamed, point] = [reader.text() === curve.ssh, reader.string()];
  const size = Math.ceil(curve.bits / 8);
  if (!isNamed || point.length !== 1 + 2 * size || point[0] !== 4) throw new RangeError('not a point');
  const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)].map((half) =>
    half.toString('base64url'),
  );
  // Throws where the point lies elsewhere.
  createPublicKey({ key: { kty: 'EC', crv: curve.jwk, x: x ?? '', y: y ?? '' }, format: 'jwk' });
  return { kind: 'ec', bits: curve.bits } as const;
}

function rsa(reader: FieldReader) {
  const [exponent, modulus] = [reader.string(), reader.string()];
  if ([exponent, modulus].some((number) => (number[0] ?? 0) > 0x7f))
    throw new RangeError('a negative number');
  // Whoever has such a public key can sign with it, or nobody can.
  if (bitLength(exponent) < 2 || (exponent.at(-1) ?? 0) % 2 === 0)
    throw new KeywardenError('invalid-request', 'RSA keys with such an exponent are not signed');
  const bits = bitLength(modulus);
  if (bits < SHORTEST_RSA) {
    throw new KeywardenError(
      'invalid-request',
      `an RSA key needs ${SHORTEST_RSA} bits at least; this one has ${bits}`,
    );
  }
  return { kind: 'rsa', bits } as const;
}

/** Keys on a security key name what they are for. */
function withApplication<T>(found: T, reader: FieldReader): T {
  reader.string();
  return found;
}

function bitLength(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (number.length - first) * 8 - Math.clz32(number[first] ?? 0) + 24;
}
