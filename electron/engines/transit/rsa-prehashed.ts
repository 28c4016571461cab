/**
 * RSA over a hash that somebody else has made: the platform signs messages alone, so that the paddings of RFC 8017 stand here.
 * The private operation stays the platform's, which blinds it.
 */
import { constants, type KeyObject, privateEncrypt, publicDecrypt, timingSafeEqual } from 'node:crypto';
import { hashOf } from './hashing.ts';
import { refused } from './key-use.ts';

/** DER of `DigestInfo` ahead of the hash (RFC 8017, section 9.2, note 1). */
const DIGEST_INFO: Readonly<Record<string, string>> = {
  sha1: '3021300906052b0e03021a05000414',
  sha224: '302d300d06096086480165030402040500041c',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** RSASSA-PKCS1-v1_5 over a hash. Without an algorithm the input is signed as it is (Vault's `none`). */
export function signPkcs1Hash(key: KeyObject, algorithm: string | undefined, digest: Buffer): Buffer {
  const wrapped = digestInfo(algorithm, digest);
  try {
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, wrapped);
  } catch {
    throw refused('the input is too long for this key');
  }
}

/** Whether `signature` is what `signPkcs1Hash` makes of the hash. */
export function verifyPkcs1Hash(
  key: KeyObject,
  algorithm: string | undefined,
  digest: Buffer,
  signature: Buffer,
): boolean {
  const wanted = digestInfo(algorithm, digest);
  try {
    const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return opened.length === wanted.length && timingSafeEqual(opened, wanted);
  } catch {
    return false;
  }
}

/** RSASSA-PSS over a hash (RFC 8017, section 9.1.1), with a salt as given. */
export function signPssHash(key: KeyObject, algorithm: string, digest: Buffer, salt: Buffer): Buffer {
  checkLength(algorithm, digest);
  const bits = modulusBits(key) - 1;
  const length = Math.ceil(bits / 8);
  const padding = length - digest.length - salt.length - 2;
  if (padding < 0) throw refused('salt_length: too long for this key');
  const inner = hashOf(algorithm, Buffer.alloc(8), digest, salt);
  const block = Buffer.concat([Buffer.alloc(padding), Buffer.from([1]), salt]);
  const masked = xor(block, maskOf(algorithm, inner, block.length));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits));
  const encoded = Buffer.concat([masked, inner, Buffer.from([0xbc])]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

/** Whether `signature` is a PSS signature over the hash (RFC 8017, section 9.1.2), with a salt of any length, or of this one. */
export function verifyPssHash(
  key: KeyObject,
  algorithm: string,
  digest: Buffer,
  signature: Buffer,
  saltLength: number | undefined,
): boolean {
  checkLength(algorithm, digest);
  const bits = modulusBits(key) - 1;
  const length = Math.ceil(bits / 8);
  let encoded: Buffer;
  try {
    encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return false;
  }
  if (encoded.length !== length || encoded[length - 1] !== 0xbc) return false;
  const blockLength = length - digest.length - 1;
  const masked = encoded.subarray(0, blockLength);
  const inner = encoded.subarray(blockLength, length - 1);
  const top = 0xff >> (8 * length - bits);
  if (((masked[0] ?? 0) & ~top & 0xff) !== 0) return false;
  const block = xor(masked, maskOf(algorithm, inner, blockLength));
  block[0] = (block[0] ?? 0) & top;
  const mark = block.findIndex((byte) => byte !== 0);
  if (mark === -1 || block[mark] !== 1) return false;
  const salt = block.subarray(mark + 1);
  if (saltLength !== undefined && salt.length !== saltLength) return false;
  const again = hashOf(algorithm, Buffer.alloc(8), digest, salt);
  return timingSafeEqual(again, inner);
}

/** The longest salt that fits, which is what Go's `PSSSaltLengthAuto` takes. */
export function longestSalt(key: KeyObject, hashLength: number): number {
  return Math.ceil((modulusBits(key) - 1) / 8) - hashLength - 2;
}

function digestInfo(algorithm: string | undefined, digest: Buffer): Buffer {
  if (algorithm === undefined) return digest;
  const prefix = DIGEST_INFO[algorithm];
  if (prefix === undefined) throw refused('this hash algorithm cannot be used with prehashed input');
  checkLength(algorithm, digest);
  return Buffer.concat([Buffer.from(prefix, 'hex'), digest]);
}

function checkLength(algorithm: string, digest: Buffer): void {
  if (hashOf(algorithm).length !== digest.length) {
    throw refused('the prehashed input has not the length of its hash algorithm');
  }
}

function modulusBits(key: KeyObject): number {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined) throw refused('not an RSA key');
  return bits;
}

/** MGF1 (RFC 8017, appendix B.2.1). */
function maskOf(algorithm: string, seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0, made = 0; made < length; at += 1) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(at);
    const block = hashOf(algorithm, seed, counter);
    blocks.push(block);
    made += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
}
