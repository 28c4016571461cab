import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { RandomBytes } from '../../vault/ports.ts';
import { CURVES } from './key-kinds.ts';
import { sshPublicKey } from './public-key.ts';
import { FieldReader, mpint, string, uint32 } from './wire.ts';

/** OpenSSH's own file of a private key (PROTOCOL.key), without a passphrase. */
const MAGIC = 'openssh-key-v1\0';
const LABEL = 'OPENSSH PRIVATE KEY';
const BLOCK = 8;

/** Writes a private key as `ssh-keygen` does. */
export function revealOpensshKey(key: KeyObject, comment: string, random: RandomBytes): string {
  const { type, blob } = sshPublicKey(key);
  const check = Buffer.from(random(4));
  const fields = Buffer.concat([check, check, string(type), ...privateFields(key), string(comment)]);
  const padding = Uint8Array.from(
    { length: (BLOCK - (fields.length % BLOCK)) % BLOCK },
    (_, index) => index + 1,
  );
  const file = Buffer.concat([
    Buffer.from(MAGIC),
    string('none'),
    string('none'),
    string(''),
    uint32(1),
    string(blob),
    string(Buffer.concat([fields, padding])),
  ]);
  const lines = file.toString('base64').match(/.{1,70}/g) ?? [];
  return [`-----BEGIN ${LABEL}-----`, ...lines, `-----END ${LABEL}-----`, ''].join('\n');
}

/** Reads a private key in OpenSSH's form or in PEM. Throws `invalid-request`. */
export function readPrivateKey(text: string): KeyObject {
  const refuse = (why: string, cause?: unknown): never => {
    throw new KeywardenError('invalid-request', `failed to parse private_key: ${why}`, { cause });
  };
  try {
    const [, body] = new RegExp(`-----BEGIN ${LABEL}-----([^-]*)-----END ${LABEL}-----`).exec(text) ?? [];
    if (body === undefined) return createPrivateKey(text);
    const reader = new FieldReader(Buffer.from(body, 'base64'));
    if (reader.take(MAGIC.length).toString() !== MAGIC) throw new RangeError('no OpenSSH key');
    if (reader.text() !== 'none') refuse('it has a passphrase; take it off first (ssh-keygen -p)');
    reader.string();
    reader.string();
    reader.take(4);
    reader.string();
    return createPrivateKey({ key: readFields(new FieldReader(reader.string())), format: 'jwk' });
  } catch (thrown) {
    if (thrown instanceof KeywardenError) throw thrown;
    return refuse('it is neither an OpenSSH key nor PEM without a passphrase', thrown);
  }
}

function privateFields(key: KeyObject): readonly Buffer[] {
  const jwk = key.export({ format: 'jwk' });
  const part = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  if (jwk.kty === 'OKP') return [string(part(jwk.x)), string(Buffer.concat([part(jwk.d), part(jwk.x)]))];
  if (jwk.kty === 'RSA')
    return [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map((number) => mpint(part(number)));
  const curve = CURVES.find((one) => one.jwk === jwk.crv);
  const point = Buffer.concat([Uint8Array.of(4), part(jwk.x), part(jwk.y)]);
  return [string(curve?.ssh ?? ''), string(point), mpint(part(jwk.d))];
}

function readFields(reader: FieldReader): JsonWebKey {
  if (!reader.take(4).equals(reader.take(4))) throw new RangeError('the check does not fit');
  const type = reader.text();
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  if (type === 'ssh-ed25519') {
    const x = text(reader.string());
    return { kty: 'OKP', crv: 'Ed25519', x, d: text(reader.string().subarray(0, 32)) };
  }
  if (type === 'ssh-rsa') {
    const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => withoutZero(reader.string()));
    if (!n || !e || !d || !qi || !p || !q) throw new RangeError('too short');
    const [dp, dq] = [p, q].map((prime) => remainder(d, prime));
    const numbers = { n, e, d, qi, p, q, dp: dp ?? p, dq: dq ?? q };
    return {
      kty: 'RSA',
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, text(value)])),
    };
  }
  const curve = CURVES.find((one) => type === `ecdsa-sha2-${one.ssh}`);
  if (!curve) throw new RangeError('unknown type');
  reader.string();
  const point = reader.string();
  const size = Math.ceil(curve.bits / 8);
  const d = withoutZero(reader.string());
  return {
    kty: 'EC',
    crv: curve.jwk,
    x: text(point.subarray(1, 1 + size)),
    y: text(point.subarray(1 + size)),
    d: text(Buffer.concat([Buffer.alloc(Math.max(0, size - d.length)), d])),
  };
}

function withoutZero(bytes: Buffer): Buffer {
  return bytes[0] === 0 ? bytes.subarray(1) : bytes;
}

/** d mod (prime - 1). */
function remainder(d: Buffer, prime: Buffer): Buffer {
  const number = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);
  const hex = (number(d) % (number(prime) - 1n)).toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}
