import type { KeyObject } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { makeKeyPair } from '../../core/make-key-pair.ts';

/** The kinds of keys, as Vault calls them. */
export type KeyKind = 'rsa' | 'ec' | 'ed25519';

/** By all the names that Vault takes, with the length that each implies. */
const NAMES: Readonly<Record<string, { readonly kind: KeyKind; readonly bits?: number }>> = {
  rsa: { kind: 'rsa' },
  'ssh-rsa': { kind: 'rsa' },
  ec: { kind: 'ec' },
  ecdsa: { kind: 'ec' },
  'ecdsa-sha2-nistp256': { kind: 'ec', bits: 256 },
  'ecdsa-sha2-nistp384': { kind: 'ec', bits: 384 },
  'ecdsa-sha2-nistp521': { kind: 'ec', bits: 521 },
  ed25519: { kind: 'ed25519' },
  'ssh-ed25519': { kind: 'ed25519' },
};
const RSA_BITS: readonly number[] = [2048, 3072, 4096, 8192];

/** SSH's and node's names for the curves. */
export const CURVES = [
  { bits: 256, ssh: 'nistp256', node: 'prime256v1', jwk: 'P-256', hash: 'sha256' },
  { bits: 384, ssh: 'nistp384', node: 'secp384r1', jwk: 'P-384', hash: 'sha384' },
  { bits: 521, ssh: 'nistp521', node: 'secp521r1', jwk: 'P-521', hash: 'sha512' },
] as const;

/** Which key is meant. `usualRsa` is how long an RSA key is where nothing is said. Throws `invalid-request`. */
export function keyKind(
  name: string,
  wanted: number,
  usualRsa: number,
): { readonly kind: KeyKind; readonly bits: number } {
  const found = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (!found) throw new KeywardenError('invalid-request', `unknown ssh key type ${name}`);
  const { kind, bits: implied } = found;
  const bits = implied ?? (wanted || { rsa: usualRsa, ec: 256, ed25519: 0 }[kind]);
  const known =
    kind === 'rsa'
      ? RSA_BITS.includes(bits)
      : kind === 'ec'
        ? CURVES.some((curve) => curve.bits === bits) && (wanted === 0 || wanted === bits)
        : wanted === 0 || wanted === 256;
  if (!known)
    throw new KeywardenError('invalid-request', `unsupported number of bits for ${name}: ${wanted}`);
  return { kind, bits };
}

/** Which kind a key is: what another one like it is made of. Throws `invalid-request`. */
export function measureKey({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): ReturnType<typeof keyKind> {
  if (type === 'ed25519') return { kind: 'ed25519', bits: 0 };
  if (type === 'rsa') return { kind: 'rsa', bits: details?.modulusLength ?? 0 };
  const curve = CURVES.find((one) => one.node === details?.namedCurve);
  if (!curve) throw new KeywardenError('invalid-request', 'unsupported kind of key');
  return { kind: 'ec', bits: curve.bits };
}

/** Makes a key outside of the loop; see `makeKeyPair`. */
export function newKey({ kind, bits }: ReturnType<typeof keyKind>, signal?: AbortSignal): Promise<KeyObject> {
  if (kind === 'ed25519') return makeKeyPair({ type: kind }, signal);
  if (kind === 'rsa') return makeKeyPair({ type: kind, bits }, signal);
  const curve = CURVES.find((one) => one.bits === bits);
  return makeKeyPair({ type: kind, curve: curve?.node ?? '' }, signal);
}
