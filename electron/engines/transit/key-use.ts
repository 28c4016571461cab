import { hkdfSync } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { ValueContext } from '../../vault/vault.ts';
import { type Material, unpackMaterial } from './key-material.ts';
import { type KeyVersion, type TransitKey, versionsOf } from './key-rows.ts';

/** What the platform's HKDF takes. */
const LONGEST_CONTEXT = 1024;

/** A key with its secrets at hand, for one request: each version is opened once, when it is first used. */
export interface KeyUse {
  readonly key: TransitKey;
  version(number: number): KeyVersion;
  reveal(number: number): Material;
}

/** Opens a key for use. */
export function openKey(turn: Pick<RequestTurn, 'db' | 'revealValue'>, key: TransitKey): KeyUse {
  const versions = new Map(versionsOf(turn, key).map((version) => [version.version, version]));
  const opened = new Map<number, Material>();
  const version = (number: number): KeyVersion => {
    const found = versions.get(number);
    if (!found) throw refused('version requested is not available: it was trimmed');
    return found;
  };
  return {
    key,
    version,
    reveal(number) {
      const known = opened.get(number);
      if (known) return known;
      const bytes = turn.revealValue(version(number).value, versionContext(key, number));
      const material = unpackMaterial(bytes);
      bytes.fill(0);
      opened.set(number, material);
      return material;
    },
  };
}

/** What a version's sealed secrets are bound to. */
export function versionContext(
  { mount, id }: Pick<TransitKey, 'mount' | 'id'>,
  version: number,
): ValueContext {
  return { mount, owner: id, version };
}

/** The version to encrypt, sign or authenticate with; 0 or nothing asks for the latest. */
export function versionToMake({ latest, minEncryption, minDecryption }: TransitKey, wanted = 0): number {
  if (wanted < 0) throw refused('requested version for encryption is negative');
  if (wanted > latest)
    throw refused('requested version for encryption is higher than the latest key version');
  // What decrypts no more has been given up: nothing new is made with it either.
  if (wanted !== 0 && wanted < Math.max(minEncryption, minDecryption)) {
    throw refused('requested version for encryption is less than the minimum encryption key version');
  }
  return wanted === 0 ? latest : wanted;
}

/** Takes `vault:v1:…` apart. Throws what Vault says of a version that is too old, or of none. */
export function readVersioned(
  { latest, minDecryption }: TransitKey,
  text: string,
  what: 'ciphertext' | 'signature' | 'HMAC',
): { readonly version: number; readonly body: string } {
  if (!text.startsWith('vault:v')) throw refused(`invalid ${what}: no prefix`);
  const [, number, body] = /^vault:v(\d{1,9}):([\s\S]*)$/.exec(text) ?? [];
  if (number === undefined || body === undefined) throw refused(`invalid ${what}: wrong number of fields`);
  const version = Number(number);
  if (version < 1 || version > latest) throw refused(`invalid ${what}: version is too new`);
  if (version < minDecryption) {
    throw refused('ciphertext or signature version is disallowed by policy (too old)');
  }
  return { version, body };
}

/**
 * A key of its own for a context: HKDF (RFC 5869) with SHA-256, no salt, and the context as info, as Vault documents it.
 * Throws where the key needs a context and there is none.
 */
export function deriveKey(
  { derived }: TransitKey,
  secret: Buffer,
  context: Buffer | undefined,
  length: number,
): Buffer {
  if (!derived) return secret;
  if (context === undefined || context.length === 0) {
    throw refused(
      "missing 'context' for key derivation; the key was created using a derived key, which means additional, per-request information must be included in order to perform operations with the key",
    );
  }
  if (context.length > LONGEST_CONTEXT) throw refused('context: longer than 1024 bytes');
  return Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), context, length));
}

/** A mistake of the caller's, in Vault's words. */
export function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
